// A follow-up in the browser, in both languages: written with a next step and a file, fetched, and still there for the next
// owner.
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
  { lang: "zh-CN", nth: 0, notSo: "文件内容与扩展名不符", step: "送样品" },
  { lang: "en", nth: 1, notSo: "The file is not what its name says", step: "send the samples" },
];

for (const { lang, nth, notSo, step } of LANGUAGES) {
  test(`a follow-up stays with the customer (${lang})`, async () => {
    const [seller, heir] = [house.person("staff", nth), house.person("staff", 1 - nth)];
    const visit = await house.visit(lang);
    const { page, errors } = visit;
    const pictures = process.env.PICTURES;
    const picture = async (page, name) => {
      if (pictures) await page.screenshot({ path: `${pictures}/follow-up-${name}-${lang.slice(0, 2)}.png`, fullPage: true });
    };
    await signIn(page, seller);
    await page.goto("/customers?scope=mine&tier=low");
    const no = (await page.locator("tbody tr a[href^='/customers/']").first().getAttribute("href")).split("/").pop();
    await page.goto(`/customers/${no}`);
    await page.click("#follow-up summary");
    await page.selectOption("#kind", "visit");
    await page.fill("#text", `saw the samples (${lang})`);
    await page.fill("#next_title", step);
    await page.fill("#next_due", "2027-12-01");
    await page.setInputFiles("#file", { name: "报价.pdf", mimeType: "application/pdf", buffer: Buffer.from("<html>") });
    await picture(page, "form");
    await page.click("#follow-up form button.b");
    await page.getByText(notSo).waitFor();
    assert.equal(await page.inputValue("#text"), `saw the samples (${lang})`, "what was typed survives");
    await picture(page, "refused");
    const bytes = Buffer.from(`%PDF-1.7 ${lang}`);
    await page.setInputFiles("#file", { name: "报价.pdf", mimeType: "application/pdf", buffer: bytes });
    await page.click("#follow-up form button.b");
    await page.locator("#history").getByText(`saw the samples (${lang})`).waitFor();
    assert.ok((await page.locator("#history").innerText()).includes(step));
    await picture(page, "written");

    const fetched = async (page) => {
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.locator("#history a[href^='/attachments/']").first().click(),
      ]);
      assert.equal(file.suggestedFilename(), "报价.pdf");
      assert.deepEqual(await readFile(await file.path()), bytes);
    };
    await fetched(page);

    // More than a page of them: the older ones are loaded under the newer.
    for (let n = 0; n < 14; n += 1) {
      await page.goto(`/customers/${no}`);
      await page.click("#follow-up summary");
      await page.fill("#text", `call ${n}`);
      await page.click("#follow-up form button.b");
      await page.locator("#history").getByText(`call ${n}`, { exact: true }).waitFor();
    }
    const shown = await page.locator("#history li").count();
    await page.click("#history a[data-more]");
    await page.locator("#history").getByText(`saw the samples (${lang})`).waitFor();
    assert.ok((await page.locator("#history li").count()) > shown);
    assert.equal(new URL(page.url()).pathname, `/customers/${no}`);

    // Another owner sees it, in the name of who wrote it.
    const managers = [0, 1, 2, 3].map((n) => house.person("manager", n)).filter(Boolean);
    const boss = await house.visit(lang);
    await signIn(boss.page, managers.find((person) => person.department === seller.department) ?? managers[0]);
    await boss.page.goto(`/customers/${no}/assign`);
    await boss.page.locator("[name=owner]").evaluate((field, value) => {
      if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value)) {
        field.append(new Option(value, value));
      }
      field.value = value;
    }, heir.staff_no);
    await boss.page.locator("main form button.go").click();
    await boss.page.waitForURL(`**/customers/${no}`);
    const next = await house.visit(lang);
    await signIn(next.page, heir);
    await next.page.goto(`/customers/${no}/history?kind=follow_ups`);
    assert.ok((await next.page.locator("main").innerText()).includes(seller.name));
    await next.page.goto(`/customers/${no}`);
    await next.page.locator("#history a[data-more]").click();
    await next.page.locator("#history a[href^='/attachments/']").first().waitFor();
    await fetched(next.page);
    await next.page.setViewportSize({ width: 390, height: 800 });
    assert.ok(await next.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "it fits a phone");
    await picture(next.page, "phone");
    assert.deepEqual([...errors, ...boss.errors, ...next.errors], []);
  });
}
