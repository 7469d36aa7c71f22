//! A report on paper: A4, as PDF/A-2u, with its fonts inside.
//!
//! `font.rs` finds a font of this machine, `text.rs` breaks lines, `layout.rs` puts them on pages, `write.rs` turns pages
//! into a file.
//!
//! **Invariant:** the same report and font give the same bytes. **Invariant:** every character of the report is on paper,
//! as its glyph or by its number.

mod font;
mod grey;
mod layout;
mod text;
mod write;

use font::Face;
pub(super) use font::{FontFault, Fonts};

use super::report::Report;

/// A report as PDF.
///
/// # Errors
/// If the font is not what it seemed to be.
pub(super) fn print(report: &Report, fonts: &Fonts) -> Result<Vec<u8>, FontFault> {
    let faces = Faces::of(fonts)?;
    let pages = layout::pages(report, &faces);
    write::pdf(report, &pages, &faces)
}

/// The faces of a report.
struct Faces<'a>([Face<'a>; 3]);

/// Which face a text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Regular,
    Bold,
    /// For what machines read and people compare.
    Code,
}

impl Faces<'_> {
    fn of(fonts: &Fonts) -> Result<Faces<'_>, FontFault> {
        Ok(Faces([fonts.regular.face()?, fonts.bold.face()?, fonts.code.face()?]))
    }

    fn cut(&self, cut: Cut) -> &Face<'_> {
        &self.0[cut as usize]
    }
}

#[cfg(test)]
mod tests;
