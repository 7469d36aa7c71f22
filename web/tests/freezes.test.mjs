// Security freezes an account, which is out at once; another person lets it go from the inbox. In both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { company, freshCode, pictures, signIn } from "./kit.mjs";

let house;
before(async () => {
  house = await company();
});
after(async () => {
  await house?.close();
});

const picture = pictures("freezes");

const LANGUAGES = [
  { lang: "zh-CN", nth: 0, frozen: "已冻结", refused: "该账号已被冻结", asked: "已申请解冻", wanted: "解冻 " },
  { lang: "en", nth: 1, frozen: "Frozen", refused: "This account is frozen", asked: "Release asked for", wanted: "Release " },
];

for (const { lang, nth, frozen, refused, asked, wanted } of LANGUAGES) {
  test(`a frozen account is out at once, and back when another person approves (${lang})`, async () => {
    const [whom, security, head] = [house.person("staff", nth), house.person("security"), house.person("compliance")];
    const seller = await house.visit(lang);
    await signIn(seller.page, whom);
    const { page, errors } = await house.signedIn(security, lang);
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
    // What is refused so uses no code up.
    const digits = freshCode(whom);
    const tries = async () => {
      await seller.page.goto("/sign-in");
      await seller.page.fill("input[name=staff_no]", whom.staff_no);
      await seller.page.fill("input[name=password]", whom.password);
      await seller.page.press("input[name=password]", "Enter");
      await seller.page.fill("input[name=code]", digits);
      await seller.page.press("input[name=code]", "Enter");
    };
    await tries();
    await seller.page.getByText(refused).waitFor();
    await picture(seller.page, "refused", lang);

    await page.goto("/staff?state=frozen");
    assert.equal(await page.locator("tbody tr").count(), 1);
    await picture(page, "list", lang);
    await page.goto(`/staff/${whom.staff_no}`);
    await page.fill("#reason", "已电话核实，是本人操作");
    await page.locator("form[action$='/release'] button").click();
    const waits = page.getByText(asked).first();
    await waits.waitFor();
    const approval = (await waits.textContent()).match(/\d+/)[0];
    await picture(page, "asked", lang);

    const decider = await house.signedIn(head, lang);
    await decider.page.goto("/approvals");
    const form = decider.page.locator(`form[action='/approvals/${approval}/decision']`);
    await form.waitFor();
    assert.ok((await decider.page.locator("main").textContent()).includes(wanted));
    await picture(decider.page, "decide", lang);
    await form.locator("button[value=approve]").click();
    await form.waitFor({ state: "detached" });
    await picture(decider.page, "decided", lang);

    await tries();
    await seller.page.locator("main a[href='/customers/new']").first().waitFor();
    await page.goto("/ledger");
    await picture(page, "ledger", lang);
    assert.deepEqual([...errors, ...decider.errors, ...seller.errors], []);
  });
}
