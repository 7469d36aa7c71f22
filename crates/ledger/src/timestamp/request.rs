//! The request for a time stamp (RFC 3161, section 2.4.1).

/// `SEQUENCE { sha256, NULL }`: the algorithm of every imprint that is asked for.
const SHA256: [u8; 15] =
    [0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];

/// A request for a time stamp on a SHA-256 digest, with the authority's certificates in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeStampRequest {
    /// The SHA-256 digest of what is stamped.
    pub imprint: [u8; 32],
    /// A fresh random number, which the answer repeats.
    pub nonce: u64,
}

impl TimeStampRequest {
    /// The request as DER, to be sent as `application/timestamp-query` (section 3.4).
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let mut imprint = SHA256.to_vec();
        imprint.extend(tlv(0x04, &self.imprint));
        let parts = [
            tlv(0x02, &[1]),
            tlv(0x30, &imprint),
            tlv(0x02, &integer(self.nonce)),
            // certReq TRUE: without certificates, nobody could check the token later.
            tlv(0x01, &[0xff]),
        ];
        tlv(0x30, &parts.concat())
    }
}

/// The content of an INTEGER with this value: no more bytes than it needs, and never negative.
pub(super) fn integer(value: u64) -> Vec<u8> {
    let bytes = [&[0], &value.to_be_bytes()[..]].concat();
    // Eight zeros and the ninth byte's sign: the first byte goes while the next one shows the sign.
    let spare = bytes.windows(2).take_while(|pair| pair[0] == 0 && pair[1] < 0x80).count();
    bytes[spare..].to_vec()
}

/// An element with a content of less than 128 bytes, as all here are.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    debug_assert!(content.len() < 128);
    [&[tag, content.len() as u8], content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_short_and_positive() {
        assert_eq!(integer(0), [0]);
        assert_eq!(integer(0x7f), [0x7f]);
        assert_eq!(integer(0x80), [0, 0x80]);
        assert_eq!(integer(0x0100), [1, 0]);
        assert_eq!(integer(u64::MAX), [0, 255, 255, 255, 255, 255, 255, 255, 255]);
        assert_eq!(integer(i64::MAX as u64), i64::MAX.to_be_bytes());
    }

    #[test]
    fn a_request_is_these_bytes() {
        let der = TimeStampRequest { imprint: [0xab; 32], nonce: 0x8000 }.to_der();
        let head = [0x30, 62, 0x02, 1, 1, 0x30, 49];
        let tail = [0x02, 3, 0, 0x80, 0, 0x01, 1, 0xff];
        assert_eq!(der, [&head[..], &SHA256, &[0x04, 32], &[0xab; 32], &tail].concat());
    }
}
