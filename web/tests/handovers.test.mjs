// A whole hand-over in the browser, in both languages: opened, noted, split, signed for, approved, moved, closed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { company, freshCode } from "./kit.mjs";

let house;
before(async () => {
  house = await company();
});
after(async () => {
  await house?.close();
});

const LANGUAGES = [
  { lang: "zh-CN", from: 0, to: 1, kind: "moving", moved: "已全部转移", filed: "已归档", frozen: "交接期间您不能导出客户", wrong: "码" },
  { lang: "en", from: 1, to: 0, kind: "leaving", moved: "All moved", filed: "Filed", frozen: "you cannot take customers out", wrong: "code" },
];

for (const { lang, from, to, kind, moved, filed, frozen, wrong } of LANGUAGES) {
  test(`customers go from one to another who signs for them (${lang})`, async () => {
    const people = { hr: house.person("hr"), leaver: house.person("staff", from), receiver: house.person("staff", to),
      manager: house.person("manager"), head: house.person("compliance") };
    const at = {};
    const errors = [];
    for (const [name, person] of Object.entries(people)) {
      const visit = await house.signedIn(person, lang);
      at[name] = visit.page;
      errors.push(visit.errors);
    }
    const pictures = process.env.PICTURES;
    const picture = async (page, name) => {
      if (pictures) await page.screenshot({ path: `${pictures}/handover-${name}-${lang.slice(0, 2)}.png`, fullPage: true });
    };
    const main = (page) => page.locator("main").innerText();

    await at.hr.goto("/handovers");
    await picture(at.hr, "empty");
    await at.hr.goto("/handovers/new");
    await at.hr.fill("#leaver", people.leaver.staff_no);
    await at.hr.selectOption("#kind", kind);
    await at.hr.fill("#last_day", "2026-12-31");
    await at.hr.fill("#reason", `browser ${lang}`);
    await at.hr.click("form[action='/handovers/new'] button.go");
    await at.hr.waitForURL(/\/handovers\/\d+$/);
    const url = at.hr.url();

    await at.leaver.goto(url);
    assert.ok((await main(at.leaver)).includes(frozen));
    await at.leaver.fill("#note", "one of them signs next week");
    await at.leaver.click("form[action$='/note'] button");
    await at.leaver.goto("/exports/new");
    await at.leaver.click("button[value=count]");
    assert.ok((await at.leaver.locator("body").innerText()).length > 0);
    assert.equal(await at.leaver.locator("#counted").count(), 0, "the leaver takes nothing out");

    await at.manager.goto(url);
    assert.ok((await main(at.manager)).includes("one of them signs next week"));
    await at.manager.fill("#receivers", people.receiver.staff_no);
    await at.manager.click("button[value=preview]");
    await picture(at.manager, "split");
    await at.manager.click("button[value=split]");
    await at.manager.waitForURL(url);

    await at.receiver.goto(url);
    await at.receiver.locator("a[href^='/handovers/parts/']").first().click();
    const given = await at.receiver.locator("tbody tr").count();
    assert.ok(given > 0);
    await picture(at.receiver, "part");
    await at.receiver.fill("#checked", String(given));
    await at.receiver.fill("#code", "000000");
    await at.receiver.click("form[action^='/handovers/parts/'] button.go");
    assert.ok((await at.receiver.locator("#code-error").innerText()).includes(wrong));
    await at.receiver.fill("#code", freshCode(people.receiver));
    await at.receiver.click("form[action^='/handovers/parts/'] button.go");
    await at.receiver.waitForURL("**/handovers");

    await at.manager.goto(url);
    await at.manager.fill("#ask", `checked ${lang}`);
    await at.manager.click("form[action$='/approval'] button");
    await at.manager.waitForURL(url);
    await at.head.goto("/approvals");
    const form = at.head.locator("form.decide", { hasText: `checked ${lang}` });
    await picture(at.head, "approval");
    await form.locator("button[value=approve]").click();
    await at.head.waitForURL("**/approvals");

    // The system moves them by itself, and the page comes again until they have moved.
    await at.hr.goto(url);
    await at.hr.getByText(moved, { exact: true }).waitFor();
    await picture(at.hr, "done");
    await at.hr.click("form[action$='/closing'] button");
    await at.hr.waitForURL(url);
    assert.ok((await main(at.hr)).includes(filed));
    await picture(at.hr, "closed");
    for (const paper of ["zh-CN", "en"]) {
      const [file] = await Promise.all([at.hr.waitForEvent("download"), at.hr.click(`a[href$='/record?lang=${paper}']`)]);
      assert.match(file.suggestedFilename(), new RegExp(`^handover-\\d+\\.${paper.slice(0, 2)}\\.pdf$`));
      assert.equal(await file.failure(), null);
    }
    await at.receiver.goto(url);
    assert.equal(await at.receiver.locator("a[href*='/record?lang=']").count(), 0, "receivers take no record");
    await at.receiver.goto("/customers?scope=mine");
    assert.ok((await at.receiver.locator("tbody tr").count()) >= Math.min(given, 20));
    await at.leaver.goto("/handovers");
    assert.equal(at.leaver.url().endsWith("/sign-in"), kind === "leaving", "who leaves is signed out for good");
    assert.deepEqual(errors.flat(), []);
  });
}
