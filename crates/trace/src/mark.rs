//! The key of an export's marks, and what it says about each of its customers: where the row stands, and a bit for each
//! column.

use aws_lc_rs::hmac;

/// The key of an export's marks. It has no `Debug` and cannot be copied.
pub struct MarkKey(hmac::Key);

/// What a key says about one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerMark {
    rank: u128,
    bits: u128,
}

impl MarkKey {
    /// The key made of these bytes.
    pub fn new(key: &[u8; 32]) -> MarkKey {
        MarkKey(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// What the key says about a customer: HMAC-SHA-256 (RFC 2104) over the customer's id, half of it the rank and half of it
    /// the bits.
    pub fn of(&self, customer: i64) -> CustomerMark {
        let tag = self.tag(b"customer", customer.cast_unsigned());
        let half =
            |from: usize| tag[from..from + 16].iter().fold(0_u128, |n, byte| n << 8 | u128::from(*byte));
        CustomerMark { rank: half(0), bits: half(16) }
    }

    /// Bytes for a use and a number.
    pub(crate) fn tag(&self, label: &[u8], number: u64) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(label);
        context.update(&number.to_be_bytes());
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }
}

impl CustomerMark {
    /// Where the customer's row stands among the others: rows go by ascending rank.
    pub fn rank(&self) -> u128 {
        self.rank
    }

    /// The bit that the customer's cell of a column carries; columns are numbered from 0 to 127.
    pub fn bit(&self, column: u8) -> bool {
        self.bits >> (column & 127) & 1 == 1
    }
}
