//! What holds for every format.

use ndarray::Array2;
use privet_export::{ExportError, Format, ModelFile};
use privet_training::evaluate::logits;

use crate::support::{description, every_kind, linear, numbers, sequences, to_bytes};

#[test]
fn every_kind_of_layer_comes_back_bit_for_bit() {
    for format in Format::ALL {
        for network in [every_kind(), sequences()] {
            let file = ModelFile::read(&to_bytes(format, &network)).unwrap();
            assert_eq!(file.format, format);
            assert_eq!(file.description, description(&network));
            assert_eq!(file.network.architecture(), network.architecture());
            assert_eq!(file.network.flat_parameters(), network.flat_parameters());
        }
        let network = every_kind();
        let inputs = Array2::from_shape_vec((4, 60), numbers(240, "inputs")).unwrap();
        let scores = logits(&network, inputs.view());
        assert!(scores.iter().any(|score| score.abs() > 1e-3));
        let again = ModelFile::read(&to_bytes(format, &network))
            .unwrap()
            .network;
        assert_eq!(logits(&again, inputs.view()), scores);
    }
}

#[test]
fn the_same_network_gives_the_same_bytes() {
    let network = every_kind();
    for format in Format::ALL {
        // Some metadata are a hash map on their way into the file.
        let first = to_bytes(format, &network);
        for _ in 0..8 {
            assert_eq!(to_bytes(format, &network), first, "{format}");
        }
    }
}

#[test]
fn the_guarantee_stands_in_the_file_as_text() {
    for format in Format::ALL {
        let bytes = to_bytes(format, &every_kind());
        let holds = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        for text in [
            "epsilon",
            "1.25",
            "0.00001",
            "add-or-remove-one",
            "record",
            "pld",
            "statement_sha256",
            &"ab".repeat(32),
        ] {
            let text = match text {
                "0.00001" if !holds(text) => "1e-5",
                text => text,
            };
            assert!(holds(text), "{format} lacks {text}");
        }
        assert!(!holds("NOT PRIVATE"));
    }
}

#[test]
fn a_model_without_privacy_says_so() {
    let network = linear(2, 2, &numbers(6, "parameters"));
    let mut description = description(&network);
    description.privacy = serde_json::json!({"private": false});
    for format in Format::ALL {
        let bytes = privet_export::to_bytes(format, &network, &description).unwrap();
        let text = "NOT PRIVATE".as_bytes();
        assert!(
            bytes.windows(text.len()).any(|part| part == text),
            "{format}"
        );
        assert_eq!(ModelFile::read(&bytes).unwrap().description, description);
    }
}

#[test]
fn parameters_that_are_not_finite_are_not_written() {
    for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut parameters = numbers(6, "parameters");
        parameters[5] = broken;
        let network = linear(2, 2, &parameters);
        for format in Format::ALL {
            let error = privet_export::to_bytes(format, &network, &description(&network));
            let error = error.unwrap_err().to_string();
            assert!(error.contains("layers.0.bias"), "{error}");
        }
    }
}

#[test]
fn other_files_are_told_apart() {
    let pickle = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05weightq\x00.";
    let zipped = b"PK\x03\x04\x00\x00\x08\x08\x00\x00archive/data.pkl";
    for bytes in [&pickle[..], zipped] {
        let error = ModelFile::read(bytes).unwrap_err();
        assert!(matches!(error, ExportError::Pickle), "{error}");
    }
    for bytes in [
        &b""[..],
        b"{}",
        &[0; 64],
        &[0xff; 64],
        b"\x89PNG\r\n\x1a\n",
        b"a,b\n1,2\n",
    ] {
        let error = ModelFile::read(bytes).unwrap_err();
        assert!(matches!(error, ExportError::Unknown), "{error}");
    }
}
