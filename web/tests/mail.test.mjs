// Mail in the browser, in both languages: set up and tried by the administrator; a request comes as a mail, and is decided by
// its link, without a session.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { company, freshCode, signIn } from "./kit.mjs";

/** A mail server on this machine: `next(fits)` resolves with the text of the first mail that fits. */
async function mailServer() {
  const mails = [];
  const waiting = [];
  const look = () => {
    for (const one of [...waiting]) {
      const found = mails.find(one.fits);
      if (found) {
        waiting.splice(waiting.indexOf(one), 1);
        one.resolve(found);
      }
    }
  };
  const server = createServer((socket) => {
    let [rest, data] = ["", null];
    const say = (text) => socket.write(`${text}\r\n`);
    say("220 mail.example.com");
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const lines = (rest + bytes).split("\r\n");
      rest = lines.pop();
      for (const line of lines) {
        if (data && line === ".") {
          const body = data.slice(data.indexOf("") + 1);
          mails.push(Buffer.from(body.join(""), "base64").toString());
          data = null;
          say("250 taken");
          look();
        } else if (data) data.push(line);
        else if (line === "DATA") {
          data = [];
          say("354 go on");
        } else say(line === "QUIT" ? "221 bye" : "250 yes");
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    next: (fits) => new Promise((resolve) => {
      waiting.push({ fits, resolve });
      look();
    }),
    close: () => server.close(),
  };
}

let house;
let mail;
before(async () => {
  [house, mail] = [await company(), await mailServer()];
});
after(async () => {
  mail?.close();
  await house?.close();
});

const LANGUAGES = [
  { lang: "zh-CN", nth: 0, tried: "服务器已接收测试邮件", show: "查看申请", approved: "已批准申请", gone: "链接已失效" },
  { lang: "en", nth: 1, tried: "The server took the test mail", show: "Show the request", approved: "is approved", gone: "This link does not work any more" },
];

for (const { lang, nth, tried, show, approved, gone } of LANGUAGES) {
  test(`a request comes by mail and is decided by its link (${lang})`, async () => {
    const pictures = process.env.PICTURES;
    const picture = async (page, name) => {
      if (pictures) await page.screenshot({ path: `${pictures}/mail-${name}-${lang.slice(0, 2)}.png`, fullPage: true });
    };
    const admin = await house.visit(lang);
    await signIn(admin.page, house.person("administrator"));
    await admin.page.goto("/settings/mail");
    await admin.page.fill("#mail_host", "127.0.0.1");
    await admin.page.fill("#mail_port", String(mail.port));
    await admin.page.selectOption("#mail_security", "plain");
    await admin.page.fill("#mail_sender", "tigertally@example.com");
    await admin.page.fill("#mail_public_url", house.address);
    await admin.page.click("form[action='/settings/mail'] button");
    await admin.page.waitForURL("**/settings/mail");
    await admin.page.click("form[action='/settings/mail/trial'] button");
    await admin.page.getByText(tried).waitFor();
    await picture(admin.page, "settings");

    const seller = await house.visit(lang);
    await signIn(seller.page, house.person("staff", nth));
    await seller.page.goto("/customers?scope=mine");
    const row = seller.page.locator("tbody tr a[href^='/customers/']").first();
    const no = (await row.getAttribute("href")).split("/").pop();
    await seller.page.goto(`/approvals/new?customer=${no}`);
    await seller.page.check("input[name=field_address]");
    await seller.page.fill("[name=reason]", `to send the samples (${lang})`);
    await seller.page.click("form[action='/approvals/new'] button.b");
    await seller.page.waitForURL("**/approvals");

    const asks = house.person("staff", nth).staff_no;
    const text = await mail.next((text) => text.includes(asks) && text.includes("/decide/"));
    assert.ok(!text.includes(no) && !text.includes("samples"), "nothing of the customer");
    const link = text.split("\n").find((line) => line.includes("/decide/"));
    const decider = await house.visit(lang);
    await decider.page.goto(link);
    await picture(decider.page, "link");
    const shown = await decider.page.innerText("main");
    const person = ["manager", "compliance", "dpo"].flatMap((role) => [0, 1, 2, 3].map((at) => house.person(role, at)))
      .find((person) => person && shown.includes(person.staff_no));
    assert.ok(person, shown);
    await decider.page.fill("#password", person.password);
    await decider.page.fill("#code", freshCode(person));
    assert.equal(await decider.page.locator("button[value=approve]").count(), 0, "nothing is decided unseen");
    await decider.page.getByRole("button", { name: show }).click();
    const form = decider.page.locator("form.decide", { hasText: `samples (${lang})` });
    await form.waitFor();
    assert.ok((await form.innerText()).includes(no), "the customer's number");
    await picture(decider.page, "request");
    await decider.page.click("button[value=approve]");
    await decider.page.getByText(approved).waitFor();
    await picture(decider.page, "decided");
    assert.deepEqual((await decider.context.cookies()).filter((cookie) => cookie.name === "tt_session"), []);
    await decider.page.goto(link);
    await decider.page.getByText(gone).waitFor();
    await picture(decider.page, "gone");
    for (const visit of [admin, seller, decider]) assert.deepEqual(visit.errors, []);
  });
}
