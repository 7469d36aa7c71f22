//! Elements of DER (X.690), read in order and kept as the bytes that they were.

use x509_cert::der::{Decode, Header, Reader, SliceReader, Tag, TagNumber};

use super::error::TimeStampError;

/// Elements may be nested this deep. A token needs 17 levels, and one in another's unsigned
/// attributes 25.
const MAX_DEPTH: usize = 32;

/// An element: its tag, all its bytes, and those of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: Tag,
    pub(super) full: &'a [u8],
    pub(super) value: &'a [u8],
}

impl<'a> Element<'a> {
    /// The one element that these bytes are.
    pub(super) fn only(bytes: &'a [u8], what: &'static str) -> Result<Self, TimeStampError> {
        let mut items = Items::new(bytes, what)?;
        let element = items.any()?;
        items.finish()?;
        Ok(element)
    }

    /// The elements inside.
    pub(super) fn items(&self, what: &'static str) -> Result<Items<'a>, TimeStampError> {
        Items::new(self.value, what)
    }

    /// The element as a type of the libraries.
    pub(super) fn decode<T: Decode<'a>>(&self, what: &'static str) -> Result<T, TimeStampError> {
        T::from_der(self.full).map_err(|_| TimeStampError::Malformed(what))
    }
}

/// A run of elements that is read from front to back.
pub(super) struct Items<'a> {
    reader: SliceReader<'a>,
    what: &'static str,
}

impl<'a> Items<'a> {
    /// The elements of these bytes; `what` names them in errors.
    pub(super) fn new(bytes: &'a [u8], what: &'static str) -> Result<Self, TimeStampError> {
        let reader = SliceReader::new(bytes).map_err(|_| TimeStampError::Malformed(what))?;
        Ok(Self { reader, what })
    }

    /// The elements of the one element of this tag that these bytes are.
    pub(super) fn of(bytes: &'a [u8], tag: Tag, what: &'static str) -> Result<Self, TimeStampError> {
        let element = Element::only(bytes, what)?;
        if element.tag == tag { element.items(what) } else { Err(TimeStampError::Malformed(what)) }
    }

    /// The next element, whatever it is.
    pub(super) fn any(&mut self) -> Result<Element<'a>, TimeStampError> {
        let bad = |_| TimeStampError::Malformed(self.what);
        let header = Header::peek(&self.reader).map_err(bad)?;
        let full = self.reader.tlv_bytes().map_err(bad)?;
        let length = usize::try_from(header.length()).map_err(bad)?;
        let start = full.len().checked_sub(length).ok_or(TimeStampError::Malformed(self.what))?;
        Ok(Element { tag: header.tag(), full, value: &full[start..] })
    }

    /// The next element, which must have this tag.
    pub(super) fn take(&mut self, tag: Tag) -> Result<Element<'a>, TimeStampError> {
        self.optional(tag)?.ok_or(TimeStampError::Malformed(self.what))
    }

    /// The next element if it has this tag.
    pub(super) fn optional(&mut self, tag: Tag) -> Result<Option<Element<'a>>, TimeStampError> {
        if self.is_finished() {
            return Ok(None);
        }
        let header = Header::peek(&self.reader).map_err(|_| TimeStampError::Malformed(self.what))?;
        if header.tag() == tag { self.any().map(Some) } else { Ok(None) }
    }

    /// The next element, read as a type of the libraries.
    pub(super) fn decode<T: Decode<'a>>(&mut self) -> Result<T, TimeStampError> {
        self.any()?.decode(self.what)
    }

    /// All elements that are left, if they are no more than `limit`.
    pub(super) fn rest(mut self, limit: usize) -> Result<Vec<Element<'a>>, TimeStampError> {
        let mut elements = Vec::new();
        while !self.is_finished() {
            if elements.len() == limit {
                return Err(TimeStampError::Malformed(self.what));
            }
            elements.push(self.any()?);
        }
        Ok(elements)
    }

    /// That nothing is left.
    pub(super) fn finish(self) -> Result<(), TimeStampError> {
        if self.is_finished() { Ok(()) } else { Err(TimeStampError::Malformed(self.what)) }
    }

    fn is_finished(&self) -> bool {
        self.reader.is_finished()
    }
}

/// The tag `[number]`, of an element that holds elements or of one that does not.
pub(super) fn context(number: u32, constructed: bool) -> Tag {
    TagNumber(number).context_specific(constructed)
}

/// That the bytes are elements all the way down, and not too deep.
pub(super) fn check_depth(bytes: &[u8], what: &'static str) -> Result<(), TimeStampError> {
    descend(bytes, what, MAX_DEPTH)
}

fn descend(bytes: &[u8], what: &'static str, left: usize) -> Result<(), TimeStampError> {
    let left = left.checked_sub(1).ok_or(TimeStampError::TooDeep)?;
    let mut items = Items::new(bytes, what)?;
    while !items.is_finished() {
        let element = items.any()?;
        if element.tag.is_constructed() {
            descend(element.value, what, left)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> Vec<u8> {
        (0..levels).fold(Vec::new(), |inner, _| {
            let mut outer = vec![0x30, inner.len() as u8];
            outer.extend(inner);
            outer
        })
    }

    #[test]
    fn depth_is_limited() {
        assert_eq!(check_depth(&nested(MAX_DEPTH - 1), "x"), Ok(()));
        assert_eq!(check_depth(&nested(MAX_DEPTH), "x"), Err(TimeStampError::TooDeep));
    }

    #[test]
    fn only_der_is_read() {
        for (bytes, why) in [
            (&[0x30, 0x80, 0, 0][..], "indefinite length"),
            (&[0x30, 0x81, 0x01, 0x05], "length that is longer than needed"),
            (&[0x30, 0x02, 0x05], "content that is cut off"),
            (&[0x05, 0x00, 0x00], "something after the end"),
            (&[], "nothing"),
        ] {
            assert_eq!(Element::only(bytes, "x"), Err(TimeStampError::Malformed("x")), "{why}");
        }
    }
}
