//! Comparing a file with the published one.

use sha2::{Digest, Sha256};

use super::{
    DataError,
    file::{Content, is_gzip},
};

/// A published SHA-256, in lower-case hexadecimal, and what it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownChecksum {
    /// Of the unpacked content; a file may be packed in any way.
    Unpacked(&'static str),
    /// Of the gzip file as published; an unpacked file cannot be compared.
    Packed(&'static str),
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Checks `raw` (a file as it lies on disk) against a checksum of the gzip file.
pub(super) fn verify_packed(
    raw: &Content,
    checksum: KnownChecksum,
    dataset: &'static str,
    name: &'static str,
) -> Result<(), DataError> {
    match checksum {
        KnownChecksum::Unpacked(_) => Ok(()),
        KnownChecksum::Packed(_) if !is_gzip(&raw.bytes) => Err(DataError::Unverifiable {
            file: raw.name.clone(),
            dataset,
            name,
        }),
        KnownChecksum::Packed(expected) => compare(raw, expected, dataset),
    }
}

/// Checks `unpacked` content against a checksum of the unpacked content.
pub(super) fn verify_unpacked(
    unpacked: &Content,
    checksum: KnownChecksum,
    dataset: &'static str,
) -> Result<(), DataError> {
    match checksum {
        KnownChecksum::Unpacked(expected) => compare(unpacked, expected, dataset),
        KnownChecksum::Packed(_) => Ok(()),
    }
}

/// Refuses content with another digest.
fn compare(
    content: &Content,
    expected: &'static str,
    dataset: &'static str,
) -> Result<(), DataError> {
    let found = sha256_hex(&content.bytes);
    if found == expected {
        return Ok(());
    }
    Err(DataError::Checksum {
        file: content.name.clone(),
        dataset,
        expected,
        found,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::file::tests::gzip;

    /// SHA-256 of `abc`, from FIPS 180-2.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn content(bytes: &[u8]) -> Content {
        Content {
            name: "f".into(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn unpacked_content_is_compared() {
        let known = KnownChecksum::Unpacked(ABC);
        assert!(verify_unpacked(&content(b"abc"), known, "d").is_ok());
        assert!(verify_packed(&content(b"anything"), known, "d", "n").is_ok());
        let error = verify_unpacked(&content(b"abd"), known, "d")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(ABC) && error.contains("fetch it again"),
            "{error}"
        );
    }

    #[test]
    fn packed_files_are_compared_as_they_are() {
        let packed = gzip(b"abc");
        let known = KnownChecksum::Packed(Box::leak(sha256_hex(&packed).into_boxed_str()));
        assert!(verify_packed(&content(&packed), known, "d", "n").is_ok());
        assert!(verify_packed(&content(&gzip(b"abd")), known, "d", "n").is_err());
        let error = verify_packed(&content(b"abc"), known, "d", "n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("keep n.gz as published"), "{error}");
    }
}
