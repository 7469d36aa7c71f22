//! Ed25519 (RFC 8032), so strictly that two programs never differ over a signature: canonical encodings, no points of small
//! order, and the equation without the cofactor, which is what aws-lc checks ("Taming the many EdDSAs", SSR 2020).

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

/// The y coordinates, little-endian, of the eight points of small order.
const SMALL_ORDER: [[u8; 32]; 5] = [
    small(0),
    small(1),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    below_p(1),
];

const fn small(value: u8) -> [u8; 32] {
    let mut y = [0; 32];
    y[0] = value;
    y
}

/// p − `less`, with p = 2^255 − 19.
const fn below_p(less: u8) -> [u8; 32] {
    let mut y = [0xff; 32];
    y[0] = 0xed - less;
    y[31] = 0x7f;
    y
}

/// Whether an encoded point is not canonical, or of small order: for such a key anybody can make signatures.
pub(crate) fn is_weak(point: &[u8]) -> bool {
    let Ok(mut y) = <[u8; 32]>::try_from(point) else { return true };
    y[31] &= 0x7f;
    // y ≥ p: the highest bytes are all ones.
    let reduced = y.iter().rev().lt(below_p(0).iter().rev());
    !reduced || SMALL_ORDER.contains(&y)
}

/// Whether the signature holds. Of a weak key none does.
pub(crate) fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    !is_weak(key) && UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_small_order_and_other_encodings_are_weak() {
        for y in SMALL_ORDER {
            for sign in [0, 0x80] {
                let mut point = y;
                point[31] |= sign;
                assert!(is_weak(&point));
            }
        }
        // p and p + 1 are 0 and 1, written otherwise.
        for more in [0, 1] {
            let mut point = below_p(0);
            point[0] += more;
            assert!(is_weak(&point));
        }
        // The base point: y = 4/5.
        let mut base = [0x66; 32];
        base[0] = 0x58;
        assert!(!is_weak(&base));
        assert!(is_weak(&base[1..]));
    }
}
