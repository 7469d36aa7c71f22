// The console as people use it, in both languages: sign-in, search, reveal and close again, import with a bad line.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { code, company, signIn } from "./kit.mjs";

let house;
before(async () => {
  house = await company();
});
after(async () => {
  await house?.close();
});

const LANGUAGES = [
  { lang: "zh-CN", nth: 0, wrong: "不对", customers: "客户", bad: "校验" },
  { lang: "en", nth: 1, wrong: "wrong", customers: "Customers", bad: "check digit" },
];

for (const { lang, nth, wrong, customers } of LANGUAGES) {
  test(`a wrong password is told in words, a right one asks for a code (${lang})`, async () => {
    const { context, page, errors } = await house.visit(lang);
    const person = house.person("staff", nth);
    await page.goto("/");
    await page.waitForURL("**/sign-in");
    await page.fill("input[name=staff_no]", person.staff_no);
    await page.fill("input[name=password]", "not the password");
    await page.press("input[name=password]", "Enter");
    await page.getByRole("alert").first().waitFor();
    assert.match(await page.getByRole("alert").first().innerText(), new RegExp(wrong));
    assert.equal(await page.inputValue("input[name=staff_no]"), person.staff_no);
    assert.equal(await page.inputValue("input[name=password]"), "");

    await signIn(page, person);
    assert.ok((await page.locator("nav.nav").innerText()).includes(customers));
    const cookies = await context.cookies();
    assert.ok(cookies.find((cookie) => cookie.name === "tt_session")?.httpOnly);
    await revealAndFind(page, person);
    assert.deepEqual(errors, []);
    await context.close();
  });
}

/** Opens a mobile for a task, closes it by hand, finds the customer by the number, and sees no value left behind. */
async function revealAndFind(page, person) {
  await page.goto("/tasks");
  await page.locator("a[href^='/customers/C']").first().click();
  const number = new URL(page.url()).pathname.split("/").at(-1);
  const field = page.locator("[data-field=mobile]");
  const masked = (await field.locator("dd").first().innerText()).replace(/\s/g, "");
  await field.locator("[data-reveal]").click();
  await field.locator("form button[type=submit], form button:not([type])").first().click();
  const shown = field.locator("[data-part=value]");
  await shown.waitFor();
  const value = (await shown.innerText()).replace(/\D/g, "");
  assert.match(value, /^1\d{10}$/);
  assert.ok(masked.startsWith(value.slice(0, 3)) && masked.endsWith(value.slice(-4)));
  assert.match(await field.locator("[data-part=receipt]").getAttribute("href"), /^\/ledger\/\d+$/);
  await page.keyboard.press("Escape");
  await shown.waitFor({ state: "detached" });
  assert.ok(!(await page.content()).includes(value), "the value is gone from the page");

  await page.keyboard.press("/");
  await page.keyboard.type(`${value.slice(0, 3)} ${value.slice(3, 7)} ${value.slice(7)}`);
  await page.keyboard.press("Enter");
  await page.locator(`a[href='/customers/${number}']`).first().waitFor();
  assert.ok(!page.url().includes(value), "a search term is never in an address");
  assert.ok(!(await page.content()).replace(/\s/g, "").includes(value), "a result shows masks");

  await page.goto(`/customers/${number}`);
  const who = await page.locator("main").innerText();
  assert.ok(who.includes(person.staff_no), "who looked stands on the page");
}

test("an import with a bad line says which, takes nothing, and takes the good when asked, in both languages", async () => {
  const { context, page, errors } = await house.visit("zh-CN");
  await signIn(page, house.person("administrator"));
  for (const { lang, bad } of LANGUAGES) {
    await context.addCookies([{ name: "lang", value: lang, url: house.address }]);
    const good = lang === "en" ? "X90001" : "X90002";
    const text =
      "customer_no,kind,name,mobile,id_number\n" +
      `${good},企业,一家好公司,13800001234,\n` +
      "X90003,个人,王小明,13800005678,110101199003070135\n";
    const send = async (mode) => {
      await page.goto("/import");
      await page.check("input[name=table][value=customers]");
      await page.check(`input[name=mode][value=${mode}]`);
      await page.setInputFiles("input[type=file]", { name: "new.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
      await page.locator("form[data-upload] button.go").click();
      await page.locator("table.lines").waitFor();
      return page.locator("main").innerText();
    };
    const refused = await send("all");
    assert.match(refused, new RegExp(bad));
    assert.ok(!refused.includes("110101199003070135") && !refused.includes("13800005678"), "values are masked");
    assert.equal(await page.locator("table.lines td.at").first().innerText(), "3");
    assert.equal(await created(page), 0);
    await send("good");
    assert.equal(await created(page), 1);
  }
  assert.deepEqual(errors, []);
  await context.close();
});

/** The figure under "created" on an import's report. */
async function created(page) {
  const figures = await page.locator("dl.lead dd").allInnerTexts();
  const labels = await page.locator("dl.lead dt").allInnerTexts();
  const at = labels.findIndex((label) => /新增|创建|reated|New/.test(label));
  return Number(figures[at]);
}

test("nobody who must not see customers does, and is told why", async () => {
  const { context, page } = await house.visit("zh-CN");
  await signIn(page, house.person("auditor"));
  const answer = await page.goto("/customers/C00001");
  assert.equal(answer.status(), 403);
  await page.goto("/ledger");
  assert.ok((await page.locator("main").innerText()).includes("C00001"), "the denial stands in the ledger");
  await context.close();
});

test("a code works once", async () => {
  const { context, page } = await house.visit("en");
  const person = house.person("compliance");
  const used = code(person.totp_secret);
  const attempt = async () => {
    await page.goto("/sign-in");
    await page.fill("input[name=staff_no]", person.staff_no);
    await page.fill("input[name=password]", person.password);
    await page.press("input[name=password]", "Enter");
    await page.fill("input[name=code]", used);
    await page.press("input[name=code]", "Enter");
  };
  await attempt();
  await page.waitForURL("**/");
  await context.clearCookies();
  await attempt();
  await page.getByRole("alert").first().waitFor();
  assert.ok(page.url().includes("/sign-in"));
  await context.close();
});
