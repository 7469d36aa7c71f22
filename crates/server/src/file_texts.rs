//! What is wrong with a file or one of its lines, in the reader's language.

use tigertally_core::{
    desk::AttachmentFault,
    import::{FileFault, FileKind, Problem},
    record::Invalid,
};

use crate::texts::Lang;

/// Why a file is not kept on a follow-up.
pub(crate) fn of_attachment(fault: AttachmentFault, lang: Lang) -> String {
    let n = match fault {
        AttachmentFault::TooLarge(n) | AttachmentFault::TooMany(n) => n.to_string(),
        _ => String::new(),
    };
    lang.with(&format!("attachment-{}", fault.code()), &[("n", &n)])
}

/// What is wrong with a file.
pub(crate) fn of_file(fault: &FileFault, lang: Lang) -> String {
    let kind = |kind: &FileKind| {
        lang.t(match kind {
            FileKind::Text => "file-kind-text",
            FileKind::Workbook => "file-kind-workbook",
            FileKind::Gzip => "file-kind-gzip",
            FileKind::Other => "file-kind-other",
        })
    };
    let key = format!("file-{}", fault.code());
    let limited = |limit: u64| lang.with(&key, &[("limit", &limit.to_string())]);
    match fault {
        FileFault::WrongName { name, content } => {
            lang.with(&key, &[("name", &kind(name)), ("content", &kind(content))])
        }
        FileFault::TooLarge { limit } => limited(limit / (1024 * 1024)),
        FileFault::TooManyRows { limit } => limited(*limit),
        FileFault::TooManyColumns { limit } => limited(*limit as u64),
        FileFault::Columns(columns) => {
            let borrowed =
                |names: &[&'static str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            let mut said = vec![lang.t(&key)];
            for (key, names) in [
                ("file-columns-unknown", columns.unknown.clone()),
                ("file-columns-missing", borrowed(&columns.missing)),
                ("file-columns-twice", borrowed(&columns.twice)),
                ("file-columns-overrides", columns.overrides.clone()),
            ] {
                if !names.is_empty() {
                    said.push(lang.with(key, &[("names", &names.join(lang.pick("、", ", ")))]));
                }
            }
            said.join(lang.pick("", " "))
        }
        _ => lang.t(&key),
    }
}

/// What is wrong in a line.
pub(crate) fn of_line(problem: Problem, lang: Lang) -> String {
    let key = format!("line-{}", problem.code());
    match problem {
        Problem::Value(Invalid::TooLong { max }) => lang.with(&key, &[("max", &max.to_string())]),
        Problem::Value(invalid) => lang.t(&format!("invalid-{}", invalid.code())),
        Problem::Columns { expected, found } => {
            lang.with(&key, &[("expected", &expected.to_string()), ("found", &found.to_string())])
        }
        Problem::LongLine { max } => lang.with(&key, &[("max", &max.to_string())]),
        Problem::Duplicate { first } => lang.with(&key, &[("first", &first.to_string())]),
        Problem::Quotes | Problem::Encoding | Problem::Unreadable => lang.t(&key),
    }
}

#[cfg(test)]
mod tests {
    use tigertally_core::import::MappingFault;

    use super::*;

    #[test]
    fn every_fault_has_its_words() {
        let columns =
            MappingFault { unknown: vec!["微信".to_owned()], missing: vec!["name"], ..Default::default() };
        let files = [
            FileFault::WrongName { name: FileKind::Workbook, content: FileKind::Text },
            FileFault::Unsupported,
            FileFault::TooLarge { limit: 1 << 30 },
            FileFault::TooManyRows { limit: 10 },
            FileFault::TooManyColumns { limit: 10 },
            FileFault::Damaged,
            FileFault::Empty,
            FileFault::NoHeader,
            FileFault::Columns(columns),
            FileFault::Unreadable(std::io::ErrorKind::Other),
        ];
        let lines = [
            Problem::Value(Invalid::BadLuhn),
            Problem::Value(Invalid::TooLong { max: 60 }),
            Problem::Columns { expected: 3, found: 2 },
            Problem::Quotes,
            Problem::LongLine { max: 10 },
            Problem::Encoding,
            Problem::Duplicate { first: 2 },
            Problem::Unreadable,
        ];
        for lang in [Lang::Zh, Lang::En] {
            let said = files.iter().map(|fault| of_file(fault, lang)).chain(lines.map(|p| of_line(p, lang)));
            for text in said {
                assert!(!text.contains("Unknown local") && !text.contains('$'), "{text}");
            }
        }
        let text = of_file(&files[8], Lang::Zh);
        assert_eq!(text, "列对不上。不认识的列：微信。指明它是什么，或者不要它。缺少的列：name。");
    }
}
