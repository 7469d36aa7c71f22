//! The order of the house, where the compiler does not keep it: which room may name what, and how large a file may be.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file of the workspace: its path from the root, and its text without what only tests see.
struct Source {
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The files below a folder of the workspace that end in one of these.
fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", "dist", "corpus", "artifacts"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                found.push(Source { path, text });
            }
        }
    }
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

/// The product's own Rust, without test modules and comments.
fn product() -> Vec<Source> {
    let own = |source: &Source| {
        source.path.contains("/src/")
            && !source.path.ends_with("/tests.rs")
            && !source.path.contains("crates/bench/")
    };
    let code = |source: Source| {
        let code = source.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        Source { text: lines.collect::<Vec<_>>().join("\n"), path: source.path }
    };
    sources("crates", &[".rs"]).into_iter().filter(own).map(code).collect()
}

/// The files outside of some places in which a text stands.
fn elsewhere(word: &str, places: &[&str]) -> Vec<String> {
    let outside = |source: &Source| !places.iter().any(|place| source.path.starts_with(place));
    product().into_iter().filter(|s| outside(s) && s.text.contains(word)).map(|s| s.path).collect()
}

const CORE: &str = "crates/core/src";

#[test]
fn only_the_store_speaks_sql() {
    let store = ["crates/core/src/store/"];
    for word in ["rusqlite", "SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "PRAGMA "] {
        assert_eq!(elsewhere(word, &store), [""; 0], "{word}");
    }
}

#[test]
fn only_the_vault_holds_keys_and_fetches_ciphertext() {
    let vault = "crates/core/src/vault/";
    for word in ["Keyring", "RootKey::generate", "RootKey::from_"] {
        assert_eq!(elsewhere(word, &["crates/crypto/", vault, "crates/core/src/open.rs"]), [""; 0], "{word}");
    }
    for word in ["DataKey", "ClassKey", "unwrap_data_key", "open_masks", ".blind_index("] {
        let places = ["crates/crypto/", vault, "crates/core/src/store/"];
        assert_eq!(elsewhere(word, &places), [""; 0], "{word}");
    }
    for word in ["sealed::ciphertext(", "sealed::masks(", "sealed::wrapped_key(", "sealed::file_piece("] {
        assert_eq!(elsewhere(word, &[vault]), [""; 0], "{word}");
    }
}

/// Which type is made in which file: its literal stands once there and nowhere else.
#[test]
fn each_key_of_the_gate_has_one_maker() {
    for (literal, maker) in [
        ("Ok(Committed {", "crates/core/src/store/writer.rs"),
        ("Ok(Permit {", "crates/core/src/policy/decide.rs"),
        ("Ok(Warrant {", "crates/core/src/vault/open.rs"),
        ("Ok(Disclosure {", "crates/core/src/vault/open.rs"),
        ("Ok(Page { receipt: warrant", "crates/core/src/vault/open.rs"),
    ] {
        assert_eq!(elsewhere(literal, &[maker]), [""; 0], "{literal}");
        let name = literal.trim_start_matches("Ok(").split(' ').next().unwrap();
        let makers: Vec<_> = product()
            .into_iter()
            .filter(|source| source.path.starts_with(CORE))
            .filter(|source| {
                let shown = |line: &str| ["struct", "impl", "->"].iter().any(|word| line.contains(word));
                source.text.lines().any(|line| line.contains(&format!(" {name} {{")) && !shown(line))
                    || source.text.contains(literal)
            })
            .map(|source| source.path)
            .collect();
        if name != "Page" {
            assert_eq!(makers, [maker], "{name}");
        }
    }
    // A transaction ends in one place, beside the founding of a folder, before there is a ledger.
    assert_eq!(
        elsewhere("COMMIT\"", &["crates/core/src/store/writer.rs", "crates/core/src/store/mod.rs"]),
        [""; 0]
    );
}

#[test]
fn the_outer_rooms_do_not_depend_on_what_they_must_not_name() {
    for (manifest, foreign) in [
        (
            "crates/server/Cargo.toml",
            &["tigertally-crypto", "tigertally-ledger", "rusqlite", "aws-lc-rs"][..],
        ),
        ("crates/cli/Cargo.toml", &["tigertally-crypto", "rusqlite", "aws-lc-rs"]),
        ("crates/crypto/Cargo.toml", &["tigertally-core", "tokio", "rusqlite"]),
        ("crates/ledger/Cargo.toml", &["tigertally-core", "tigertally-crypto", "tokio", "rusqlite"]),
    ] {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        let used = text.split("[dev-dependencies]").next().unwrap();
        for name in foreign {
            assert!(!used.lines().any(|line| line.starts_with(name)), "{manifest} names {name}");
        }
    }
}

#[test]
fn the_policy_is_pure() {
    for word in [
        "crate::store",
        "crate::vault",
        "crate::desk",
        "crate::identity",
        "std::time",
        "SystemTime",
        "async fn",
    ] {
        let named: Vec<_> = product()
            .into_iter()
            .filter(|s| s.path.starts_with("crates/core/src/policy/") && s.text.contains(word))
            .map(|s| s.path)
            .collect();
        assert_eq!(named, [""; 0], "{word}");
    }
}

#[test]
fn no_file_is_too_long_and_nothing_is_left_to_do() {
    let tests = |path: &str| path.contains("/tests/") || path.ends_with("/tests.rs");
    let mut long = Vec::new();
    let unfinished = ["TO DO", "FIX ME", "unimplemented !", "to do!"].map(|mark| mark.replace(' ', ""));
    for folder in ["crates", "web/src"] {
        for source in sources(folder, &[".rs", ".ts", ".css"]) {
            if source.text.lines().count() > 600 && !tests(&source.path) {
                long.push(source.path.clone());
            }
            for mark in &unfinished[..] {
                let marked = source.text.contains(mark.as_str());
                assert!(!marked, "{}: {mark}", source.path);
            }
        }
    }
    assert_eq!(long, [""; 0], "over 600 lines");
}
