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
        MailText::Tasks { due, overdue } => tasks(lang, *due, *overdue),
        MailText::Trial => (lang.t("mail-trial"), lang.t("mail-trial-text")),
    }
}

/// What a mail about tasks says: how many are due in its subject, and below, of those that there are, the two kinds.
fn tasks(lang: Lang, due: u64, overdue: u64) -> (String, String) {
    let counts = [("mail-tasks-due", due), ("mail-tasks-overdue", overdue)].into_iter();
    let counts = counts.filter(|(_, n)| *n > 0).map(|(key, n)| lang.counted(key, n));
    let lines: Vec<String> = counts.chain([lang.t("mail-tasks-where")]).collect();
    (lang.counted("mail-tasks", due + overdue), lines.join("\n"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_counted_as_what_they_are() {
        for (lang, due, overdue, subject, first) in [
            (Lang::En, 0, 1, "1 task due", "Tasks overdue: 1."),
            (Lang::En, 2, 1, "3 tasks due", "Tasks due today: 2."),
            (Lang::Zh, 0, 4, "任务到期：4 项", "已经逾期的任务：4 项。"),
            (Lang::Zh, 1, 0, "任务到期：1 项", "今天到期的任务：1 项。"),
        ] {
            let (said, text) = tasks(lang, due, overdue);
            assert_eq!((said.as_str(), text.lines().next()), (subject, Some(first)));
            assert_eq!(text.lines().count(), 1 + usize::from(due > 0) + usize::from(overdue > 0));
        }
    }
}
