// An export with an approval, by two people, in both languages: counted, asked for, approved, run, fetched once.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { company, signIn } from "./kit.mjs";

let house;
before(async () => {
  house = await company();
});
after(async () => {
  await house?.close();
});

const LANGUAGES = [
  { lang: "zh-CN", nth: 0, waits: "待审批", ready: "可以导出", made: "可以领取", taken: "已领取", used: "已使用" },
  { lang: "en", nth: 1, waits: "Waits for approval", ready: "Ready to run", made: "Ready to fetch", taken: "Fetched", used: "Used" },
];

for (const { lang, nth, waits, ready, made, taken, used } of LANGUAGES) {
  test(`an export is counted, approved by another, run and fetched once (${lang})`, async () => {
    const seller = await house.visit(lang);
    await signIn(seller.page, house.person("staff", nth));
    const { page } = seller;
    await page.goto("/customers");
    await page.locator("a[href^='/exports/new']").click();
    await page.check("input[name=column_mobile][value=clear]");
    await page.click("button[value=count]");
    assert.match(await page.locator("#counted b").first().innerText(), /^\d+$/);
    const reason = `browser ${lang}`;
    await page.fill("#reason", reason);
    await page.click("button[value=ask]");
    await page.waitForURL(/\/exports\/\d+$/);
    const url = page.url();
    assert.ok((await page.locator("main").innerText()).includes(waits));

    const manager = await house.visit(lang);
    await signIn(manager.page, house.person("manager"));
    await manager.page.goto("/approvals");
    const form = manager.page.locator("form.decide", { hasText: reason });
    await form.locator("button[value=approve]").click();
    await manager.page.waitForURL("**/approvals");
    assert.equal(await manager.page.locator("form.decide", { hasText: reason }).count(), 0);

    await page.goto(url);
    assert.ok((await page.locator("main").innerText()).includes(ready));
    await page.click("form[action$='/run'] button");
    assert.match(await page.locator("#password").innerText(), /^([2-9A-HJ-NP-Z]{4}-){4}[2-9A-HJ-NP-Z]{4}$/);
    await page.goto(url);
    // The page comes again by itself while the file is written.
    await page.getByText(made, { exact: true }).waitFor();
    assert.equal(await page.locator("#password").count(), 0, "the password is told once");
    const coming = page.waitForEvent("download");
    await page.click("form[action$='/file'] button");
    const file = await readFile(await (await coming).path());
    assert.equal(file.subarray(0, 2).toString(), "PK");
    await page.goto(url);
    assert.ok((await page.locator("main").innerText()).includes(taken));
    await page.goto("/approvals");
    assert.ok((await page.locator("main").innerText()).includes(used));
    assert.deepEqual([...seller.errors, ...manager.errors], []);
    await seller.context.close();
    await manager.context.close();
  });
}
