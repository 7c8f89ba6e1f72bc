//! The NPY format of NumPy: a magic number, a version, a header in Python's notation, then the
//! numbers.
//!
//! Read here by hand because a reader that trusts the header allocates whatever it declares, and
//! parses nested Python expressions from whatever the file says. This one accepts the header that
//! `numpy.save` writes and nothing else.

use ndarray::{Array, IxDyn, ShapeBuilder};

use super::{
    DataError,
    array::{NumericArray, Values},
    file::Content,
    idx::words,
};

/// The first bytes of every NPY file.
const MAGIC: &[u8] = b"\x93NUMPY";

/// What an error says about saving an array that this program reads.
const RESAVE: &str = "save it again from NumPy with numpy.save and a dtype of float32, float64, \
                      uint8 or an integer type";

/// Whether these bytes start like an NPY file.
pub(super) fn is_npy(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// What the header of an NPY file says.
#[derive(Debug, PartialEq)]
struct Header {
    /// Byte order and type, such as `<f4`.
    element: String,
    /// Whether the first index varies fastest.
    column_major: bool,
    /// The dimensions.
    dimensions: Vec<usize>,
}

/// Reads an NPY array in either memory order. Nothing is allocated from a size that the file only
/// declares.
///
/// # Errors
/// When the magic number or header is not NPY's, the element type is not a real number, or the file
/// is shorter or longer than it declares.
pub(super) fn read_npy(content: &Content) -> Result<NumericArray, DataError> {
    let fail = |problem: String, remedy| DataError::Npy {
        file: content.name.clone(),
        problem,
        remedy,
    };
    let Some((header, body)) = split_header(&content.bytes) else {
        return Err(fail(
            "not an NPY file, or cut off inside its header".to_owned(),
            RESAVE,
        ));
    };
    let Some(Header {
        element,
        column_major,
        dimensions,
    }) = parse_header(header)
    else {
        let start: String = header.chars().take(80).collect();
        return Err(fail(
            format!(
                "its header is not one that numpy.save writes: `{}`",
                start.escape_debug()
            ),
            RESAVE,
        ));
    };
    let Some(size) = element_size(&element) else {
        return Err(fail(
            format!("holds elements of type `{}`", element.escape_debug()),
            RESAVE,
        ));
    };
    let declared = dimensions
        .iter()
        .try_fold(size, |product, &dimension| product.checked_mul(dimension));
    if declared != Some(body.len()) {
        let declared = declared.map_or_else(
            || "more bytes than can be counted".to_owned(),
            |bytes| format!("{bytes} bytes"),
        );
        let problem = format!(
            "shape {dimensions:?} of `{element}` needs {declared} but {} bytes are there",
            body.len()
        );
        return Err(fail(
            problem,
            "the file is cut off or has bytes added: copy it again",
        ));
    }
    let Some(values) = values(&element, body) else {
        return Err(fail("holds an integer above 2^63".to_owned(), RESAVE));
    };
    let values = if column_major {
        row_major(&dimensions, values)
    } else {
        Some(values)
    };
    let Some(values) = values else {
        return Err(fail(format!("shape {dimensions:?} is too large"), RESAVE));
    };
    Ok(NumericArray {
        file: content.name.clone(),
        dimensions,
        values,
    })
}

/// The header's text and the numbers behind it.
fn split_header(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let [major, _minor, rest @ ..] = bytes.strip_prefix(MAGIC)? else {
        return None;
    };
    let (length, rest) = match major {
        1 => rest
            .split_first_chunk()
            .map(|(length, rest)| (usize::from(u16::from_le_bytes(*length)), rest))?,
        2 | 3 => rest
            .split_first_chunk()
            .map(|(length, rest)| (u32::from_le_bytes(*length) as usize, rest))?,
        _ => return None,
    };
    let (header, body) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, body))
}

/// The three entries of a header such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4),
/// }`.
fn parse_header(header: &str) -> Option<Header> {
    let element = after_key(header, "descr")?
        .strip_prefix('\'')?
        .split_once('\'')?
        .0
        .to_owned();
    let order = after_key(header, "fortran_order")?;
    let column_major = match (order.starts_with("True"), order.starts_with("False")) {
        (true, false) => true,
        (false, true) => false,
        _ => return None,
    };
    let inside = after_key(header, "shape")?
        .strip_prefix('(')?
        .split_once(')')?
        .0;
    let dimensions = inside
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let dimensions = dimensions
        .map(|part| part.parse().ok())
        .collect::<Option<Vec<usize>>>()?;
    Some(Header {
        element,
        column_major,
        dimensions,
    })
}

/// What follows `'key':` in a header.
fn after_key<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(&format!("'{key}'"))?;
    Some(rest.trim_start().strip_prefix(':')?.trim_start())
}

/// Bytes an element of this type takes; `None` for a type that is not a real number.
fn element_size(element: &str) -> Option<usize> {
    match element.strip_prefix(['<', '>', '|', '='])? {
        "u1" | "i1" | "b1" => Some(1),
        "u2" | "i2" => Some(2),
        "u4" | "i4" | "f4" => Some(4),
        "u8" | "i8" | "f8" => Some(8),
        _ => None,
    }
}

/// The numbers of a body, in the file's order; `None` when an unsigned integer does not fit.
fn values(element: &str, body: &[u8]) -> Option<Values> {
    /// Reads each word in the byte order that `big` says.
    macro_rules! read {
        ($number:ty, $big:expr) => {
            if $big {
                words(body, <$number>::from_be_bytes)
            } else {
                words(body, <$number>::from_le_bytes)
            }
        };
    }
    let big = element.starts_with('>');
    Some(match element.get(1..)? {
        "u1" => Values::Bytes(body.to_vec()),
        "b1" => Values::Bytes(body.iter().map(|&byte| u8::from(byte != 0)).collect()),
        "i1" => Values::Integers(words(body, |word| i64::from(i8::from_le_bytes(word)))),
        "u2" => Values::Integers(read!(u16, big).into_iter().map(i64::from).collect()),
        "i2" => Values::Integers(read!(i16, big).into_iter().map(i64::from).collect()),
        "u4" => Values::Integers(read!(u32, big).into_iter().map(i64::from).collect()),
        "i4" => Values::Integers(read!(i32, big).into_iter().map(i64::from).collect()),
        "i8" => Values::Integers(read!(i64, big)),
        "u8" => Values::Integers(
            read!(u64, big)
                .into_iter()
                .map(i64::try_from)
                .collect::<Result<_, _>>()
                .ok()?,
        ),
        "f4" => Values::Floats(read!(f32, big)),
        "f8" => Values::Doubles(read!(f64, big)),
        _ => return None,
    })
}

/// The same numbers with the last index varying fastest.
fn row_major(dimensions: &[usize], values: Values) -> Option<Values> {
    fn reorder<T: Clone>(dimensions: &[usize], values: Vec<T>) -> Option<Vec<T>> {
        let array = Array::from_shape_vec(IxDyn(dimensions).f(), values).ok()?;
        Some(array.iter().cloned().collect())
    }
    Some(match values {
        Values::Bytes(values) => Values::Bytes(reorder(dimensions, values)?),
        Values::Integers(values) => Values::Integers(reorder(dimensions, values)?),
        Values::Floats(values) => Values::Floats(reorder(dimensions, values)?),
        Values::Doubles(values) => Values::Doubles(reorder(dimensions, values)?),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use ndarray::{Array2, array};
    use ndarray_npy::WriteNpyExt;
    use proptest::prelude::*;

    use super::*;

    /// The bytes that an independent writer makes of an array.
    pub(in crate::data) fn npy_bytes(array: &impl WriteNpyExt) -> Vec<u8> {
        let mut bytes = Vec::new();
        array.write_npy(&mut bytes).unwrap();
        bytes
    }

    /// An NPY file of version 1 with this header and body.
    fn raw(header: &str, body: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(body);
        bytes
    }

    fn read(bytes: Vec<u8>) -> Result<NumericArray, DataError> {
        read_npy(&Content {
            name: "x.npy".into(),
            bytes,
        })
    }

    #[test]
    fn what_an_independent_writer_wrote_is_read() {
        let floats = read(npy_bytes(&array![[1.5_f32, 2.0], [3.0, -4.0]])).unwrap();
        assert_eq!(
            (floats.dimensions, floats.values),
            (vec![2, 2], Values::Floats(vec![1.5, 2.0, 3.0, -4.0]))
        );
        assert_eq!(
            read(npy_bytes(&array![1_u8, 2])).unwrap().values,
            Values::Bytes(vec![1, 2])
        );
        assert_eq!(
            read(npy_bytes(&array![-1_i64, 2])).unwrap().values,
            Values::Integers(vec![-1, 2])
        );
        assert_eq!(
            read(npy_bytes(&array![0.5_f64])).unwrap().values,
            Values::Doubles(vec![0.5])
        );
    }

    #[test]
    fn column_major_arrays_are_put_in_row_order() {
        let column_major = Array2::from_shape_vec((2, 3).f(), vec![0_i32, 3, 1, 4, 2, 5]).unwrap();
        let bytes = npy_bytes(&column_major);
        assert!(String::from_utf8_lossy(&bytes).contains("'fortran_order': True"));
        assert_eq!(
            read(bytes).unwrap().values,
            Values::Integers(vec![0, 1, 2, 3, 4, 5])
        );
    }

    #[test]
    fn big_endian_numbers_are_read() {
        let header = "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }\n";
        assert_eq!(
            read(raw(header, &2.5_f32.to_be_bytes())).unwrap().values,
            Values::Floats(vec![2.5])
        );
    }

    #[test]
    fn wrong_files_are_refused_with_a_reason() {
        let header = |element, shape| {
            format!("{{'descr': '{element}', 'fortran_order': False, 'shape': {shape}, }}\n")
        };
        let cases = [
            (b"PK\x03\x04".to_vec(), "not an NPY file"),
            (MAGIC.to_vec(), "not an NPY file"),
            (raw("{'descr': [('a', '<f4')]}", &[]), "header is not one"),
            (
                raw(&header("<c8", "(1,)"), &[0; 8]),
                "elements of type `<c8`",
            ),
            (raw(&header("|O", "(1,)"), &[0; 8]), "elements of type `|O`"),
            (raw(&header("<f4", "(2,)"), &[0; 7]), "needs 8 bytes but 7"),
            (raw(&header("<f4", "(2,)"), &[0; 9]), "needs 8 bytes but 9"),
            (raw(&header("<f4", "(-2,)"), &[]), "header is not one"),
            (
                raw(&header("<f8", "(9223372036854775807, 9)"), &[0; 9]),
                "more bytes than can be counted",
            ),
            (raw(&header("<u8", "(1,)"), &[255; 8]), "above 2^63"),
        ];
        for (bytes, expected) in cases {
            let error = read(bytes).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(error.starts_with("x.npy: "), "{error}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(read(bytes.clone()));
            drop(read([MAGIC, &bytes].concat()));
        }

        #[test]
        fn random_headers_never_panic(
            header in "\\{'descr': ?'[<>|=]?[ufib]?[0-9]?', 'fortran_order': (True|False|.), 'shape': \\([0-9, -]{0,9}\\), \\}",
            body in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            if let Ok(array) = read(raw(&header, &body)) {
                prop_assert_eq!(array.values.len(), array.dimensions.iter().product::<usize>());
            }
        }
    }
}
