//! Reading a whole file, unpacking gzip on the way.

use std::{
    fs::File,
    io::{Cursor, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;

use super::DataError;

/// The most bytes that are read from one file, once unpacked: a gzip of a few kilobytes can unpack
/// to terabytes.
const MAX_UNPACKED_BYTES: u64 = 4 << 30;

/// The first bytes of every gzip file.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A file in memory.
#[derive(Debug)]
pub(super) struct Content {
    /// What to call it in errors.
    pub(super) name: String,
    /// Its bytes, unpacked.
    pub(super) bytes: Vec<u8>,
}

/// Reads `path` as it is, packed or not.
pub(super) fn read_raw(path: &Path) -> Result<Content, DataError> {
    let name = path.display().to_string();
    let open = || -> std::io::Result<Vec<u8>> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(std::io::Error::new(
                std::io::ErrorKind::IsADirectory,
                "it is a directory",
            ));
        }
        let mut bytes = Vec::new();
        file.take(MAX_UNPACKED_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = open().map_err(|source| DataError::Read {
        file: name.clone(),
        source,
    })?;
    if bytes.len() as u64 > MAX_UNPACKED_BYTES {
        return Err(DataError::TooLarge {
            file: name,
            limit: MAX_UNPACKED_BYTES,
        });
    }
    Ok(Content { name, bytes })
}

/// Reads `path` and unpacks it where it starts like gzip, whatever its name ends with.
pub(super) fn read_unpacked(path: &Path) -> Result<Content, DataError> {
    unpack_whole(read_raw(path)?)
}

/// Unpacks `content` where it starts like gzip.
pub(super) fn unpack_whole(content: Content) -> Result<Content, DataError> {
    unpack(content, MAX_UNPACKED_BYTES)
}

/// Unpacks `content` where it starts like gzip; refuses more than `limit` bytes.
fn unpack(content: Content, limit: u64) -> Result<Content, DataError> {
    if !is_gzip(&content.bytes) {
        return Ok(content);
    }
    let Content {
        name,
        bytes: packed,
    } = content;
    let mut bytes = Vec::new();
    MultiGzDecoder::new(Cursor::new(packed))
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| DataError::Gzip {
            file: name.clone(),
            source,
        })?;
    if bytes.len() as u64 > limit {
        return Err(DataError::TooLarge { file: name, limit });
    }
    Ok(Content { name, bytes })
}

/// Unpacks bytes that are part of this program.
pub(super) fn unpack_embedded(name: &str, bytes: &[u8]) -> Result<Content, DataError> {
    unpack_whole(Content {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
    })
}

/// Whether these are the first bytes of a gzip file.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&GZIP_MAGIC)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    /// `bytes` as a gzip file.
    pub(in crate::data) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn packed_and_plain_files_read_alike() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("misleading.txt");
        for bytes in [gzip(b"hello"), b"hello".to_vec()] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read_unpacked(&path).unwrap().bytes, b"hello");
        }
    }

    #[test]
    fn several_gzip_members_are_one_file() {
        let mut packed = gzip(b"one ");
        packed.extend(gzip(b"two"));
        assert_eq!(unpack_embedded("x", &packed).unwrap().bytes, b"one two");
    }

    #[test]
    fn a_cut_gzip_file_is_refused() {
        let mut packed = gzip(&[7; 1000]);
        packed.truncate(packed.len() - 5);
        let error = unpack_embedded("cut.gz", &packed).unwrap_err();
        assert!(
            error.to_string().starts_with("cut.gz: damaged gzip data"),
            "{error}"
        );
    }

    #[test]
    fn a_gzip_bomb_is_refused_at_the_limit() {
        let packed = gzip(&vec![0; 1 << 20]);
        let content = Content {
            name: "bomb".into(),
            bytes: packed,
        };
        assert!(matches!(
            unpack(content, 1 << 10),
            Err(DataError::TooLarge { limit: 1024, .. })
        ));
    }

    #[test]
    fn missing_files_and_directories_are_named() {
        let directory = tempfile::tempdir().unwrap();
        for path in [
            directory.path().to_path_buf(),
            directory.path().join("absent"),
        ] {
            let error = read_unpacked(&path).unwrap_err().to_string();
            assert!(error.starts_with(&path.display().to_string()), "{error}");
            assert!(error.contains("check the path"), "{error}");
        }
    }
}
