//! The IDX format of MNIST: two zero bytes, a type, the number of dimensions, the dimensions, the
//! numbers; big-endian.

use super::{
    DataError,
    array::{NumericArray, Values},
    file::Content,
};

/// The most dimensions an array of this program has: records, channels, height, width.
const MAX_DIMENSIONS: usize = 4;

/// Whether these bytes start like an IDX file.
pub(super) fn is_idx(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, kind, dimensions, ..] if element_size(*kind).is_some() && *dimensions > 0)
}

/// Reads an IDX array. Nothing is allocated from a size that the file only declares.
///
/// # Errors
/// When the magic number is not IDX's, the file is shorter or longer than it declares, or there are
/// more than four dimensions.
pub(super) fn read_idx(content: &Content) -> Result<NumericArray, DataError> {
    let fail = |problem: String, remedy| DataError::Idx {
        file: content.name.clone(),
        problem,
        remedy,
    };
    let bytes = content.bytes.as_slice();
    let [0, 0, kind, count, body @ ..] = bytes else {
        let found = &bytes[..bytes.len().min(4)];
        return Err(fail(
            format!(
                "not an IDX file (it starts with {found:02x?}; IDX starts with 00 00, a type and a count)"
            ),
            "give the original file, such as train-images-idx3-ubyte or its .gz",
        ));
    };
    let Some(size) = element_size(*kind) else {
        return Err(fail(
            format!("unknown IDX element type 0x{kind:02x}"),
            "use unsigned bytes (0x08) or floats (0x0d)",
        ));
    };
    let count = usize::from(*count);
    if count == 0 || count > MAX_DIMENSIONS {
        return Err(fail(
            format!("declares {count} dimensions"),
            "use 1 to 4: records, then channels, height, width",
        ));
    }
    let cut = "the file is cut off: copy or fetch it again";
    let Some((header, numbers)) = body.split_at_checked(4 * count) else {
        return Err(fail(
            format!("ends inside the header of its {count} dimensions"),
            cut,
        ));
    };
    let dimensions: Vec<usize> = words(header, |word| u32::from_be_bytes(word) as usize);
    let declared = dimensions
        .iter()
        .try_fold(size, |product, &dimension| product.checked_mul(dimension));
    match declared {
        Some(declared) if declared == numbers.len() => {}
        Some(declared) if declared < numbers.len() => {
            let extra = numbers.len() - declared;
            return Err(fail(
                format!("{extra} bytes follow the {declared} that dimensions {dimensions:?} need"),
                "cut them off",
            ));
        }
        _ => {
            let found = numbers.len();
            let declared = declared.map_or_else(
                || "more bytes than can be counted".to_owned(),
                |bytes| format!("{bytes} bytes"),
            );
            return Err(fail(
                format!("dimensions {dimensions:?} need {declared} but {found} bytes are there"),
                cut,
            ));
        }
    }
    Ok(NumericArray {
        file: content.name.clone(),
        dimensions,
        values: values(*kind, numbers),
    })
}

/// Bytes an element of this IDX type takes; `None` for a type that does not exist.
const fn element_size(kind: u8) -> Option<usize> {
    match kind {
        0x08 | 0x09 => Some(1),
        0x0b => Some(2),
        0x0c | 0x0d => Some(4),
        0x0e => Some(8),
        _ => None,
    }
}

/// The numbers of a body whose length is a multiple of the element size.
fn values(kind: u8, body: &[u8]) -> Values {
    match kind {
        0x08 => Values::Bytes(body.to_vec()),
        0x09 => Values::Integers(words(body, |word| i64::from(i8::from_be_bytes(word)))),
        0x0b => Values::Integers(words(body, |word| i64::from(i16::from_be_bytes(word)))),
        0x0c => Values::Integers(words(body, |word| i64::from(i32::from_be_bytes(word)))),
        0x0d => Values::Floats(words(body, f32::from_be_bytes)),
        _ => Values::Doubles(words(body, f64::from_be_bytes)),
    }
}

/// Each word of `SIZE` bytes as a number; bytes that do not fill a word are left out.
pub(super) fn words<const SIZE: usize, T>(body: &[u8], read: impl Fn([u8; SIZE]) -> T) -> Vec<T> {
    body.as_chunks::<SIZE>()
        .0
        .iter()
        .map(|word| read(*word))
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An IDX file of unsigned bytes.
    pub(in crate::data) fn idx_bytes(dimensions: &[u32], numbers: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
        for dimension in dimensions {
            bytes.extend(dimension.to_be_bytes());
        }
        bytes.extend(numbers);
        bytes
    }

    fn read(bytes: Vec<u8>) -> Result<NumericArray, DataError> {
        read_idx(&Content {
            name: "f.idx".into(),
            bytes,
        })
    }

    fn message(bytes: Vec<u8>) -> String {
        read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn bytes_and_floats_are_read() {
        let array = read(idx_bytes(&[2, 1, 2], &[1, 2, 3, 4])).unwrap();
        assert_eq!(array.dimensions, [2, 1, 2]);
        assert_eq!(array.values, Values::Bytes(vec![1, 2, 3, 4]));

        let mut floats = vec![0, 0, 0x0d, 1, 0, 0, 0, 2];
        floats.extend(1.5_f32.to_be_bytes());
        floats.extend((-2.0_f32).to_be_bytes());
        assert_eq!(
            read(floats).unwrap().values,
            Values::Floats(vec![1.5, -2.0])
        );
        let shorts = vec![0, 0, 0x0b, 1, 0, 0, 0, 1, 0xff, 0xfe];
        assert_eq!(read(shorts).unwrap().values, Values::Integers(vec![-2]));
    }

    #[test]
    fn files_that_are_not_idx_are_refused() {
        assert!(message(b"age,income".to_vec()).contains("not an IDX file"));
        assert!(message(vec![]).contains("not an IDX file"));
        assert!(message(vec![0, 0, 7, 1, 0, 0, 0, 0]).contains("unknown IDX element type 0x07"));
        assert!(message(vec![0, 0, 8, 0]).contains("declares 0 dimensions"));
        assert!(message(vec![0, 0, 8, 200]).contains("declares 200 dimensions"));
    }

    #[test]
    fn cut_and_overlong_files_are_refused() {
        let whole = idx_bytes(&[3, 2], &[0; 6]);
        for length in 4..whole.len() {
            assert!(
                message(whole[..length].to_vec()).contains("cut off"),
                "{length}"
            );
        }
        let mut longer = whole;
        longer.extend([0, 0]);
        assert_eq!(
            message(longer),
            "f.idx: 2 bytes follow the 6 that dimensions [3, 2] need; cut them off"
        );
    }

    #[test]
    fn a_huge_declared_size_is_refused_without_allocating() {
        let error = message(idx_bytes(&[u32::MAX; 4], &[0; 8]));
        assert!(
            error.contains("need more bytes than can be counted"),
            "{error}"
        );
        assert!(message(idx_bytes(&[u32::MAX], &[0; 8])).contains("need 4294967295 bytes but 8"));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(read(bytes));
        }

        #[test]
        fn random_bodies_after_a_valid_magic_never_panic(
            kind in 8_u8..15,
            dimensions in proptest::collection::vec(0_u32..5, 1..5),
            body in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let mut bytes = idx_bytes(&dimensions, &body);
            bytes[2] = kind;
            if let Ok(array) = read(bytes) {
                let product: usize = array.dimensions.iter().product();
                prop_assert_eq!(array.values.len(), product);
            }
        }
    }
}
