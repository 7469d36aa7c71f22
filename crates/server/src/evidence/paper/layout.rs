//! Puts a report on pages. Lengths are in points, `y` from the top of the page.

use super::{
    Cut, Faces,
    text::{on_one_line, width, wrap},
};
use crate::evidence::report::{Block, Line, Point, Report, Tone};

/// A4.
pub(super) const PAGE: (f32, f32) = (595.276, 841.89);
const LEFT: f32 = 62.0;
const RIGHT: f32 = PAGE.0 - 62.0;
pub(super) const TOP: f32 = 84.0;
pub(super) const BOTTOM: f32 = PAGE.1 - 74.0;
/// A row of a table that is not higher stays on one page.
const WHOLE: f32 = 150.0;
/// Space between columns.
const GAP: f32 = 12.0;
/// Above and below the text of a row.
const PAD: f32 = 4.0;

const BLACK: f32 = 0.0;
const GREY: f32 = 0.36;
const PALE: f32 = 0.75;

/// A way of writing: size, distance of lines, face, grey.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Style {
    size: f32,
    leading: f32,
    cut: Cut,
    grey: f32,
}

const fn style(size: f32, leading: f32, cut: Cut, grey: f32) -> Style {
    Style { size, leading, cut, grey }
}

const TITLE: Style = style(20.0, 28.0, Cut::Bold, BLACK);
const HEADING: Style = style(13.0, 20.0, Cut::Bold, BLACK);
const BODY: Style = style(10.0, 16.0, Cut::Regular, BLACK);
const QUIET: Style = style(9.5, 15.0, Cut::Regular, GREY);
const CODE: Style = style(9.0, 14.0, Cut::Code, BLACK);
const HEAD: Style = style(9.0, 13.5, Cut::Bold, BLACK);
const CELL: Style = style(9.0, 13.5, Cut::Regular, BLACK);
const STRONG: Style = style(9.0, 13.5, Cut::Bold, BLACK);
const NOTE: Style = style(8.0, 12.0, Cut::Regular, GREY);
const MARGIN: Style = style(8.0, 12.0, Cut::Regular, GREY);

impl Style {
    fn of(tone: Tone) -> Style {
        match tone {
            Tone::Plain => BODY,
            Tone::Quiet => QUIET,
            Tone::Code => CODE,
        }
    }
}

/// Something on a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// `y` is the base line.
    Text { x: f32, y: f32, size: f32, cut: Cut, grey: f32, text: String },
    /// A line from left to right.
    Rule { x: f32, y: f32, width: f32, thickness: f32, grey: f32 },
    /// A point of a list: full for what is proved.
    Dot { x: f32, y: f32, full: bool },
}

/// The pages of a report.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) pages: Vec<Vec<Mark>>,
    /// Headings with the page and the height at which they stand.
    pub(super) headings: Vec<(String, usize, f32)>,
}

/// A line of a cell.
type Styled = (String, Style);

/// The cells of a row with the lines of each.
type Row = Vec<Vec<Styled>>;

/// Height of the highest cell.
fn height(row: &Row) -> f32 {
    row.iter().map(|cell| cell.iter().map(|(_, style)| style.leading).sum()).fold(0.0, f32::max)
}

/// Typesets a report.
pub(super) fn pages(report: &Report, faces: &Faces<'_>) -> Pages {
    let mut sheet = Sheet { faces, done: Pages { pages: vec![Vec::new()], headings: Vec::new() }, y: TOP };
    sheet.paragraph(&report.title, TITLE, LEFT, RIGHT);
    sheet.paragraph(&report.beside(&report.company, &report.matter), QUIET, LEFT, RIGHT);
    sheet.y += 6.0;
    for (at, block) in report.blocks.iter().enumerate() {
        match block {
            Block::Heading(text) => sheet.heading(text, report.blocks.get(at + 1)),
            Block::Text(text, tone) => {
                sheet.paragraph(text, Style::of(*tone), LEFT, RIGHT);
                sheet.y += 6.0;
            }
            Block::Facts(facts) => sheet.facts(facts),
            Block::Entries(heads, lines) => sheet.entries(heads, lines),
            Block::Points(points) => sheet.points(points),
        }
    }
    sheet.margins(report);
    sheet.done
}

struct Sheet<'a> {
    faces: &'a Faces<'a>,
    done: Pages,
    /// Where the next thing goes on the last page.
    y: f32,
}

impl Sheet<'_> {
    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.done.pages.last_mut() {
            page.push(mark);
        }
    }

    fn turn(&mut self) {
        self.done.pages.push(Vec::new());
        self.y = TOP;
    }

    fn left(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Turns the page if there is less room than that.
    fn room(&mut self, height: f32) {
        if self.left() < height && self.y > TOP {
            self.turn();
        }
    }

    fn width(&self, text: &str, style: Style) -> f32 {
        width(text, self.faces.cut(style.cut), style.size)
    }

    fn wrap(&self, text: &str, style: Style, column: f32) -> Vec<Styled> {
        let lines = wrap(text, self.faces.cut(style.cut), style.size, column);
        lines.into_iter().map(|line| (line, style)).collect()
    }

    /// Writes a line whose upper edge is at `y`.
    fn write(&mut self, text: &str, style: Style, x: f32, y: f32) {
        if text.is_empty() {
            return;
        }
        let Style { size, leading, cut, grey } = style;
        // The middle of an ideograph is 0.38 em above the base line.
        let y = y + leading / 2.0 + size * 0.38;
        self.put(Mark::Text { x, y, size, cut, grey, text: text.to_owned() });
    }

    fn rule(&mut self, x: f32, y: f32, to: f32, thickness: f32, grey: f32) {
        self.put(Mark::Rule { x, y, width: to - x, thickness, grey });
    }

    /// Lines one below the other. No page begins or ends with one line of several.
    fn lines(&mut self, lines: &[Styled], x: f32) {
        for (at, (text, style)) in lines.iter().enumerate() {
            let together = match (at, lines.len()) {
                (0, 3) => 3,
                (0, count) => count.min(2),
                (at, count) if at + 2 == count => 2,
                _ => 1,
            };
            self.room(together as f32 * style.leading);
            self.write(text, *style, x, self.y);
            self.y += style.leading;
        }
    }

    fn paragraph(&mut self, text: &str, style: Style, x: f32, to: f32) {
        let lines = self.wrap(text, style, to - x);
        self.lines(&lines, x);
    }

    /// A heading, together with the beginning of what follows it.
    fn heading(&mut self, text: &str, next: Option<&Block>) {
        let lines = self.wrap(text, HEADING, RIGHT - LEFT);
        let own = lines.len() as f32 * HEADING.leading + 24.0;
        // An explanation before a table is nothing to stand alone, either.
        let more = if matches!(next, Some(Block::Text(..))) { 110.0 } else { 50.0 };
        self.room(own + more);
        if self.y > TOP {
            self.y += 16.0;
        }
        self.done.headings.push((text.to_owned(), self.done.pages.len() - 1, self.y));
        self.lines(&lines, LEFT);
        self.y += 4.0;
    }

    fn facts(&mut self, facts: &[(String, String, Tone)]) {
        let widest = facts.iter().map(|(label, ..)| self.width(label, BODY)).fold(0.0, f32::max);
        let columns = [(LEFT, LEFT + widest.min(150.0)), (LEFT + widest.min(150.0) + 18.0, RIGHT)];
        let rows: Vec<Row> = facts
            .iter()
            .map(|(label, value, tone)| {
                let label = self.wrap(label, Style { grey: GREY, ..BODY }, columns[0].1 - columns[0].0);
                let style = Style { leading: BODY.leading, ..Style::of(*tone) };
                vec![label, self.wrap(value, style, columns[1].1 - columns[1].0)]
            })
            .collect();
        for row in &rows {
            self.row(row, &columns, 1.0, None);
        }
        self.y += 8.0;
    }

    fn entries(&mut self, heads: &[String; 4], lines: &[Line]) {
        let widest = |head: &str, of: &mut dyn Iterator<Item = &str>| {
            of.map(|text| self.width(text, STRONG)).fold(self.width(head, HEAD), f32::max)
        };
        let index = widest("", &mut lines.iter().map(|line| line.index.as_str())).clamp(30.0, 90.0);
        let time = widest(&heads[1], &mut lines.iter().map(|line| line.time.as_str())).min(120.0);
        let decision = widest(&heads[3], &mut lines.iter().map(|line| line.decision.as_str())).min(90.0);
        let at = [LEFT, LEFT + index + GAP, LEFT + index + time + 2.0 * GAP, RIGHT - decision];
        let columns = [(at[0], at[1] - GAP), (at[1], at[2] - GAP), (at[2], at[3] - GAP), (at[3], RIGHT)];
        let cell =
            |text: &str, style, column: usize| self.wrap(text, style, columns[column].1 - columns[column].0);
        let head: Row = heads.iter().enumerate().map(|(at, text)| cell(text, HEAD, at)).collect();
        let rows: Vec<Row> = lines
            .iter()
            .map(|line| {
                let notes = line.notes.iter().flat_map(|note| cell(note, NOTE, 2));
                let said = cell(&line.sentence, CELL, 2).into_iter().chain(notes).collect();
                let decision = if line.denied { STRONG } else { CELL };
                let (index, time) = (cell(&line.index, CELL, 0), cell(&line.time, CELL, 1));
                vec![index, time, said, cell(&line.decision, decision, 3)]
            })
            .collect();
        // A head does not stand alone at the foot of a page.
        let first = rows.first().map_or(0.0, height);
        self.room(height(&head) + first.min(WHOLE) + 4.0 * PAD);
        self.head(&head, &columns);
        for row in &rows {
            self.row(row, &columns, PAD, Some(&head));
            self.rule(LEFT, self.y, RIGHT, 0.4, PALE);
        }
        self.y += 8.0;
    }

    fn head(&mut self, head: &Row, columns: &[(f32, f32)]) {
        self.row(head, columns, PAD, None);
        self.rule(LEFT, self.y, RIGHT, 0.8, BLACK);
    }

    /// A row of a table. It is moved to the next page, or broken if it is too high for that; there the head is
    /// repeated, and the beginning of the row.
    fn row(&mut self, row: &Row, columns: &[(f32, f32)], pad: f32, head: Option<&Row>) {
        let whole = height(row) + 2.0 * pad;
        if whole > self.left() && (whole <= WHOLE || self.left() < WHOLE / 3.0) && self.y > TOP {
            self.turn_in_table(columns, head);
        }
        let mut from: Vec<usize> = vec![0; row.len()];
        loop {
            let (top, end) = (self.y + pad, BOTTOM - pad);
            let mut lowest = top;
            for ((cell, from), (x, _)) in row.iter().zip(&mut from).zip(columns) {
                let mut y = top;
                while let Some((text, style)) = cell.get(*from) {
                    // A line that is higher than a page does not exist, but it must not stop us.
                    if y + style.leading > end && y > TOP + 60.0 {
                        break;
                    }
                    self.write(text, *style, *x, y);
                    y += style.leading;
                    *from += 1;
                }
                lowest = lowest.max(y);
            }
            self.y = lowest + pad;
            if row.iter().zip(&from).all(|(cell, from)| *from >= cell.len()) {
                return;
            }
            self.turn_in_table(columns, head);
            // Which row goes on here.
            if let (Some(first), Some((x, _))) = (row.first(), columns.first())
                && from[0] >= first.len()
                && let Some((text, style)) = first.first()
            {
                self.write(text, Style { grey: GREY, ..*style }, *x, self.y + pad);
            }
        }
    }

    fn turn_in_table(&mut self, columns: &[(f32, f32)], head: Option<&Row>) {
        self.turn();
        if let Some(head) = head {
            self.head(head, columns);
        }
    }

    fn points(&mut self, points: &[Point]) {
        let x = LEFT + 14.0;
        for point in points {
            let lines = self.wrap(&point.text, BODY, RIGHT - x);
            self.room(lines.len().min(3) as f32 * BODY.leading);
            let dot = Mark::Dot { x: LEFT + 4.0, y: self.y + BODY.leading / 2.0, full: point.proved };
            self.put(dot);
            self.lines(&lines, x);
            self.vouchers(&point.rows, x);
            self.y += 4.0;
        }
        self.y += 4.0;
    }

    /// A small table without a head below a point: the first column takes what the others leave.
    fn vouchers(&mut self, rows: &[Vec<String>], x: f32) {
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        if count == 0 {
            return;
        }
        let mut columns = vec![(x, RIGHT); count];
        let mut to = RIGHT;
        for at in (1..count).rev() {
            let cells = rows.iter().filter_map(|row| row.get(at));
            let widest = cells.map(|cell| self.width(cell, CELL)).fold(0.0, f32::max).min(130.0);
            columns[at] = (to - widest, to);
            to -= widest + GAP;
        }
        columns[0].1 = to;
        let rows: Vec<Row> = rows
            .iter()
            .map(|row| {
                row.iter().zip(&columns).map(|(cell, (from, to))| self.wrap(cell, CELL, to - from)).collect()
            })
            .collect();
        self.y += 2.0;
        self.rule(x, self.y, RIGHT, 0.4, PALE);
        for row in &rows {
            self.row(row, &columns, 3.0, None);
            self.rule(x, self.y, RIGHT, 0.4, PALE);
        }
        self.y += 4.0;
    }

    /// What stands above and below every page: whose report it is, in which matter, and which page of how many.
    fn margins(&mut self, report: &Report) {
        let count = self.done.pages.len();
        let face = self.faces.cut(MARGIN.cut);
        let half = (RIGHT - LEFT - GAP) / 2.0;
        let fitted = |text: &str, column: f32| on_one_line(text, face, MARGIN.size, column);
        let company = fitted(&report.company, half);
        let matter = fitted(&report.beside(&report.title, &report.matter), half);
        let origin = fitted(&report.origin, half);
        let put = |page: &mut Vec<Mark>, text: &str, x: f32, y: f32| {
            let Style { size, cut, grey, .. } = MARGIN;
            page.push(Mark::Text { x, y, size, cut, grey, text: text.to_owned() });
        };
        let (above, below) = (52.0, PAGE.1 - 44.0);
        let right = |text: &str| RIGHT - width(text, face, MARGIN.size);
        for (at, page) in self.done.pages.iter_mut().enumerate() {
            let (one, all) = ((at + 1).to_string(), count.to_string());
            let number = report.lang.with("evidence-page", &[("page", &one), ("pages", &all)]);
            let number = fitted(&number, half);
            put(page, &company, LEFT, above);
            put(page, &matter, right(&matter), above);
            let rule = |y| Mark::Rule { x: LEFT, y, width: RIGHT - LEFT, thickness: 0.4, grey: PALE };
            page.push(rule(above + 7.0));
            page.push(rule(below - 14.0));
            put(page, &origin, LEFT, below);
            put(page, &number, right(&number), below);
        }
    }
}
