// A customer is shared, seen by a colleague, taken back and gone; and an access review, item by item. In both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { company, pictures } from "./kit.mjs";

let house;
before(async () => {
  // Large enough that there is a high-tier customer for each language.
  house = await company(2000);
});
after(async () => {
  await house?.close();
});

const picture = pictures("sharing");

/** A day from now, as a form takes it. */
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Presses what asks again, and says yes. */
async function confirmed(page, button) {
  await button.click();
  await page.locator("dialog[open] button[value=act]").click();
}

/** The number of one of the first customers of a list. */
async function first(page, address, nth = 0) {
  await page.goto(address);
  const links = await page.locator("tbody a[href^='/customers/']").all();
  const hrefs = await Promise.all(links.map((link) => link.getAttribute("href")));
  return [...new Set(hrefs.map((href) => href.split("#")[0]))][nth].split("/").pop();
}

const LANGUAGES = [
  { lang: "zh-CN", nth: 0, waiting: "待批准", withYou: "共享给您", range: "最长", sheet: "客户审计单" },
  { lang: "en", nth: 1, waiting: "waits for approval", withYou: "Shared with you", range: "days ahead", sheet: "Audit sheet" },
];

for (const { lang, nth, waiting, withYou, range, sheet } of LANGUAGES) {
  test(`a colleague sees what is shared until it is taken back (${lang})`, async () => {
    const people = { owner: house.person("staff", 0), colleague: house.person("staff", 1), head: house.person("compliance") };
    const at = {};
    const errors = [];
    for (const [name, person] of Object.entries(people)) {
      const visit = await house.signedIn(person, lang);
      at[name] = visit.page;
      errors.push(visit.errors);
    }
    const no = await first(at.owner, "/customers?scope=mine&tier=high", nth);
    await at.owner.goto(`/customers/${no}/share`);
    await picture(at.owner, "form", lang);
    await at.owner.selectOption("#to", `staff:${people.colleague.staff_no}`);
    await at.owner.check("input[name=class_contact]");
    // A day that is too far away: the browser's own check is passed by, and the server says what is wrong.
    await at.owner.evaluate(() => document.querySelector("#until").removeAttribute("max"));
    await at.owner.fill("#until", inDays(900));
    await at.owner.fill("#reason", `visit together ${lang}`);
    await at.owner.click("form[action$='/share'] button.go");
    assert.ok((await at.owner.locator("#until-error").innerText()).includes(range));
    assert.equal(await at.owner.inputValue("#reason"), `visit together ${lang}`, "what was typed stays");
    await picture(at.owner, "fault", lang);
    await at.owner.fill("#until", inDays(30));
    await at.owner.click("form[action$='/share'] button.go");
    await at.owner.waitForURL(`**/customers/${no}`);
    assert.ok((await at.owner.locator("#shares").innerText()).includes(waiting));
    await picture(at.owner, "waiting", lang);

    await at.colleague.goto("/customers?scope=shared");
    assert.equal(await at.colleague.locator(`tbody a[href='/customers/${no}']`).count(), 0, "nothing before the approval");
    await at.head.goto("/approvals");
    const form = at.head.locator("form.decide", { hasText: `visit together ${lang}` });
    await picture(at.head, "approval", lang);
    await form.locator("button[value=approve]").click();
    await at.head.waitForURL("**/approvals");

    await at.colleague.goto("/customers?scope=shared");
    await picture(at.colleague, "list", lang);
    await at.colleague.locator(`tbody a[href='/customers/${no}']`).first().click();
    await at.colleague.waitForURL(`**/customers/${no}`);
    assert.ok((await at.colleague.locator("#shares").innerText()).includes(withYou));
    assert.equal(await at.colleague.locator("form[action$='/end']").count(), 0, "it is not theirs to end calls or shares");
    await picture(at.colleague, "page", lang);
    await at.colleague.setViewportSize({ width: 390, height: 844 });
    await picture(at.colleague, "phone", lang);
    assert.ok(await at.colleague.evaluate(() => document.documentElement.scrollWidth <= 390), "it fits a phone");
    await at.colleague.setViewportSize({ width: 1280, height: 900 });

    await at.owner.goto(`/customers/${no}`);
    await confirmed(at.owner, at.owner.locator("#shares form button").first());
    await at.owner.waitForURL(`**/customers/${no}`);
    await at.owner.locator("#shares form").waitFor({ state: "detached" });
    await at.colleague.goto("/customers?scope=shared");
    assert.equal(await at.colleague.locator(`tbody a[href='/customers/${no}']`).count(), 0, "it is gone");
    const gone = await at.colleague.goto(`/customers/${no}`);
    assert.equal(gone.status(), 403);
    assert.deepEqual(errors.flat(), []);
  });

  test(`a review keeps and ends item by item (${lang})`, async () => {
    const { page, errors } = await house.signedIn(house.person("manager"), lang);
    const no = await first(page, "/customers?scope=department&tier=high", nth);
    await page.goto("/reviews");
    await picture(page, "reviews", lang);
    await page.goto(`/customers/${no}/review`);
    await picture(page, "review", lang);
    const rows = await page.locator("input[value=keep]").count();
    for (let row = 0; row < rows; row += 1) await page.locator("input[value=keep]").nth(row).check();
    await confirmed(page, page.locator("form[action$='/review'] button.go"));
    await page.waitForURL("**/reviews");
    await page.goto("/reviews?which=done");
    assert.equal(await page.locator(`tbody a[href='/customers/${no}/review']`).count() > 0, true);
    await picture(page, "done", lang);

    await page.goto(`/customers/${no}/audit-sheet`);
    assert.ok((await page.locator("h1").innerText()).includes(sheet));
    await picture(page, "sheet", lang);
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(page, "sheet-phone", lang);
    await page.setViewportSize({ width: 1280, height: 900 });
    const href = await page.locator(`a[href*='audit-sheet.pdf'][href*='lang=${lang.slice(0, 2)}']`).getAttribute("href");
    const paper = await page.context().request.get(href);
    assert.equal(paper.status(), 200);
    assert.ok(["application/pdf", "text/html; charset=utf-8"].includes(paper.headers()["content-type"]));
    if (process.env.PICTURES) {
      const { writeFile } = await import("node:fs/promises");
      await writeFile(`${process.env.PICTURES}/sheet-${lang.slice(0, 2)}.pdf`, await paper.body());
    }
    assert.deepEqual(errors, []);
  });
}
