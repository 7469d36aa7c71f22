//! What mails say: in both languages, for nobody has said which one they read. No customer's data and no free text of
//! anybody: the core hands over none ([`MailText`]). Names of staff are shown so that nothing hides in them.

use tigertally_core::{
    Tigertally,
    desk::{MailStep, MailText, RequestBrief},
    visible,
};

use crate::texts::Lang;

/// A mail in words.
pub(super) struct Written {
    pub(super) subject: String,
    pub(super) body: String,
}

/// Puts a mail into words.
pub(super) fn written(tigertally: &Tigertally, says: &MailText) -> Written {
    let [(zh, first), (en, second)] = [Lang::Zh, Lang::En].map(|lang| said(tigertally, lang, says));
    Written { subject: format!("{zh} / {en}"), body: format!("{first}\n\n----\n\n{second}\n") }
}

/// Subject and text in one language.
fn said(tigertally: &Tigertally, lang: Lang, says: &MailText) -> (String, String) {
    match says {
        MailText::Decide { request, step, link, in_place_of } => {
            let key = match step {
                MailStep::Asked => "mail-asked",
                MailStep::Waits => "mail-waits",
                MailStep::Lapses => "mail-lapses",
            };
            let mut lines = vec![asked_for(lang, request), when(tigertally, lang, request)];
            if let Some(absent) = in_place_of {
                lines.push(lang.with("approval-away", &[("who", &visible(absent))]));
            }
            lines.extend([
                String::new(),
                lang.t("mail-follow"),
                link.clone(),
                String::new(),
                lang.t("mail-own"),
            ]);
            (numbered(lang, key, request), lines.join("\n"))
        }
        MailText::Decided { request, approved } => {
            let key = if *approved { "mail-approved" } else { "mail-refused" };
            let lines = [asked_for(lang, request), lang.t("mail-read-answer")];
            (numbered(lang, key, request), lines.join("\n"))
        }
        MailText::Tasks { due, overdue } => {
            let mut lines = vec![lang.counted("mail-tasks-due", *due)];
            if *overdue > 0 {
                lines.push(lang.counted("mail-tasks-overdue", *overdue));
            }
            lines.push(lang.t("mail-tasks-where"));
            (lang.counted("mail-tasks", due + overdue), lines.join("\n"))
        }
        MailText::Trial => (lang.t("mail-trial"), lang.t("mail-trial-text")),
    }
}

fn numbered(lang: Lang, key: &str, request: &RequestBrief) -> String {
    lang.with(key, &[("id", &request.id.to_string())])
}

/// Who asks for what, as the page behind a link says it, too.
pub(crate) fn asked_for(lang: Lang, request: &RequestBrief) -> String {
    let (no, name) = &request.requester;
    let who = format!("{} {no}", visible(name));
    let kind = lang.t(&format!("mail-kind-{}", request.kind));
    let asked = lang.with("mail-who-asks", &[("who", &who), ("what", &kind)]);
    match request.customers {
        0 => asked,
        n => format!("{asked}{}{}", lang.pick("", " "), lang.counted("mail-customers", n)),
    }
}

fn when(tigertally: &Tigertally, lang: Lang, request: &RequestBrief) -> String {
    let moment = |ms: u64| tigertally.zoned(ms).strftime("%Y-%m-%d %H:%M").to_string();
    let (made, lapses) = (moment(request.created_ms), moment(request.lapses_ms));
    lang.with("mail-when", &[("made", &made), ("lapses", &lapses)])
}
