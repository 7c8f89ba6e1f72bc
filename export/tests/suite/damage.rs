//! Damaged and hostile model files: an error each, never a panic, never memory for what is not
//! there.

use std::collections::HashMap;

use ndarray::Array2;
use privet_export::{ExportError, Format, ModelDescription};
use privet_training::data::{InputShape, PixelScaling, Preprocessing};
use privet_training::evaluate::logits;
use privet_training::network::LayerSpec;
use proptest::prelude::*;
use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::support::{description, every_kind, linear, read, sequences, to_bytes};

/// A tensor to be written: name, type, shape, bytes.
type Tensor<'a> = (&'a str, Dtype, Vec<usize>, Vec<u8>);

/// A file with Privet's metadata around any tensors.
fn forged(description: &ModelDescription, tensors: &[Tensor<'_>]) -> Vec<u8> {
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        (
            *name,
            TensorView::new(*dtype, shape.clone(), bytes).unwrap(),
        )
    });
    let entry = entry("privet-model-1", description);
    serialize(views, Some(metadata("privet", &entry))).unwrap()
}

/// What Privet writes about the network, with any version of the format.
fn entry(format: &str, description: &ModelDescription) -> String {
    let mut entry = serde_json::to_value(description).unwrap();
    entry["format"] = format.into();
    entry.to_string()
}

fn metadata(key: &str, entry: &str) -> HashMap<String, String> {
    HashMap::from([(key.to_owned(), entry.to_owned())])
}

fn floats(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// The description of one linear layer, two inputs and three classes.
fn small() -> ModelDescription {
    description(&linear(2, 3, &[0.0; 9]))
}

fn weight(shape: &[usize]) -> Tensor<'static> {
    let values = vec![1.0; shape.iter().product()];
    (
        "layers.0.weight",
        Dtype::F32,
        shape.to_vec(),
        floats(&values),
    )
}

fn bias() -> Tensor<'static> {
    ("layers.0.bias", Dtype::F32, vec![3], floats(&[0.0; 3]))
}

#[test]
fn a_truncated_file_is_refused_at_every_length() {
    for format in Format::ALL {
        let bytes = to_bytes(format, &every_kind());
        assert!(read(&bytes).is_ok());
        for length in 0..bytes.len() {
            // ONNX ends with its metadata, of which only one entry is needed, and what follows the
            // last tensor of a burnpack is padding.
            if let Ok((network, _)) = read(&bytes[..length]) {
                let whole = network.flat_parameters() == every_kind().flat_parameters();
                assert!(
                    format != Format::Safetensors && whole,
                    "{format}: {length} bytes"
                );
            }
        }
    }
    // Nor may something follow.
    let longer = [&to_bytes(Format::Safetensors, &every_kind())[..], &[0]].concat();
    assert!(read(&longer).is_err());
}

#[test]
fn a_safetensors_file_of_another_program_is_refused() {
    let (_, dtype, shape, bytes) = weight(&[3, 2]);
    let view = || [("w", TensorView::new(dtype, shape.clone(), &bytes).unwrap())];
    let without_format = serde_json::to_string(&small()).unwrap();
    for metadata in [
        None,
        Some(HashMap::new()),
        Some(metadata("format", "pt")),
        Some(metadata("pt", &entry("privet-model-1", &small()))),
        Some(metadata("privet", &entry("privet-model-2", &small()))),
        Some(metadata("privet", &without_format)),
        Some(metadata("privet", "{}")),
        Some(metadata("privet", &"[".repeat(100_000))),
    ] {
        let error = read(&serialize(view(), metadata).unwrap()).unwrap_err();
        assert!(matches!(error, ExportError::Metadata(_)), "{error}");
    }
}

#[test]
fn tensors_that_do_not_fit_the_layers_are_refused() {
    let good = forged(&small(), &[weight(&[3, 2]), bias()]);
    assert!(read(&good).is_ok());
    let mut nan = weight(&[3, 2]);
    nan.3[8..12].copy_from_slice(&f32::NAN.to_le_bytes());
    let mut infinite = bias();
    infinite.3[0..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let integers = ("layers.0.bias", Dtype::I32, vec![3], vec![0; 12]);
    let doubles = ("layers.0.bias", Dtype::F64, vec![3], vec![0; 24]);
    let cases: [(&str, Vec<Tensor<'_>>); 8] = [
        ("a transposed weight", vec![weight(&[2, 3]), bias()]),
        ("a flat weight", vec![weight(&[6]), bias()]),
        ("a larger weight", vec![weight(&[3, 3]), bias()]),
        ("no bias, but as many bytes", vec![weight(&[9])]),
        ("integers", vec![weight(&[3, 2]), integers]),
        ("doubles", vec![weight(&[3, 2]), doubles]),
        ("NaN", vec![nan, bias()]),
        ("infinity", vec![weight(&[3, 2]), infinite]),
    ];
    for (name, tensors) in cases {
        let error = read(&forged(&small(), &tensors)).unwrap_err();
        assert!(
            matches!(error, ExportError::Tensor { .. }),
            "{name}: {error}"
        );
    }
}

/// Predictions would feed the network rows of another length.
#[test]
fn preprocessing_that_does_not_fit_the_network_is_refused() {
    let mut wrong = small();
    wrong.preprocessing = Preprocessing::Pixels {
        shape: InputShape::flat(5),
        scaling: PixelScaling::new(0.0, 1.0, 0.0, 1.0).unwrap(),
    };
    assert!(read(&forged(&wrong, &[weight(&[3, 2]), bias()])).is_err());
}

/// The largest memory that this process has held so far, in KiB.
#[cfg(target_os = "linux")]
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Each of these small files describes gigabytes.
#[cfg(target_os = "linux")]
#[test]
fn a_small_file_that_describes_a_huge_network_takes_no_memory() {
    let linear = |outputs| LayerSpec::Linear { outputs };
    let huge_kernel = LayerSpec::Conv2d {
        channels: 1,
        kernel: 16_000,
        stride: 1,
        padding: 8_000,
        groups: 1,
    };
    let flat = InputShape::flat(2);
    let image = InputShape::image(1, 2, 1);
    let cases = [
        ("a wide layer", flat, vec![linear(1 << 26), linear(3)]),
        (
            "beyond any address",
            flat,
            vec![linear(usize::MAX), linear(3)],
        ),
        (
            "many large layers",
            flat,
            [vec![linear(1 << 14); 100], vec![linear(3)]].concat(),
        ),
        (
            "a huge kernel",
            image,
            vec![huge_kernel, LayerSpec::Flatten, linear(3)],
        ),
        (
            "a huge input",
            InputShape::flat(usize::MAX),
            vec![linear(3)],
        ),
        (
            "a huge image",
            InputShape::image(1 << 40, 1 << 40, 1),
            vec![LayerSpec::Flatten, linear(3)],
        ),
    ];
    let before = peak_memory();
    for (name, input, layers) in cases {
        let description = ModelDescription {
            input,
            layers,
            ..small()
        };
        let bytes = forged(&description, &[weight(&[3, 2]), bias()]);
        assert!(read(&bytes).is_err(), "{name}");
    }
    // A tensor that the header says is large, of a header that says it is large itself.
    for header in [
        r#"{"w":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}"#,
        r#"{"w":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}"#,
    ] {
        let length = (header.len() as u64).to_le_bytes();
        assert!(read(&[&length[..], header.as_bytes()].concat()).is_err());
        for length in [1 << 20, 99_999_999, u64::MAX] {
            assert!(read(&[&length.to_le_bytes()[..], header.as_bytes()].concat()).is_err());
        }
    }
    // Other tests run beside this one and need less than this; each case would need more.
    let taken = peak_memory() - before;
    assert!(taken < 192 * 1024, "took {taken} KiB");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// A changed byte is noticed, or gives a network that can be used: no checksum guards the
    /// parameters, and another weight is still a weight.
    #[test]
    fn changed_bytes_do_no_harm(
        format in prop::sample::select(&Format::ALL[..]),
        of_sequences in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        range in prop::sample::select(vec![64, 512, 4096, usize::MAX]),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let network = if of_sequences { sequences() } else { every_kind() };
        let mut bytes = to_bytes(format, &network);
        let range = range.min(bytes.len());
        for (position, byte) in changes {
            bytes[position.index(range)] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok((network, _)) = read(&bytes) {
            prop_assert!(network.flat_parameters().iter().all(|value| value.is_finite()));
            let width = network.architecture().input().len();
            let scores = logits(&network, Array2::zeros((1, width)).view());
            prop_assert_eq!(scores.ncols(), network.architecture().classes());
        }
    }

    /// Bytes that begin like a file of a format and go on anyhow.
    #[test]
    fn noise_is_refused(
        start in prop::sample::select(vec![
            &b"NRUB\x01\x00\x40\x00\x00\x00"[..], b"\x20\0\0\0\0\0\0\0{", b"\x08\x08\x12\x06privet", b"",
        ]),
        noise in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        prop_assert!(read(&[start, &noise].concat()).is_err());
    }
}
