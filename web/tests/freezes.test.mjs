// Security freezes an account, which is out at once; another person lets it go from the inbox. In both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { company, freshCode, signIn } from "./kit.mjs";

let house;
const visits = new Map();
before(async () => {
  house = await company();
});
after(async () => {
  await house?.close();
});

async function signedIn(person, lang) {
  if (!visits.has(person.staff_no)) {
    const visit = await house.visit(lang);
    await signIn(visit.page, person);
    visits.set(person.staff_no, visit);
  }
  const visit = visits.get(person.staff_no);
  await visit.context.addCookies([{ name: "lang", value: lang.slice(0, 2), url: house.address }]);
  return visit;
}

const pictures = process.env.PICTURES;
async function picture(page, name, lang) {
  if (pictures) await page.screenshot({ path: `${pictures}/freezes-${name}-${lang.slice(0, 2)}.png`, fullPage: true });
}

const LANGUAGES = [
  { lang: "zh-CN", nth: 0, frozen: "已冻结", refused: "该账号已被冻结", asked: "已申请解冻", wanted: "解冻", short: "太短" },
  { lang: "en", nth: 1, frozen: "Frozen", refused: "This account is frozen", asked: "Release asked for", wanted: "Release", short: "empty" },
];

for (const { lang, nth, frozen, refused, asked, wanted } of LANGUAGES) {
  test(`a frozen account is out at once, and back when another person approves (${lang})`, async () => {
    const [whom, security, head] = [house.person("staff", nth), house.person("security"), house.person("compliance")];
    const seller = await house.visit(lang);
    await signIn(seller.page, whom);
    const { page, errors } = await signedIn(security, lang);
    await page.goto(`/staff/${whom.staff_no}`);
    await picture(page, "before", lang);
    // Nothing happens without a reason, nor before it is confirmed.
    await page.fill("#reason", "嗯。");
    await page.locator("form[action$='/freeze'] button").click();
    await page.locator("dialog[open]").waitFor();
    await picture(page, "confirm", lang);
    await page.locator("dialog[open] button[value=act]").click();
    await page.locator("#reason-error").waitFor();
    await page.fill("#reason", "夜间大量查看客户，疑似账号被盗");
    await page.locator("form[action$='/freeze'] button").click();
    await page.locator("dialog[open] button[value=act]").click();
    await page.locator("h1 .st, h1").filter({ hasText: frozen }).first().waitFor();
    await picture(page, "frozen", lang);

    await seller.page.goto("/customers");
    assert.match(seller.page.url(), /\/sign-in$/, "the session is over");
    await seller.page.fill("input[name=staff_no]", whom.staff_no);
    await seller.page.fill("input[name=password]", whom.password);
    await seller.page.press("input[name=password]", "Enter");
    await seller.page.fill("input[name=code]", freshCode(whom));
    await seller.page.press("input[name=code]", "Enter");
    await seller.page.getByText(refused).waitFor();
    await picture(seller.page, "refused", lang);

    await page.goto("/staff?state=frozen");
    assert.equal(await page.locator("tbody tr").count(), 1);
    await picture(page, "list", lang);
    await page.goto(`/staff/${whom.staff_no}`);
    await page.fill("#reason", "已电话核实，是本人操作");
    await page.locator("form[action$='/release'] button").click();
    await page.getByText(asked).waitFor();
    await picture(page, "asked", lang);

    const decider = await signedIn(head, lang);
    await decider.page.goto("/approvals");
    const request = decider.page.locator("article, section, li, tr").filter({ hasText: whom.staff_no }).last();
    await request.filter({ hasText: wanted }).waitFor();
    await picture(decider.page, "decide", lang);
    await decider.page.locator("button[value=approve]").first().click();
    await decider.page.waitForLoadState();
    await picture(decider.page, "decided", lang);

    await signIn(seller.page, whom);
    await seller.page.goto("/customers");
    assert.match(seller.page.url(), /\/customers$/);
    await page.goto("/ledger");
    await picture(page, "ledger", lang);
    assert.deepEqual([...errors, ...decider.errors, ...seller.errors], []);
  });
}
