//! Witnesses and time stamps: how they stand, and who they are.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{EvidenceSettings, Settings, TimeStampAuthority, desk::DeskError};

use super::{
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};
use crate::state::App;

/// A witness as the ledger's page shows it.
pub(crate) struct WitnessView {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) time: String,
    /// Why it does not cosign; empty when it does.
    pub(crate) problem: String,
}

/// A time stamp as the ledger's page shows it.
pub(crate) struct StampView {
    pub(crate) authority: String,
    pub(crate) size: u64,
    pub(crate) time: String,
}

/// How those stand who vouch for the ledger from outside.
pub(crate) struct OutsideView {
    pub(crate) witnesses: Vec<WitnessView>,
    /// For how long too few have cosigned; empty when enough do.
    pub(crate) missed: String,
    pub(crate) stamps: Vec<StampView>,
}

/// How they stand now.
pub(crate) fn outside(visitor: &Visitor) -> Result<OutsideView, DeskError> {
    let (app, lang) = (&visitor.app, visitor.lang);
    let time = |ms: u64| app.tigertally.zoned(ms).strftime("%m-%d %H:%M:%S").to_string();
    let witnesses = app.witnesses.states().into_iter().map(|state| WitnessView {
        time: if state.time_ms == 0 { String::new() } else { time(state.time_ms) },
        problem: state.problem.map_or_else(String::new, |problem| {
            lang.try_t(&format!("witness-problem-{problem}")).unwrap_or_else(|| lang.t("witness-problem"))
        }),
        name: state.name,
        size: state.size,
    });
    let stamps = app.tigertally.time_stamps(3)?.into_iter().map(|stamp| StampView {
        authority: stamp.authority,
        size: stamp.size,
        time: time(stamp.time_ms),
    });
    Ok(OutsideView {
        witnesses: witnesses.collect(),
        missed: missed(app, visitor.lang),
        stamps: stamps.collect(),
    })
}

/// For how long a quorum has been missed beyond the time that the settings allow; empty when it has not.
pub(crate) fn missed(app: &App, lang: crate::texts::Lang) -> String {
    let alarm = u64::from(app.tigertally.settings().evidence.witness_alarm_seconds);
    match app.witnesses.missed() {
        Some(missed) if missed.as_secs() >= alarm => {
            let minutes = missed.as_secs() / 60;
            if minutes < 1 {
                lang.pick(&format!("{} 秒", missed.as_secs()), &format!("{} s", missed.as_secs())).to_owned()
            } else {
                lang.pick(&format!("{minutes} 分钟"), &format!("{minutes} min")).to_owned()
            }
        }
        _ => String::new(),
    }
}

#[derive(Template)]
#[template(path = "outside.html")]
struct SettingsPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    /// The authorities' places in the form: those there are, and one more.
    places: Vec<String>,
    second_key: String,
    /// Whether no witness is asked for, as it is set now.
    unwitnessed: bool,
}

fn typed_of(settings: &EvidenceSettings) -> Typed {
    let mut pairs = vec![
        ("trust_policy".to_owned(), settings.trust_policy.clone()),
        ("witness_alarm_seconds".to_owned(), settings.witness_alarm_seconds.to_string()),
    ];
    if settings.post_quantum {
        pairs.push(("post_quantum".to_owned(), "1".to_owned()));
    }
    for (at, authority) in settings.time_stamp_authorities.iter().enumerate() {
        for (part, value) in [
            ("name", &authority.name),
            ("url", &authority.url),
            ("crl", &authority.crl_url),
            ("anchors", &authority.anchors),
        ] {
            pairs.push((format!("{part}{at}"), value.clone()));
        }
    }
    Typed::of(pairs)
}

fn view(visitor: &Visitor, typed: Typed, faults: Faults) -> SettingsPage {
    let there = (0..8).take_while(|at| typed.some(&format!("name{at}")).is_some()).count();
    SettingsPage {
        shell: visitor.shell("settings-outside", "/settings"),
        typed,
        faults,
        places: (0..(there + 1).min(8)).map(|at| at.to_string()).collect(),
        second_key: visitor.desk().second_verifier_key(),
        unwitnessed: !visitor.desk().witnessed(),
    }
}

/// `GET /settings/outside`
pub(crate) async fn page(visitor: Visitor) -> Page {
    let read = visitor.desk().read_settings(&visitor.actor).await;
    let (settings, receipt) = read.map_err(|error| visitor.fail(&error))?;
    let mut page = view(&visitor, typed_of(&settings.evidence), Faults::default());
    page.shell = page.shell.recorded(&visitor.app, &receipt);
    Ok(html(&page))
}

/// `POST /settings/outside`
pub(crate) async fn save(visitor: Visitor, typed: Typed) -> Page {
    let authority = |at: usize| {
        let part = |part: &str| typed.get(&format!("{part}{at}")).trim().replace("\r\n", "\n");
        let name = part("name");
        (!name.is_empty()).then(|| TimeStampAuthority {
            name,
            url: part("url"),
            anchors: part("anchors"),
            crl_url: part("crl"),
        })
    };
    let evidence = EvidenceSettings {
        trust_policy: typed.get("trust_policy").trim().replace("\r\n", "\n"),
        witness_alarm_seconds: typed.get("witness_alarm_seconds").trim().parse().unwrap_or(u32::MAX),
        post_quantum: typed.ticked("post_quantum"),
        time_stamp_authorities: (0..8).filter_map(authority).collect(),
    };
    let new = Settings { evidence, ..visitor.desk().settings() };
    let faults = match visitor.desk().change_settings(&visitor.actor, new).await {
        Ok(receipt) => return Ok(visitor.done("/settings/outside", "flash-settings", receipt)),
        Err(DeskError::Setting(name)) => Faults::one(name, visitor.lang.t(&format!("setting-{name}-range"))),
        Err(DeskError::Conflict) => Faults::one("", visitor.lang.t("problem-conflict-text")),
        Err(error) => return Err(visitor.fail(&error)),
    };
    Ok((faults.status(), html(&view(&visitor, typed, faults))).into_response())
}
