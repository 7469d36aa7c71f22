//! Needs a font with Chinese glyphs, and poppler's `pdftotext` and `pdfinfo`: `make test` installs both.

use std::{fs, path::Path, process::Command};

use tigertally_core::visible;

use super::{
    super::report::{Block, Line, Point, Report, Tone},
    *,
};
use crate::texts::Lang;

fn fonts() -> Fonts {
    Fonts::find().expect("a font with Chinese glyphs: fonts-noto-cjk")
}

fn line(index: u64, sentence: &str) -> Line {
    Line {
        index: index.to_string(),
        time: "2026-11-27 17:14:02".to_owned(),
        sentence: visible(sentence),
        notes: Vec::new(),
        decision: "放行".to_owned(),
        denied: false,
    }
}

fn report(lines: Vec<Line>) -> Report {
    let heads = ["序号", "时间 (Asia/Shanghai)", "事项", "结果"].map(str::to_owned);
    Report {
        lang: Lang::Zh,
        title: "证据报告".to_owned(),
        company: "澜图商贸".to_owned(),
        matter: "案由 7".to_owned(),
        origin: "tigertally/4f2a".to_owned(),
        made: "2026-11-27T09:14:02Z".parse().unwrap(),
        id: [7; 16],
        blocks: vec![
            Block::Facts(vec![("制作人".to_owned(), "M014 李法务".to_owned(), Tone::Plain)]),
            Block::Heading("发生了什么".to_owned()),
            Block::Entries(heads, lines),
            Block::Heading("证明了什么".to_owned()),
            Block::Points(vec![Point {
                proved: true,
                text: "记录内容自写入后未被改动。".to_owned(),
                rows: vec![vec!["witness.example".to_owned(), "2026-11-27 17:14:03".to_owned()]],
            }]),
        ],
    }
}

fn pdf(lines: Vec<Line>) -> Vec<u8> {
    print(&report(lines), &fonts()).unwrap()
}

/// What a reader of the file finds: its text in the order of the page, and how many pages.
fn read(pdf: &[u8]) -> (String, usize) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.pdf");
    fs::write(&file, pdf).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).output();
        let ran = ran.unwrap_or_else(|_| panic!("{program} is in the package poppler-utils"));
        assert!(ran.status.success() && ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    let file = file.to_str().unwrap();
    let pages = run("pdfinfo", &[file]);
    let pages = pages.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim().parse().unwrap();
    (run("pdftotext", &["-layout", file, "-"]), pages)
}

/// The texts of a layout, page by page.
fn texts(report: &Report) -> Vec<Vec<String>> {
    let fonts = fonts();
    let faces = Faces::of(&fonts).unwrap();
    let pages = layout::pages(report, &faces).pages;
    let text = |mark| match mark {
        layout::Mark::Text { text, y, .. } => {
            assert!((0.0..layout::PAGE.1).contains(&y), "{text} is beside the page");
            Some(text)
        }
        _ => None,
    };
    pages.into_iter().map(|marks| marks.into_iter().filter_map(text).collect()).collect()
}

#[test]
fn lines_break_where_chinese_and_english_may() {
    let fonts = fonts();
    let face = fonts.regular.face().unwrap();
    let wrap = |text: &str, em: f32| text::wrap(text, &face, 10.0, em * 10.0);
    assert_eq!(wrap("查看了客户的电话，用于核对。", 8.5), ["查看了客户的电", "话，用于核对。"]);
    assert_eq!(wrap("asked for evidence", 6.0), ["asked for", "evidence"]);
    assert_eq!(wrap("", 6.0), [""]);
    let long = "0f".repeat(100);
    let lines = wrap(&long, 10.0);
    assert!(lines.len() > 5 && lines.concat() == long, "{lines:?}");
    assert!(lines.iter().all(|line| text::width(line, &face, 10.0) <= 100.0));
    // A column that takes no character at all takes one a line.
    assert_eq!(wrap("虎账", 0.1), ["虎", "账"]);
}

#[test]
fn what_has_no_glyph_is_shown_by_its_number() {
    let fonts = fonts();
    let face = fonts.regular.face().unwrap();
    assert_eq!(text::shown("虎\u{1f600}\u{5d0}e\u{301}", &face), "虎[U+1F600][U+05D0]e[U+0301]");
    assert_eq!(text::on_one_line("澜图商贸有限公司", &face, 10.0, 45.0), "澜图商…");
}

#[test]
fn a_table_is_continued_under_its_head() {
    let pages = texts(&report((0..100).map(|at| line(at, "S012 周敏查看了客户 C00003 的电话")).collect()));
    assert!(pages.len() > 2);
    let count = pages.len();
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("第 {} 页，共 {count} 页", at + 1)));
        assert!(page.contains(&"证据报告\u{3000}案由 7".to_owned()));
        let rows = page.iter().filter(|text| text.starts_with("S012")).count();
        assert_eq!(rows > 0, page.contains(&"序号".to_owned()), "page {at}");
    }
    let indexes = pages.concat().into_iter().filter(|text| text.parse::<u64>().is_ok());
    assert_eq!(indexes.collect::<Vec<_>>(), (0..100).map(|at| at.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_row_that_is_longer_than_a_page_is_broken_and_nothing_is_lost() {
    let long = "很长的一句话，".repeat(1500);
    let pages = texts(&report(vec![line(1, &long), line(2, "短")]));
    assert!(pages.len() > 2);
    assert!(
        pages[..pages.len() - 1].iter().all(|page| page.contains(&"1".to_owned())),
        "which entry goes on"
    );
    assert_eq!(pages.concat().concat().matches('长').count(), 1500);
}

#[test]
fn the_same_report_gives_the_same_bytes_small_and_readable() {
    let lines = || (0..30).map(|at| line(at, "S012 周敏查看了客户 C00003 的电话")).collect::<Vec<_>>();
    let made = pdf(lines());
    assert_eq!(made, pdf(lines()));
    assert!(made.len() < 200_000, "{} bytes", made.len());
    let (text, pages) = read(&made);
    assert_eq!(pages, text.matches("页，共").count());
    for told in ["证据报告", "S012 周敏查看了客户 C00003 的电话", "witness.example", "澜图商贸"]
    {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn hostile_text_stays_in_its_cell_and_is_seen() {
    let hostile = [
        "\u{202e}三张\u{202c}",
        "a\u{0}b\u{1b}[2J\r\n",
        "\u{1f600}\u{200d}\u{1f468}",
        "(\\)endstream endobj %%EOF",
        "<</ActualText(x)>>",
        "\u{5d0}\u{5d1}\u{5d2} 123",
        "⼀一 \u{2010}-\u{2011}",
    ];
    let mut lines: Vec<Line> = hostile.iter().zip(1..).map(|(text, at)| line(at, text)).collect();
    lines.push(line(8, &"W".repeat(20_000)));
    let (text, _) = read(&pdf(lines));
    for told in ["[U+202E]三张[U+202C]", "a[U+0000]b[U+001B][2J[U+000D]", "[U+1F600][U+200D]"] {
        assert!(text.contains(told), "{told}");
    }
    for told in ["(\\)endstream endobj", "[U+05D0]", "⼀一"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert_eq!(text.matches('W').count(), 20_000);
}

#[test]
fn ten_thousand_entries_take_seconds() {
    let start = std::time::Instant::now();
    let lines =
        (0..10_000).map(|at| line(at, "S012 周敏查看了客户 C00003 的电话、地址，用于处理工单 T-20261127"));
    let made = pdf(lines.collect());
    println!("{:?}, {} bytes", start.elapsed(), made.len());
    // Unoptimised and beside other tests; a release build takes about a second.
    assert!(start.elapsed().as_secs() < 60);
}

/// TrueType outlines, and no bold: where the machine has such a font.
#[test]
fn another_font_will_do() {
    let Some(fonts) = Fonts::below(&[Path::new("/usr/share/fonts/truetype/wqy")]) else { return };
    let (text, pages) =
        read(&print(&report(vec![line(1, "S012 周敏查看了客户 C00003 的电话")]), &fonts).unwrap());
    assert_eq!(pages, 1);
    assert!(text.contains("周敏查看了客户 C00003 的电话") && text.contains("第 1 页，共 1 页"), "{text}");
}

#[test]
fn without_a_font_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Fonts::below(&[folder.path(), Path::new("/nowhere")]).is_none());
    // A file of the right name that is no font is none, either.
    fs::write(folder.path().join("simhei.ttf"), b"not a font").unwrap();
    assert!(Fonts::below(&[folder.path()]).is_none());
}
