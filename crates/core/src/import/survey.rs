//! The first pass over a text file: its size, encoding, separator and number of lines, without keeping it.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};

use super::fault::FileFault;
use super::sheet::Limits;

pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";
const UTF_16_BOMS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// What the first pass found.
pub(super) struct Survey {
    /// Whether a byte-order mark stands in front.
    pub(super) bom: bool,
    /// UTF-8 when all of the file is, else GB18030 when all of it is; else that which reads on for longer.
    pub(super) encoding: &'static Encoding,
    /// The separator of columns.
    pub(super) separator: u8,
    /// Lines, the header line included.
    pub(super) lines: u64,
}

/// Reads a text to its end. The reader must refuse to unpack more than `cap` bytes.
pub(super) fn survey(mut text: impl Read, cap: u64, limits: Limits) -> Result<Survey, FileFault> {
    let mut chunk = vec![0; 64 * 1024];
    let mut trials = [Trial::new(UTF_8), Trial::new(GB18030)];
    let mut survey = Survey { bom: false, encoding: UTF_8, separator: b',', lines: 0 };
    let mut ends_line = true;
    for first in std::iter::once(true).chain(std::iter::repeat(false)) {
        let filled = fill(&mut text, &mut chunk).map_err(|e| FileFault::unpacking(&e, cap))?;
        let bytes = &chunk[..filled];
        if first {
            survey.bom = bytes.starts_with(BOM);
            survey.separator = separator(bytes);
            if UTF_16_BOMS.iter().any(|bom| bytes.starts_with(bom)) {
                return Err(FileFault::Unsupported);
            }
        }
        if bytes.contains(&0) {
            return Err(FileFault::Unsupported);
        }
        let last = filled < chunk.len();
        trials.iter_mut().for_each(|trial| trial.feed(bytes, last));
        survey.lines += bytes.iter().filter(|b| **b == b'\n').count() as u64;
        ends_line = bytes.last().map_or(ends_line, |b| *b == b'\n');
        if survey.lines > limits.rows {
            return Err(FileFault::TooManyRows { limit: limits.rows });
        }
        if last {
            break;
        }
    }
    survey.lines += u64::from(!ends_line);
    let [utf_8, gb18030] = trials;
    if !survey.bom && gb18030.good > utf_8.good {
        survey.encoding = GB18030;
    }
    Ok(survey)
}

/// Reads until the buffer is full or the text ends.
fn fill(text: &mut impl Read, chunk: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < chunk.len() {
        match text.read(&mut chunk[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// The separator that the first line has most of, outside quotation marks.
fn separator(text: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for &b in text.iter().take_while(|b| **b != b'\n') {
        quoted ^= b == b'"';
        if !quoted && let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == b) {
            *count += 1;
        }
    }
    // Of equals the last is the greatest, and the comma wins over the others.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| *separator)
}

/// One encoding on trial: how many bytes of the file it reads without fault.
struct Trial {
    decoder: Decoder,
    good: u64,
    failed: bool,
}

impl Trial {
    fn new(encoding: &'static Encoding) -> Trial {
        Trial { decoder: encoding.new_decoder_without_bom_handling(), good: 0, failed: false }
    }

    fn feed(&mut self, mut bytes: &[u8], last: bool) {
        let mut out = [0; 4 * 1024];
        while !self.failed {
            let (result, read, _) = self.decoder.decode_to_utf8_without_replacement(bytes, &mut out, last);
            self.good += read as u64;
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.failed = true,
            }
        }
    }
}
