//! The sentences, in both languages.

use std::sync::LazyLock;

use serde_json::json;
use tigertally_core::entry::PurposeNote;

use super::*;

fn entry(action: &str, decision: Decision, body: Value) -> EntryRow {
    let mut members = json!({"actor": "S012", "role": "staff", "via": "console"});
    members.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    EntryRow {
        index: 7,
        time_ms: 0,
        action: action.to_owned(),
        decision,
        body: Some(serde_json::from_value(members).unwrap()),
        outcome: None,
    }
}

fn said(lang: Lang, entry: &EntryRow) -> Said {
    let names =
        Names::from([("S012", "周敏"), ("S013", "韩璐")].map(|(no, name)| (no.to_owned(), name.to_owned())));
    static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::builtin().unwrap());
    Speaker { lang, names: &names, policy: &POLICY }.say(entry)
}

fn both(entry: &EntryRow) -> (String, String, String, String) {
    let (zh, en) = (said(Lang::Zh, entry), said(Lang::En, entry));
    (zh.text(), zh.note, en.text(), en.note)
}

#[test]
fn a_reveal_says_who_what_whose_and_why() {
    let body = json!({"customer": "C00003", "tier": "high", "fields": ["mobile", "id_number"],
        "purpose": {"kind": "task", "ref": "17"}});
    let (zh, _, en, _) = both(&entry(action::REVEAL, Decision::Allowed, body.clone()));
    assert_eq!(zh, "S012 周敏 看了 C00003 的手机、证件号，事由：任务 17");
    assert_eq!(en, "周敏 (S012) saw the mobile and ID number of C00003 for task 17");
    let said = said(Lang::Zh, &entry(action::REVEAL, Decision::Allowed, body));
    assert_eq!(said.class, "vip");
    assert!(said.parts.iter().any(|part| part.href == "/customers/C00003"));
    assert_eq!(said.parts.first().map(|part| part.person), Some(true));
}

#[test]
fn a_denial_names_the_rule() {
    let body = json!({"customer": "C00003", "fields": ["mobile"], "rules": ["a-purpose-is-needed"],
        "detail": {"asked": "reveal"}});
    let (zh, note, en, note_en) = both(&entry(action::REVEAL, Decision::Denied, body));
    assert_eq!(zh, "S012 周敏 想看 C00003 的手机，未放行");
    assert!(note.starts_with("规则：除基本信息外"), "{note}");
    assert_eq!(en, "周敏 (S012) wanted to see the mobile of C00003, not granted");
    assert!(note_en.starts_with("Rule: Anything but basic"), "{note_en}");
    let (zh, _, en, _) =
        both(&entry(action::LIST, Decision::Denied, json!({"detail": {"asked": "list_customers"}})));
    assert_eq!(zh, "S012 周敏 想看客户列表，未放行");
    assert_eq!(en, "周敏 (S012) wanted to list customers, not granted");
}

#[test]
fn nobody_known_is_somebody() {
    let body = json!({"actor": "unknown", "detail": {"failed": "password", "address": "10.0.0.7"}});
    let (zh, note, en, _) = both(&entry(action::SIGN_IN, Decision::Denied, body));
    assert_eq!((zh.as_str(), en.as_str()), ("有人想登录，未放行", "Somebody wanted to sign in, not granted"));
    assert!(note.contains("密码") && note.contains("10.0.0.7"), "{note}");
}

#[test]
fn where_links_in_mails_lead_is_told_when_it_changes() {
    let changed = |from: &str, to: &str| {
        let mail =
            |url: &str, port: u16| json!({"host": "mail.example.com", "port": port, "public_url": url});
        let detail = json!({"changed": {"mail": {"from": mail(from, 25), "to": mail(to, 465)}}});
        both(&entry(action::SETTINGS, Decision::Allowed, json!({"detail": detail})))
    };
    let (_, zh, _, en) = changed("https://crm.example.com", "https://crm.evil.example");
    assert_eq!(zh, "邮件提醒、邮件链接指向 https://crm.evil.example");
    assert_eq!(en, "mail, links in mails lead to https://crm.evil.example");
    let (_, _, _, en) = changed("https://crm.example.com", "https://crm.example.com");
    assert_eq!(en, "mail");
}

#[test]
fn counts_are_told() {
    let outcome =
        entry(action::OUTCOME, Decision::Recorded, json!({"actor": "system", "released": [1, 2, 3]}));
    let (zh, _, en, _) = both(&outcome);
    assert_eq!((zh.as_str(), en.as_str()), ("3 次查看已完成", "3 disclosures were completed"));
    let retier = json!({"actor": "system", "customers": ["C1", "C2"],
        "detail": {"moves": {"low>medium": ["C1"], "medium>high": ["C2"]}}});
    let (zh, note, en, _) = both(&entry(action::RETIER, Decision::Recorded, retier));
    assert_eq!(
        (zh.as_str(), en.as_str()),
        ("系统调整了 2 位客户的等级", "The system moved 2 customers to another tier")
    );
    assert_eq!(note, "低 → 中 1，中 → 高 1");
    let import = json!({"detail": {"table": "customers", "created": 500, "updated": {"C1": ["mobile"]}}});
    let (zh, note, _, _) = both(&entry(action::IMPORT, Decision::Allowed, import));
    assert_eq!((zh.as_str(), note.as_str()), ("S012 周敏 导入了客户", "新增 500，更改 1"));
}

#[test]
fn a_share_says_whom_what_and_until_when() {
    let share = json!({"customer": "C00003", "staff": "S013",
        "detail": {"share": 4, "approval": 9, "classes": ["basic", "contact"], "until": "2026-12-31"}});
    let (zh, note, en, note_en) = both(&entry(action::SHARE, Decision::Allowed, share));
    assert_eq!(zh, "S012 周敏 申请把 C00003 共享给 S013 韩璐（审批 9）");
    assert_eq!(note, "联系方式，截至 2026-12-31");
    assert_eq!(en, "周敏 (S012) asked to share C00003 with 韩璐 (S013) (approval 9)");
    assert_eq!(note_en, "contact, until 2026-12-31");
    let over = json!({"actor": "system", "customer": "C00003",
        "detail": {"share": 4, "department": "渠道部", "ended": "over"}});
    let (zh, _, en, _) = both(&entry(action::SHARE_END, Decision::Recorded, over));
    assert_eq!(
        (zh.as_str(), en.as_str()),
        ("C00003 对 渠道部 的共享已结束", "C00003 is shared with 渠道部 no more")
    );
    let review = json!({"customer": "C00003",
        "detail": {"next": "2027-02-27", "kept": ["contact_person", "share:4"], "ended": ["approval:9"]}});
    let (_, note, _, note_en) = both(&entry(action::REVIEW, Decision::Allowed, review));
    assert!(note.starts_with("保留 2 项，终止 1 项"), "{note}");
    assert!(note_en.starts_with("kept 2, ended 1"), "{note_en}");
}

/// Every action has a sentence in both languages, with the details that the core writes, granted and denied.
#[test]
fn every_action_has_its_sentence() {
    let source = include_str!("../../../core/src/entry.rs");
    let actions: Vec<&str> = source
        .lines()
        .filter(|line| line.trim().starts_with("pub const ") && line.contains(": &str"))
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    assert_eq!(actions, ACTIONS, "an action is missing in the list");
    let details = [
        json!({}),
        json!({"detail": {"set": "activation code", "everywhere": true, "approved": false, "dry_run": true, "preview": "tiers"}}),
        json!({"detail": {"set": "password", "taken": false, "address": "::1", "factor": "recovery code"}}),
        json!({"detail": {"set": "recovery codes", "refused": "no_header", "moves": {"low>high": ["C1"]}}}),
        json!({"failed": [1], "fields": ["mobile"], "detail": {"set": "password, authenticator", "repeated": true}}),
    ];
    for action in actions {
        for (body, decision) in
            details.iter().flat_map(|body| [(body, Decision::Allowed), (body, Decision::Denied)])
        {
            let mut entry = entry(action, decision, body.clone());
            if let Some(body) = &mut entry.body {
                body.customer = Some("C00001".to_owned());
                body.staff = Some("S013".to_owned());
                body.purpose = Some(PurposeNote { kind: "call".to_owned(), reference: "8".to_owned() });
            }
            for text in <[String; 4]>::from(both(&entry)) {
                assert!(
                    !text.contains("Unknown") && !text.contains('$') && !text.contains("say-"),
                    "{action}: {text}"
                );
            }
            assert_ne!(both(&entry).0, both(&entry).2, "{action} says the same in both languages");
        }
    }
}
