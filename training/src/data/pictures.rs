//! PNG pictures as raw rows, for prediction: one file, or all of a folder.
//!
//! A picture's darkest value stands for the least raw number and its brightest for the greatest, so a
//! grey picture of 8 bits is, for pixels of 0 to 255, what it holds. Nothing is resized or recoloured
//! by a guess: a picture of another size or of colours that the model does not know is refused.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use png::{BitDepth, ColorType, Decoder, Limits, Transformations};

use super::{
    DataError, InputShape,
    array::{NumericArray, Values},
    file::{Content, read_raw},
};

/// How a PNG file begins.
const MAGIC: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The most memory that unpacking one picture may take, in bytes.
const MAX_BYTES: usize = 1 << 28;

/// Whether the content starts like PNG.
pub(super) fn is_png(content: &Content) -> bool {
    content.bytes.starts_with(&MAGIC)
}

/// The PNG files of a folder, in the order of their names: `2.png` before `10.png`.
///
/// # Errors
/// A folder that cannot be read, or without any.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let name = || folder.display().to_string();
    let read = |source| DataError::Read {
        file: name(),
        source,
    };
    let entries = std::fs::read_dir(folder).map_err(read)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = paths.collect::<Result<_, _>>().map_err(read)?;
    paths.retain(|path| {
        let ending = path.extension();
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
    });
    if paths.is_empty() {
        return Err(DataError::Empty {
            file: name(),
            expected: "files that end with .png",
        });
    }
    paths.sort_by_cached_key(|path| natural(path));
    Ok(paths)
}

/// Letters, numbers and letters again, so that numbers are compared by size.
fn natural(path: &Path) -> Vec<(String, u64)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut parts = vec![(String::new(), 0u64)];
    let mut in_number = false;
    for letter in name.chars() {
        let digit = letter.to_digit(10);
        if in_number && digit.is_none() {
            parts.push((String::new(), 0));
        }
        in_number = digit.is_some();
        if let Some((letters, number)) = parts.last_mut() {
            match digit {
                Some(digit) => *number = number.saturating_mul(10).saturating_add(u64::from(digit)),
                None => letters.push(letter),
            }
        }
    }
    parts
}

/// Pictures as raw numbers, `[pictures, values]`. `shape` is that of one input, and `ranges` holds the
/// least and the greatest raw number of each of its values.
///
/// # Errors
/// A picture that cannot be read, or does not fit.
pub(super) fn read(
    paths: &[PathBuf],
    shape: InputShape,
    ranges: &[(f64, f64)],
) -> Result<NumericArray, DataError> {
    let mut values = Vec::with_capacity(paths.len() * shape.len());
    for path in paths {
        let content = read_raw(path)?;
        let pixels = pixels(&content, shape)?;
        let raw = |(pixel, (least, greatest)): (u8, &(f64, f64))| {
            least + f64::from(pixel) / 255.0 * (greatest - least)
        };
        values.extend(pixels.into_iter().zip(ranges).map(raw));
    }
    let file = match paths {
        [one] => one.as_path(),
        _ => paths
            .first()
            .and_then(|path| path.parent())
            .unwrap_or(Path::new("")),
    };
    Ok(NumericArray {
        file: file.display().to_string(),
        dimensions: vec![paths.len(), shape.len()],
        values: Values::Doubles(values),
    })
}

/// The values of one picture, channels first.
fn pixels(content: &Content, shape: InputShape) -> Result<Vec<u8>, DataError> {
    let refuse = |problem: String, remedy: &'static str| DataError::Picture {
        file: content.name.clone(),
        problem,
        remedy,
    };
    let InputShape::Image {
        channels,
        height,
        width,
    } = shape
    else {
        return Err(refuse(
            format!("the model takes {shape}, not pictures"),
            "give the rows as CSV, IDX or NPY",
        ));
    };
    let damaged = |error: png::DecodingError| {
        refuse(
            format!("damaged PNG data ({error})"),
            "save the picture again",
        )
    };
    let limits = Limits { bytes: MAX_BYTES };
    let mut decoder = Decoder::new_with_limits(Cursor::new(&content.bytes), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (columns, rows) = reader.info().size();
    if (rows as usize, columns as usize) != (height, width) {
        return Err(refuse(
            format!(
                "is {columns} x {rows} pixels (width x height), the model takes {width} x {height}"
            ),
            "scale it with a program that you trust to do it as the training pictures were made",
        ));
    }
    if reader.info().bit_depth == BitDepth::Sixteen {
        return Err(refuse(
            "has 16 bits a channel, of which 8 would be lost".into(),
            "save it with 8 bits, or give the rows as NPY",
        ));
    }
    let size = reader
        .output_buffer_size()
        .filter(|size| *size <= MAX_BYTES);
    let size = size.ok_or_else(|| refuse("is too large".into(), "make it smaller"))?;
    let mut samples = vec![0; size];
    let info = reader.next_frame(&mut samples).map_err(damaged)?;
    let (colours, opacity) = match info.color_type {
        ColorType::Grayscale => (1, false),
        ColorType::GrayscaleAlpha => (1, true),
        ColorType::Rgb => (3, false),
        ColorType::Rgba => (3, true),
        // `normalize_to_color8` leaves no other.
        ColorType::Indexed => return Err(refuse("has a palette".into(), "save it as grey or RGB")),
    };
    let pixels: Vec<&[u8]> = samples
        .chunks_exact(colours + usize::from(opacity))
        .take(height * width)
        .collect();
    if opacity && pixels.iter().any(|pixel| pixel.last() != Some(&255)) {
        return Err(refuse(
            "has transparent pixels, and nothing says what is behind them".into(),
            "save it without transparency",
        ));
    }
    match (channels, colours) {
        (3, 3) => {}
        (3 | 1, 1) => {}
        (1, _) if pixels.iter().all(|p| p[0] == p[1] && p[1] == p[2]) => {}
        (1, _) => {
            return Err(refuse(
                "is in colour, the model takes grey pictures".into(),
                "save it as grey",
            ));
        }
        _ => {
            return Err(refuse(
                format!("is a picture, the model takes {channels} channels"),
                "give the rows as IDX or NPY",
            ));
        }
    }
    let channel = |channel: usize| pixels.iter().map(move |p| p[channel.min(colours - 1)]);
    Ok((0..channels).flat_map(channel).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG of 8-bit samples.
    fn png(color: ColorType, width: u32, height: u32, samples: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(samples).unwrap();
        drop(writer);
        bytes
    }

    fn of(bytes: &[u8], shape: InputShape) -> Result<Vec<u8>, DataError> {
        let content = Content {
            name: "x.png".into(),
            bytes: bytes.to_vec(),
        };
        pixels(&content, shape)
    }

    #[test]
    fn grey_and_colour_become_channels() {
        let grey = InputShape::image(1, 1, 2);
        let colour = InputShape::image(3, 1, 2);
        let file = png(ColorType::Grayscale, 2, 1, &[7, 250]);
        assert_eq!(of(&file, grey).unwrap(), [7, 250]);
        assert_eq!(of(&file, colour).unwrap(), [7, 250, 7, 250, 7, 250]);
        let file = png(ColorType::Rgb, 2, 1, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(of(&file, colour).unwrap(), [1, 4, 2, 5, 3, 6]);
        let error = of(&file, grey).unwrap_err().to_string();
        assert!(error.contains("x.png") && error.contains("grey"), "{error}");
        let file = png(ColorType::Rgba, 2, 1, &[9, 9, 9, 255, 8, 8, 8, 255]);
        assert_eq!(of(&file, grey).unwrap(), [9, 8]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let grey = InputShape::image(1, 1, 2);
        let clear = png(ColorType::GrayscaleAlpha, 2, 1, &[9, 255, 9, 254]);
        assert!(
            of(&clear, grey)
                .unwrap_err()
                .to_string()
                .contains("transparent")
        );
        let wide = png(ColorType::Grayscale, 3, 1, &[1, 2, 3]);
        let error = of(&wide, grey).unwrap_err().to_string();
        assert!(
            error.contains("3 x 1") && error.contains("2 x 1"),
            "{error}"
        );
        assert!(of(&wide, InputShape::flat(3)).is_err());
        for cut in 0..wide.len() - 12 {
            assert!(
                of(&wide[..cut], InputShape::image(1, 1, 3)).is_err(),
                "{cut}"
            );
        }
    }

    #[test]
    fn ten_comes_after_two() {
        let mut names = ["b1.png", "a10.png", "a2.png", "a2b.png"].map(PathBuf::from);
        names.sort_by_cached_key(|path| natural(path));
        let names = names.map(|path| path.display().to_string());
        assert_eq!(names, ["a2.png", "a2b.png", "a10.png", "b1.png"]);
    }
}
