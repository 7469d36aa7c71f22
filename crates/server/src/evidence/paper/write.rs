//! Writes pages as a PDF/A-2u file: fonts inside and cut down to what is used, text that can be taken out again, greys
//! that are told, nothing that moves.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
};

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::{
    Content, Date, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{CidFontType, FontFlags, OutputIntentSubtype, SystemInfo, UnicodeCmap},
};
use subsetter::GlyphRemapper;
use xmp_writer::{DateTime, LangId, Timezone, XmpWriter};

use super::{
    Faces,
    font::{Face, FontFault},
    grey,
    layout::{Mark, PAGE, Pages},
};
use crate::evidence::report::Report;

const SYSTEM: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// Who wrote the file, as its metadata say.
const PRODUCER: &str = concat!("Tigertally ", env!("CARGO_PKG_VERSION"));

/// Hands out numbers of objects.
struct Numbers(i32);

impl Numbers {
    fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }
}

/// The glyphs of a face that are used.
struct Used<'a> {
    face: &'a Face<'a>,
    glyphs: GlyphRemapper,
    /// For each new number of a glyph: what it stands for, and its advance in thousandths.
    told: BTreeMap<u16, (char, f32)>,
    known: HashMap<char, u16>,
}

impl<'a> Used<'a> {
    fn new(face: &'a Face<'a>) -> Used<'a> {
        Used { face, glyphs: GlyphRemapper::new(), told: BTreeMap::new(), known: HashMap::new() }
    }

    /// The number of a character's glyph in the file, and whether the glyph stands for another character there.
    fn glyph(&mut self, c: char) -> Option<(u16, bool)> {
        if let Some(known) = self.known.get(&c) {
            return Some((*known, self.told.get(known)?.0 != c));
        }
        let glyph = self.face.glyph(c)?;
        let new = self.glyphs.remap(glyph.id);
        let advance = self.face.thousandths(glyph.advance);
        let told = self.told.entry(new).or_insert((c, advance));
        self.known.insert(c, new);
        Some((new, told.0 != c))
    }
}

/// The file.
///
/// # Errors
/// If a face cannot be cut down.
pub(super) fn pdf(report: &Report, pages: &Pages, faces: &Faces<'_>) -> Result<Vec<u8>, FontFault> {
    let mut numbers = Numbers(0);
    let [catalog, tree, info, metadata, profile] = [(); 5].map(|()| numbers.next());
    let fonts = NAMES.map(|_| numbers.next());
    let mut used = faces.0.each_ref().map(Used::new);
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    pdf.set_file_id((report.id.to_vec(), report.id.to_vec()));

    let leaves: Vec<(Ref, Ref)> = pages.pages.iter().map(|_| (numbers.next(), numbers.next())).collect();
    pdf.pages(tree).kids(leaves.iter().map(|(page, _)| *page)).count(leaves.len() as i32);
    for (marks, (page, content)) in pages.pages.iter().zip(&leaves) {
        let drawn = packed(&draw(marks, &mut used));
        pdf.stream(*content, &drawn).filter(Filter::FlateDecode);
        let mut page = pdf.page(*page);
        page.parent(tree).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(*content);
        page.resources().fonts().pairs(NAMES.into_iter().zip(fonts));
    }
    for (used, root) in used.iter().zip(fonts) {
        font(&mut pdf, &mut numbers, used, root)?;
    }
    let outline = outline(&mut pdf, &mut numbers, pages, &leaves);

    let title = report.beside(&report.beside(&report.title, &report.matter), &report.company);
    let language = report.lang.tag();
    let (date, xmp_date) = dates(report);
    pdf.stream(metadata, described(&title, &report.company, language, xmp_date).as_bytes())
        .pair(Name(b"Type"), Name(b"Metadata"))
        .pair(Name(b"Subtype"), Name(b"XML"));
    pdf.document_info(info)
        .title(TextStr(&title))
        .author(TextStr(&report.company))
        .creator(TextStr(PRODUCER))
        .producer(TextStr(PRODUCER))
        .creation_date(date)
        .modified_date(date);
    let grey = packed(&grey::profile());
    pdf.icc_profile(profile, &grey).n(1).filter(Filter::FlateDecode);
    let mut root = pdf.catalog(catalog);
    root.pages(tree).metadata(metadata).lang(TextStr(language));
    let mut intents = root.output_intents();
    let mut intent = intents.push();
    intent.subtype(OutputIntentSubtype::PDFA).output_condition_identifier(TextStr("Grey, gamma 2.2"));
    intent.info(TextStr("Grey, gamma 2.2")).dest_output_profile(profile);
    intent.finish();
    intents.finish();
    root.viewer_preferences().display_doc_title(true);
    if let Some(outline) = outline {
        root.outlines(outline);
    }
    root.finish();
    Ok(pdf.finish())
}

/// Names of the fonts, by [`Cut`].
const NAMES: [Name<'static>; 3] = [Name(b"F0"), Name(b"F1"), Name(b"F2")];

/// The content of a page.
fn draw(marks: &[Mark], used: &mut [Used<'_>; 3]) -> Vec<u8> {
    let mut content = Content::new();
    for mark in marks {
        match mark {
            Mark::Text { x, y, size, cut, grey, text } => {
                content.set_fill_gray(*grey).begin_text().set_font(NAMES[*cut as usize], *size);
                content.next_line(*x, PAGE.1 - y);
                show(&mut content, text, &mut used[*cut as usize]);
                content.end_text();
            }
            Mark::Rule { x, y, width, thickness, grey } => {
                content.set_stroke_gray(*grey).set_line_width(*thickness);
                content.move_to(*x, PAGE.1 - y).line_to(x + width, PAGE.1 - y).stroke();
            }
            Mark::Dot { x, y, full } => {
                circle(&mut content, *x, PAGE.1 - y, 2.2);
                content.set_fill_gray(0.0).set_stroke_gray(0.0).set_line_width(0.7);
                match full {
                    true => content.fill_nonzero_and_stroke(),
                    false => content.stroke(),
                };
            }
        }
    }
    content.finish().into_vec()
}

/// Shows a text. A glyph that stands for another character elsewhere is told what it stands for here.
fn show(content: &mut Content, text: &str, used: &mut Used<'_>) {
    let mut run: Vec<u8> = Vec::with_capacity(text.len() * 2);
    for c in text.chars() {
        let Some((glyph, other)) = used.glyph(c) else { continue };
        if other {
            if !run.is_empty() {
                content.show(Str(&run));
                run.clear();
            }
            let mut marked = content.begin_marked_content_with_properties(Name(b"Span"));
            marked.properties().actual_text(TextStr(c.encode_utf8(&mut [0; 4])));
            marked.finish();
            content.show(Str(&glyph.to_be_bytes())).end_marked_content();
        } else {
            run.extend(glyph.to_be_bytes());
        }
    }
    if !run.is_empty() {
        content.show(Str(&run));
    }
}

/// A circle of four curves.
fn circle(content: &mut Content, x: f32, y: f32, r: f32) {
    let k = r * 0.5523;
    content
        .move_to(x + r, y)
        .cubic_to(x + r, y + k, x + k, y + r, x, y + r)
        .cubic_to(x - k, y + r, x - r, y + k, x - r, y)
        .cubic_to(x - r, y - k, x - k, y - r, x, y - r)
        .cubic_to(x + k, y - r, x + r, y - k, x + r, y)
        .close_path();
}

/// A font as PDF wants one with thousands of glyphs: a composite one, whose codes are the glyphs' numbers.
fn font(pdf: &mut Pdf, numbers: &mut Numbers, used: &Used<'_>, root: Ref) -> Result<(), FontFault> {
    let [cid, descriptor, cmap, file] = [(); 4].map(|()| numbers.next());
    let (data, index) = used.face.data();
    let cut = subsetter::subset(data, index, &used.glyphs).map_err(|_| FontFault::Uncut)?;
    let face = &used.face.face;
    let (cff, program) = match ttf_parser::RawFace::parse(&cut, 0) {
        Ok(raw) => match raw.table(ttf_parser::Tag::from_bytes(b"CFF ")) {
            Some(table) => (true, table),
            None => (false, cut.as_slice()),
        },
        Err(_) => return Err(FontFault::Uncut),
    };
    let mut hasher = DefaultHasher::new();
    cut.hash(&mut hasher);
    let name = format!("{}+{}", tag(Hasher::finish(&hasher)), postscript_name(face));
    let full = if cff { format!("{name}-Identity-H") } else { name.clone() };

    pdf.type0_font(root)
        .base_font(Name(full.as_bytes()))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(cmap);
    let mut font = pdf.cid_font(cid);
    font.subtype(if cff { CidFontType::Type0 } else { CidFontType::Type2 })
        .base_font(Name(name.as_bytes()))
        .system_info(SYSTEM)
        .font_descriptor(descriptor)
        .default_width(0.0);
    if !cff {
        font.cid_to_gid_map_predefined(Name(b"Identity"));
    }
    let mut widths = font.widths();
    // The glyph for what is missing is never drawn, but its width must be true, too.
    let missing = face.glyph_hor_advance(ttf_parser::GlyphId(0)).unwrap_or_default();
    widths.same(0, 0, used.face.thousandths(missing));
    if let Some((first, _)) = used.told.first_key_value() {
        widths.consecutive(*first, used.told.values().map(|(_, width)| *width));
    }
    widths.finish();
    font.finish();

    let unit = |value: i16| used.face.thousandths(value);
    let bounds = face.global_bounding_box();
    let bounds = Rect::new(unit(bounds.x_min), unit(bounds.y_min), unit(bounds.x_max), unit(bounds.y_max));
    let mut described = pdf.font_descriptor(descriptor);
    described
        .name(Name(name.as_bytes()))
        .flags(FontFlags::SYMBOLIC)
        .bbox(bounds)
        .italic_angle(0.0)
        .ascent(unit(face.ascender()))
        .descent(unit(face.descender()))
        .cap_height(unit(face.capital_height().unwrap_or(face.ascender())))
        .stem_v(10.0 + 0.244 * (f32::from(face.weight().to_number()) - 50.0));
    match cff {
        true => described.font_file3(file),
        false => described.font_file2(file),
    };
    described.finish();

    let mut unicode = UnicodeCmap::new(Name(b"Tigertally"), SYSTEM);
    for (glyph, (c, _)) in &used.told {
        unicode.pair(*glyph, *c);
    }
    let unicode = packed(&unicode.finish());
    pdf.cmap(cmap, &unicode).filter(Filter::FlateDecode);
    let packed = packed(program);
    let mut stream = pdf.stream(file, &packed);
    stream.filter(Filter::FlateDecode);
    match cff {
        true => stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C")),
        false => stream.pair(Name(b"Length1"), program.len() as i32),
    };
    Ok(())
}

/// Six capitals that tell this part of a font from others.
fn tag(mut hash: u64) -> String {
    (0..6)
        .map(|_| {
            let letter = b'A' + (hash % 26) as u8;
            hash /= 26;
            char::from(letter)
        })
        .collect()
}

fn postscript_name(face: &ttf_parser::Face<'_>) -> String {
    let name = face
        .names()
        .into_iter()
        .filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME)
        .find_map(|name| name.to_string());
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let name: String = name.unwrap_or_default().chars().filter(plain).collect();
    if name.is_empty() { "Font".to_owned() } else { name }
}

/// The headings as bookmarks.
fn outline(pdf: &mut Pdf, numbers: &mut Numbers, pages: &Pages, leaves: &[(Ref, Ref)]) -> Option<Ref> {
    let root = numbers.next();
    let items: Vec<Ref> = pages.headings.iter().map(|_| numbers.next()).collect();
    pdf.outline(root).first(*items.first()?).last(*items.last()?).count(items.len() as i32);
    for (at, (text, page, y)) in pages.headings.iter().enumerate() {
        let mut item = pdf.outline_item(items[at]);
        item.title(TextStr(text)).parent(root);
        if at > 0 {
            item.prev(items[at - 1]);
        }
        if let Some(next) = items.get(at + 1) {
            item.next(*next);
        }
        item.dest().page(leaves[*page].0).xyz(0.0, PAGE.1 - y, None);
    }
    Some(root)
}

/// What the file says of itself, for archives.
fn described(title: &str, author: &str, language: &str, date: DateTime) -> String {
    let mut xmp = XmpWriter::new();
    xmp.title([(None, title)]).creator([author]).language([LangId(language)]);
    xmp.creator_tool(PRODUCER).producer(PRODUCER).create_date(date).modify_date(date);
    xmp.pdfa_part(2).pdfa_conformance("U");
    xmp.finish(None)
}

/// The time of the report, once for each place that states it.
fn dates(report: &Report) -> (Date, DateTime) {
    let made = report.made.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let [month, day, hour, minute, second] =
        [made.month(), made.day(), made.hour(), made.minute(), made.second()].map(i8::unsigned_abs);
    let year = made.year().unsigned_abs();
    let date = Date::new(year).month(month).day(day).hour(hour).minute(minute).second(second);
    let xmp = DateTime::new(year, month, day, hour, minute, second, Timezone::Utc);
    (date.utc_offset_hour(0).utc_offset_minute(0), xmp)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    // Writing into memory fails on nothing.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
