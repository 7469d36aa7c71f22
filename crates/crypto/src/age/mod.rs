//! Files for the keys of others, as age v1 (C2SP `age`): written here, opened by whoever holds one of the keys, with the
//! program `age`. There is no reader here: the program has no key that would open one.
//!
//! ```text
//! header    version line, one X25519 stanza a key, HMAC over all of it under a key from the file key
//! payload   16-byte nonce, then pieces of 64 KiB, each ChaCha20-Poly1305 under its number and whether it is the last
//! ```

mod recipients;

use std::io::{self, Write};

use aws_lc_rs::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    agreement, hmac,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use zeroize::Zeroizing;

pub use recipients::{AgeError, MOST, Recipients};

use self::recipients::Recipient;
use crate::{derive::extract_and_expand, error::OrAbort, random, secret::SecretBytes};

const VERSION: &str = "age-encryption.org/v1";
/// What the key of a stanza is derived for.
const X25519: &[u8] = b"age-encryption.org/v1/X25519";
/// Plaintext of a piece.
const CHUNK: usize = 64 * 1024;
const TAG_LEN: usize = 16;

/// Encrypts what is written to it, and writes that on, a piece of 64 KiB at a time. A file of which [`Encryptor::finish`]
/// was not called is cut short, and does not open to its end.
#[must_use = "a file that is not finished does not open"]
pub struct Encryptor<W: Write> {
    out: W,
    key: LessSafeKey,
    /// Number of the next piece.
    number: u64,
    /// What waits to be a piece: full, it waits for more or for the end, since the last piece is marked and, but in an
    /// empty file, never empty. Its room is never outgrown, so nothing in clear is left behind.
    piece: Zeroizing<Vec<u8>>,
}

impl<W: Write> Encryptor<W> {
    /// Begins a file that each of the keys opens: writes the header.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn begin(mut out: W, recipients: &Recipients) -> io::Result<Self> {
        let file_key = SecretBytes::<16>::random();
        let mut header = format!("{VERSION}\n");
        for recipient in recipients.iter() {
            header.push_str(&stanza(recipient, &file_key)?);
        }
        header.push_str("---");
        let mac_key = extract_and_expand::<32>(&[], file_key.expose(), b"header");
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, mac_key.expose()), header.as_bytes());
        let nonce = random::bytes::<16>();
        writeln!(out, "{header} {}", BASE64.encode(mac))?;
        out.write_all(&nonce)?;
        let key = sealing_key(&extract_and_expand(&nonce, file_key.expose(), b"payload"));
        let piece = Zeroizing::new(Vec::with_capacity(CHUNK + TAG_LEN));
        Ok(Self { out, key, number: 0, piece })
    }

    /// Writes the last piece, and gives back what was written to.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Seals the piece under its number (11 bytes, big-endian) and whether it is the last (STREAM).
    fn seal(&mut self, last: bool) -> io::Result<()> {
        let mut nonce = [0; NONCE_LEN];
        nonce[3..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(last);
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key.seal_in_place_append_tag(nonce, Aad::empty(), &mut *self.piece).or_abort("sealing");
        self.number += 1;
        self.out.write_all(&self.piece)?;
        self.piece.clear();
        Ok(())
    }
}

impl<W: Write> Write for Encryptor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if self.piece.len() == CHUNK {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Hands on what is sealed. A piece that is not full stays: only the last one may be shorter.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The file key, wrapped for one recipient under a key that is agreed with a key of this stanza alone.
fn stanza(recipient: &Recipient, file_key: &SecretBytes<16>) -> io::Result<String> {
    let own = agreement::PrivateKey::generate(&agreement::X25519).or_abort("key generation");
    let share = own.compute_public_key().or_abort("key generation");
    let salt = [share.as_ref(), recipient.key()].concat();
    let wrapping = recipient
        .agree(&own, |shared| extract_and_expand::<32>(&salt, shared, X25519))
        .ok_or_else(|| io::Error::other("a recipient's key agrees on nothing"))?;
    let mut wrapped = Zeroizing::new(Vec::with_capacity(16 + TAG_LEN));
    wrapped.extend_from_slice(file_key.expose());
    // The wrapping key is used once.
    let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
    sealing_key(&wrapping).seal_in_place_append_tag(nonce, Aad::empty(), &mut *wrapped).or_abort("sealing");
    Ok(format!("-> X25519 {}\n{}\n", BASE64.encode(share), BASE64.encode(&*wrapped)))
}

fn sealing_key(key: &SecretBytes<32>) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key.expose()).or_abort("key expansion"))
}
