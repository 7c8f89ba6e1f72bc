//! Files of arrays.

/// An IDX file of unsigned bytes.
pub(crate) fn idx(dimensions: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, u8::try_from(dimensions.len()).unwrap()];
    for dimension in dimensions {
        file.extend(dimension.to_be_bytes());
    }
    file.extend(bytes);
    file
}

/// An NPY file (version 1.0, C order); `kind` is numpy's name of the type, such as `<f8`.
pub(crate) fn npy(kind: &str, dimensions: &[usize], bytes: &[u8]) -> Vec<u8> {
    let shape: String = dimensions.iter().map(|size| format!("{size}, ")).collect();
    let mut header =
        format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}").into_bytes();
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(b' ');
    }
    header.push(b'\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    file.extend(header);
    file.extend(bytes);
    file
}

/// Images of 4x4 bytes and their classes: the bright half tells the class.
pub(crate) fn pictures(count: usize) -> (Vec<u8>, Vec<u8>) {
    let classes: Vec<u8> = (0..count).map(|i| (i * 7 % 3) as u8).collect();
    let pixels = classes.iter().enumerate().flat_map(|(i, &class)| {
        (0..16).map(move |pixel| {
            let bright = pixel / 4 == usize::from(class);
            (if bright { 180 } else { 20 }) + ((i * 31 + pixel * 17) % 70) as u8
        })
    });
    (pixels.collect(), classes.clone())
}

/// A PNG file of grey bytes.
pub(crate) fn png(width: u32, height: u32, samples: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(samples).unwrap();
    drop(writer);
    bytes
}
