//! Finds a font with Chinese glyphs on this machine. None is carried along and none is downloaded.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use ttf_parser::{GlyphId, Permissions, name_id};

/// Where Unix keeps what programs share, if `XDG_DATA_DIRS` does not say (XDG Base Directory Specification).
const SHARED: &str = "/usr/local/share:/usr/share";
/// Where other systems keep their fonts.
const OTHERS: [&str; 3] = ["/System/Library/Fonts", "/Library/Fonts", "C:\\Windows\\Fonts"];

/// Files with Chinese glyphs and the files with their bold, best first.
const FILES: [(&str, &str); 14] = [
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
    ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"),
    ("SourceHanSans-Regular.ttc", "SourceHanSans-Bold.ttc"),
    ("SourceHanSansSC-Regular.otf", "SourceHanSansSC-Bold.otf"),
    ("SourceHanSansCN-Regular.otf", "SourceHanSansCN-Bold.otf"),
    ("PingFang.ttc", "PingFang.ttc"),
    ("Hiragino Sans GB.ttc", "Hiragino Sans GB.ttc"),
    ("STHeiti Light.ttc", "STHeiti Medium.ttc"),
    ("msyh.ttc", "msyhbd.ttc"),
    ("simhei.ttf", "simhei.ttf"),
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc"),
    ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"),
];

/// Folders within a root are looked at so deep.
const DEPTH: usize = 4;

/// A face without these is of no use: Chinese of both scripts, punctuation of both languages, ASCII.
const PROBES: &str = "虎账證，。：、（）“”·→ #+-./019:=AZ[]az";

/// What is wrong with a font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::evidence) enum FontFault {
    #[error("the font cannot be read")]
    Unreadable,
    #[error("the font cannot be cut down to the glyphs that are used")]
    Uncut,
}

/// A font file of which one face is used.
pub(in crate::evidence) struct Font {
    pub(in crate::evidence) path: PathBuf,
    data: Arc<Vec<u8>>,
    index: u32,
}

/// The fonts of a report.
pub(in crate::evidence) struct Fonts {
    pub(in crate::evidence) regular: Font,
    /// The same as `regular` if there is no bold beside it.
    pub(in crate::evidence) bold: Font,
    /// With letters of one width, which nobody mixes up; the same as `regular` if the file has none.
    pub(in crate::evidence) code: Font,
}

impl Fonts {
    /// The best font of this machine.
    pub(in crate::evidence) fn find() -> Option<Fonts> {
        let shared = env::var("XDG_DATA_DIRS").ok().filter(|dirs| !dirs.is_empty());
        let shared = shared.as_deref().unwrap_or(SHARED).split(':').map(|dir| Path::new(dir).join("fonts"));
        Fonts::below(&shared.chain(OTHERS.map(PathBuf::from)).collect::<Vec<_>>())
    }

    /// The best font below some folders.
    pub(super) fn below(roots: &[impl AsRef<Path>]) -> Option<Fonts> {
        let mut found = BTreeMap::new();
        for root in roots {
            look(root.as_ref(), DEPTH, &mut found);
        }
        FILES.iter().find_map(|(regular, bold)| {
            let regular = Font::open(found.get(*regular)?, 400)?;
            let bold = found.get(*bold).and_then(|path| Font::open(path, 700));
            let bold = bold.or_else(|| regular.sibling(700, false))?;
            let code = regular.sibling(400, true)?;
            Some(Fonts { regular, bold, code })
        })
    }
}

/// Notes the paths of files by name; what was found first stays.
fn look(folder: &Path, depth: usize, found: &mut BTreeMap<String, PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth > 0 {
                look(&path, depth - 1, found);
            }
        } else if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            found.entry(name.to_owned()).or_insert(path);
        }
    }
}

impl Font {
    /// Opens a file and chooses the face for simplified Chinese that is nearest to a weight.
    fn open(path: &Path, weight: u16) -> Option<Font> {
        let index = 0;
        Font { path: path.to_owned(), data: Arc::new(fs::read(path).ok()?), index }.sibling(weight, false)
    }

    /// The face of the same file that is nearest to what is wanted.
    fn sibling(&self, weight: u16, mono: bool) -> Option<Font> {
        let rank = |index| {
            let face = ttf_parser::Face::parse(&self.data, index).ok()?;
            Some((rank(&face, weight, mono)?, index))
        };
        let faces = ttf_parser::fonts_in_collection(&self.data).unwrap_or(1);
        let (_, index) = (0..faces).filter_map(rank).min()?;
        Some(Font { path: self.path.clone(), data: Arc::clone(&self.data), index })
    }

    pub(super) fn face(&self) -> Result<Face<'_>, FontFault> {
        let face = ttf_parser::Face::parse(&self.data, self.index).map_err(|_| FontFault::Unreadable)?;
        Ok(Face { font: self, face, known: RefCell::default() })
    }
}

/// How far a face is from what is wanted: of letters of one width or not, for simplified Chinese, not for narrow lines, of the weight.
/// `None`: it lacks glyphs, may not be embedded, or has no outlines that can be.
fn rank(face: &ttf_parser::Face<'_>, weight: u16, mono: bool) -> Option<(bool, bool, bool, u16)> {
    let tables = face.tables();
    let usable = PROBES.chars().all(|c| face.glyph_index(c).is_some())
        && (tables.glyf.is_some() || tables.cff.is_some())
        && face.raw_face().table(ttf_parser::Tag::from_bytes(b"fvar")).is_none()
        && face.permissions() != Some(Permissions::Restricted);
    if !usable {
        return None;
    }
    let names: String = face
        .names()
        .into_iter()
        .filter(|name| [name_id::FAMILY, name_id::TYPOGRAPHIC_FAMILY].contains(&name.name_id))
        .filter_map(|name| name.to_string())
        .flat_map(|name| [name, " ".to_owned()])
        .collect();
    let named = |words: &[&str]| names.split(' ').any(|word| words.contains(&word));
    let simplified = named(&["SC", "GB", "CN"]);
    Some((
        named(&["Mono", "HW"]) != mono,
        !simplified,
        named(&["UI"]),
        face.weight().to_number().abs_diff(weight),
    ))
}

/// A glyph with its advance, in units of the face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Glyph {
    pub(super) id: u16,
    pub(super) advance: u16,
}

/// A face that text is measured and drawn with.
pub(super) struct Face<'a> {
    font: &'a Font,
    pub(super) face: ttf_parser::Face<'a>,
    known: RefCell<HashMap<char, Option<Glyph>>>,
}

impl Face<'_> {
    /// The glyph of a character, if text with it can be set from left to right, one glyph after the other.
    pub(super) fn glyph(&self, c: char) -> Option<Glyph> {
        *self.known.borrow_mut().entry(c).or_insert_with(|| {
            let GlyphId(id) = self.face.glyph_index(c).filter(|_| !runs_left(c))?;
            let advance = self.face.glyph_hor_advance(GlyphId(id))?;
            // A mark that combines would stand in the wrong place.
            (id != 0 && advance > 0).then_some(Glyph { id, advance })
        })
    }

    /// Width of a character that has a glyph, in points.
    pub(super) fn width(&self, c: char, size: f32) -> f32 {
        self.glyph(c).map_or(0.0, |glyph| self.thousandths(glyph.advance) * size / 1000.0)
    }

    /// A length of the face in thousandths of the size.
    pub(super) fn thousandths(&self, length: impl Into<f32>) -> f32 {
        length.into() * 1000.0 / f32::from(self.face.units_per_em())
    }

    pub(super) fn data(&self) -> (&[u8], u32) {
        (&self.font.data, self.font.index)
    }
}

/// Whether a character belongs to a script that is written from right to left.
fn runs_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}
