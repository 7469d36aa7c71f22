//! Days, times and money as people say them.

use jiff::{ToSpan, civil::Date};

use super::shell::grouped;
use crate::{state::App, texts::Lang};

/// A day of the calendar, near ones by their name: `今天`, `11 月 26 日`, `26 Nov 2027`.
pub(crate) fn day(app: &App, lang: Lang, day: &str) -> String {
    match day.parse::<Date>() {
        Ok(date) => said_day(app.tigertally.today(), lang, date),
        Err(_) => day.to_owned(),
    }
}

fn said_day(today: Date, lang: Lang, date: Date) -> String {
    if date == today {
        return lang.t("date-today");
    }
    if date == today.saturating_add(1.day()) {
        return lang.t("date-tomorrow");
    }
    if date == today.saturating_sub(1.day()) {
        return lang.t("date-yesterday");
    }
    let format = match (lang, date.year() == today.year()) {
        (Lang::Zh, true) => "%-m 月 %-d 日",
        (Lang::Zh, false) => "%Y 年 %-m 月 %-d 日",
        (Lang::En, true) => "%-d %b",
        (Lang::En, false) => "%-d %b %Y",
    };
    date.strftime(format).to_string()
}

/// A moment: `今天 09:31`, `11 月 20 日 15:10`.
pub(crate) fn moment(app: &App, lang: Lang, time_ms: u64) -> String {
    let zoned = app.tigertally.zoned(time_ms);
    format!("{} {}", said_day(app.tigertally.today(), lang, zoned.date()), zoned.strftime("%H:%M"))
}

/// A moment with its year and zone, for what is read elsewhere and later.
pub(crate) fn dated(tigertally: &tigertally_core::Tigertally, time_ms: u64) -> String {
    tigertally.zoned(time_ms).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// Time of day of today, else the day: for lists as narrow as a phone.
pub(crate) fn briefly(app: &App, lang: Lang, time_ms: u64) -> String {
    let zoned = app.tigertally.zoned(time_ms);
    let today = app.tigertally.today();
    if zoned.date() == today {
        zoned.strftime("%H:%M").to_string()
    } else if zoned.date() == today.saturating_sub(1.day()) {
        lang.t("date-yesterday")
    } else {
        zoned.strftime("%m-%d").to_string()
    }
}

/// Year and month: `2019 年 4 月`, `Apr 2019`.
pub(crate) fn month(lang: Lang, day: &str) -> String {
    match day.parse::<Date>() {
        Ok(date) => date.strftime(lang.pick("%Y 年 %-m 月", "%b %Y")).to_string(),
        Err(_) => day.to_owned(),
    }
}

/// Money in yuan with two decimals: `¥84,200.00`.
pub(crate) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "−" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}¥{}.{:02}", grouped(fen / 100), fen % 100)
}

/// Key of the band that a spend of twelve months falls in: lists never show the exact figure.
pub(crate) fn spend_band(fen: i64) -> &'static str {
    match fen / 1_000_000 {
        ..1 => "spend-1",
        1..5 => "spend-5",
        5..10 => "spend-10",
        10..50 => "spend-50",
        50..100 => "spend-100",
        _ => "spend-over",
    }
}

/// How a day that is due looks: `bad` when it is over, `warn` today, empty later.
pub(crate) fn due_tag(app: &App, due: &str) -> &'static str {
    match due.parse::<Date>() {
        Ok(date) if date < app.tigertally.today() => "bad",
        Ok(date) if date == app.tigertally.today() => "warn",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn near_days_have_names() {
        let today = date(2026, 11, 24);
        for (day, zh, en) in [
            (date(2026, 11, 24), "今天", "Today"),
            (date(2026, 11, 23), "昨天", "Yesterday"),
            (date(2026, 11, 25), "明天", "Tomorrow"),
            (date(2026, 11, 28), "11 月 28 日", "28 Nov"),
            (date(2027, 1, 9), "2027 年 1 月 9 日", "9 Jan 2027"),
        ] {
            assert_eq!(said_day(today, Lang::Zh, day), zh);
            assert_eq!(said_day(today, Lang::En, day), en);
        }
    }

    #[test]
    fn money_is_grouped_and_banded() {
        assert_eq!(yuan(8_420_050), "¥84,200.50");
        assert_eq!(yuan(-5), "−¥0.05");
        for (fen, band) in [
            (0, "spend-1"),
            (999_999, "spend-1"),
            (1_000_000, "spend-5"),
            (5_000_000, "spend-10"),
            (10_000_000, "spend-50"),
            (99_999_999, "spend-100"),
            (100_000_000, "spend-over"),
        ] {
            assert_eq!(spend_band(fen), band, "{fen}");
        }
    }
}
