// Many customers at once: chosen with the mouse and the keyboard, looked over, done and undone; and the pictures of who has
// how much to do and how the pool ages. In both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { company, pictures } from "./kit.mjs";

let house;
before(async () => {
  house = await company(1200);
});
after(async () => {
  await house?.close();
});

const picture = pictures("bulk");

async function fits(page, name, lang) {
  await page.setViewportSize({ width: 390, height: 844 });
  await picture(page, `${name}-phone`, lang);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 390), `${name} fits a phone`);
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function dark(page, name, lang) {
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, `${name}-dark`, lang);
  await page.emulateMedia({ colorScheme: "light" });
}

const LANGUAGES = [
  { lang: "zh-CN", chosen: "已选 3 位", none: "勾选客户后批量处理", look: "请核对", done: "已办理", undone: "已撤销分配" },
  { lang: "en", chosen: "3 chosen", none: "Tick customers", look: "look it over", done: "Done", undone: "Undone" },
];

for (const { lang, chosen, none, look, done, undone } of LANGUAGES) {
  test(`a manager assigns several, and undoes it (${lang})`, async () => {
    const { page, errors } = await house.signedIn(house.person("manager"), lang);
    await page.goto("/customers?scope=department");
    const bar = page.locator("form[data-bulk]");
    assert.ok((await bar.innerText()).includes(none));
    assert.ok(await bar.locator("button[value=assign]").isDisabled());
    // Two with the mouse, one with the keyboard.
    await page.locator("input.pick").nth(0).check();
    await page.locator("input.pick").nth(1).check();
    await page.locator("h1").click();
    for (let row = 0; row < 3; row += 1) await page.keyboard.press("j");
    await page.keyboard.press("x");
    assert.ok((await bar.innerText()).includes(chosen));
    const numbers = await page.locator("input.pick:checked").evaluateAll((boxes) => boxes.map((box) => box.value));
    assert.equal(numbers.length, 3);
    await picture(page, "list", lang);
    await fits(page, "list", lang);
    await dark(page, "list", lang);
    // The whole page, and not the whole page.
    await bar.locator("[data-bulk-page]").check();
    assert.equal(await page.locator("input.pick:not(:checked)").count(), 0);
    await bar.locator("[data-bulk-page]").uncheck();
    assert.equal(await page.locator("input.pick:checked").count(), 0);
    for (const no of numbers) await page.locator(`input.pick[value='${no}']`).check();

    await bar.locator("button[value=assign]").click();
    await page.waitForURL("**/bulk/new**");
    await picture(page, "form", lang);
    const owners = await page.locator("#owner_to option").evaluateAll((all) => all.map((one) => one.value).filter(Boolean));
    const to = owners[lang === "en" ? 2 : 1];
    await page.selectOption("#owner_to", to);
    await page.click("form[action='/bulk'] button.go");
    await page.waitForURL(/\/bulk\/\d+$/);
    assert.ok((await page.locator("h1").innerText()).includes(look));
    await picture(page, "looked", lang);
    await fits(page, "looked", lang);
    await dark(page, "looked", lang);
    await page.click("form[action$='/run'] button.go");
    await page.waitForURL(/\/bulk\/\d+$/);
    assert.ok((await page.locator("main").innerText()).includes(done));
    await picture(page, "done", lang);
    await page.locator("form[action$='/undo'] button").click();
    await page.locator("dialog[open] button[value=act]").click();
    await page.locator("form[action$='/undo'] button").waitFor({ state: "detached" });
    assert.ok((await page.locator("h1").innerText()).includes(undone));
    await picture(page, "undone", lang);
    assert.deepEqual(errors, []);
  });

  test(`all of a list goes into the pool, and some of it is shared (${lang})`, async () => {
    const { page, errors } = await house.signedIn(house.person("manager"), lang);
    await page.goto("/customers?scope=department&tier=medium");
    const bar = page.locator("form[data-bulk]");
    const all = bar.locator("[data-bulk-all]");
    assert.ok((await all.count()) === 1, "the list is longer than its page");
    await all.check();
    const total = Number(await all.getAttribute("data-total"));
    assert.ok(total > 25 && total <= 1000);
    await bar.locator("button[value=pool]").click();
    await page.waitForURL(/\/bulk\/\d+$/);
    assert.ok((await page.locator(".nos li").count()) === total);
    await picture(page, "all", lang);
    // Looked over, and left at that: nothing has changed.
    await page.goto("/customers?scope=department&tier=medium");
    assert.equal(Number(await page.locator("[data-bulk-all]").getAttribute("data-total")), total);
    await page.goto("/customers?scope=department");
    for (let row = 0; row < 6; row += 1) await page.locator("input.pick").nth(row).check();
    await page.locator("form[data-bulk] button[value=share]").click();
    await page.waitForURL("**/bulk/new**");
    await picture(page, "share", lang);
    const [person] = await page.locator("#to option[value^='staff:']").evaluateAll((some) => some.map((one) => one.value));
    await page.selectOption("#to", person);
    await page.fill("#until", new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
    await page.fill("#reason", "visit together");
    await page.click("form[action='/bulk'] button.go");
    await page.waitForURL(/\/bulk\/\d+$/);
    await picture(page, "share-looked", lang);
    assert.deepEqual(errors, []);
  });

  test(`pictures of load and age (${lang})`, async () => {
    const { page, errors } = await house.signedIn(house.person("manager"), lang);
    await page.goto("/team");
    assert.ok((await page.locator("#load svg a").count()) > 0, "each bar leads to its list");
    await picture(page, "load", lang);
    await fits(page, "load", lang);
    await dark(page, "load", lang);
    await page.locator("#load svg a").first().click();
    await page.waitForURL("**/customers?**owner=**");
    assert.ok((await page.locator("tbody tr").count()) > 0);
    await page.goto("/pool");
    await picture(page, "pool", lang);
    await fits(page, "pool", lang);
    await dark(page, "pool", lang);
    assert.deepEqual(errors, []);
  });
}
