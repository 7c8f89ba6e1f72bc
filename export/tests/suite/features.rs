//! Features in front of a network travel with it in every format.

use ndarray::Array2;
use privet_export::{ExportError, Format, ModelDescription, ModelFile, has_operators, to_bytes};
use privet_features::{FeatureMap, Fitting, StageSpec};
use privet_training::data::{InputShape, PixelScaling, Preprocessing};
use privet_training::gradient::CpuEngine;

use crate::support::{description, linear, numbers};

const INPUT: InputShape = InputShape::Image {
    channels: 2,
    height: 8,
    width: 8,
};

fn rows(count: usize) -> Array2<f32> {
    let values = numbers(count * INPUT.len(), "rows");
    Array2::from_shape_vec((count, INPUT.len()), values).unwrap()
}

/// A model of six features behind these stages.
fn model(stages: &str) -> (privet_training::network::Network, ModelDescription) {
    let table: toml::Table = format!("stages = [{stages}]").parse().unwrap();
    let stages: Vec<StageSpec> = table["stages"].clone().try_into().unwrap();
    let engine = CpuEngine::default();
    let fitting = Fitting {
        engine: &engine,
        seed: 3,
        progress: &|_, _, _| {},
    };
    let map = FeatureMap::fit(INPUT, &stages, Some(rows(40).view()), fitting).unwrap();
    let width = map.output_shape().len();
    let network = linear(width, 3, &numbers(3 * width + 3, "network"));
    let description = ModelDescription {
        preprocessing: Preprocessing::Pixels {
            shape: INPUT,
            scaling: PixelScaling::new(0.0, 1.0, 0.0, 1.0).unwrap(),
        },
        features: Some(map),
        ..description(&network)
    };
    (network, description)
}

const ALL: &str =
    "{ kind = 'standardise', by = 'channel' }, { kind = 'group-normalise', groups = 2 },
    { kind = 'encoder', epochs = 1, batch_size = 8, projection = [4],
      layers = [{ kind = 'conv2d', channels = 3, kernel = 3, stride = 2 }, { kind = 'relu' },
                { kind = 'flatten' }, { kind = 'linear', outputs = 9 }] },
    { kind = 'row-norm' }, { kind = 'pca', components = 6, whitening = 0.5 }";

#[test]
fn every_format_brings_the_same_features_back() {
    let (network, description) = model(ALL);
    for format in Format::ALL {
        let bytes = to_bytes(format, &network, &description).unwrap();
        assert_eq!(bytes, to_bytes(format, &network, &description).unwrap());
        let read = ModelFile::read(&bytes).unwrap();
        assert_eq!(read.description, description, "{format}");
        let (before, after) = (
            description.features.as_ref(),
            read.description.features.as_ref(),
        );
        let features = |map: Option<&FeatureMap>| map.unwrap().apply(rows(5).view()).unwrap();
        assert_eq!(features(before), features(after));
    }
}

#[test]
fn an_encoder_s_parameters_have_the_names_of_layers() {
    let (network, description) = model(ALL);
    let bytes = to_bytes(Format::Safetensors, &network, &description).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let shape = |name: &str| tensors.tensor(name).unwrap().shape().to_vec();
    assert_eq!(shape("features.3.layers.0.weight"), [3, 2, 3, 3]);
    assert_eq!(shape("features.3.layers.3.weight"), [9, 27]);
    assert_eq!(shape("features.5.projection"), [6, 9]);
    assert_eq!(shape("layers.0.weight"), [3, 6]);
}

#[test]
fn scattering_has_no_operators_and_the_other_formats_hold_it() {
    let (network, description) = model("{ kind = 'scattering', scales = 1, angles = 2 }");
    let error = to_bytes(Format::Onnx, &network, &description).unwrap_err();
    assert!(
        matches!(error, ExportError::NoOperators("scattering")),
        "{error}"
    );
    for format in [Format::Safetensors, Format::Burnpack] {
        let bytes = to_bytes(format, &network, &description).unwrap();
        assert_eq!(ModelFile::read(&bytes).unwrap().description, description);
    }
    let table: toml::Table = format!("stages = [{ALL}]").parse().unwrap();
    let stages: Vec<StageSpec> = table["stages"].clone().try_into().unwrap();
    assert!(stages.iter().all(has_operators));
}

/// Every byte of the header, and some of the tensors, changed: an error or a model, never a panic.
#[test]
fn damaged_features_are_refused() {
    let (network, description) = model(ALL);
    let bytes = to_bytes(Format::Safetensors, &network, &description).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    for (from, to) in [
        ("features.5.projection", "features.6.projection"),
        ("features.3.layers.0.weight", "features.3.layers.9.weight"),
        ("\\\"outputs\\\":9", "\\\"outputs\\\":8"),
        ("\\\"components\\\":6", "\\\"components\\\":5"),
        (
            "\\\"kind\\\":\\\"row-norm\\\"",
            "\\\"kind\\\":\\\"row-nor2\\\"",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let place = bytes
            .windows(from.len())
            .position(|part| part == from.as_bytes())
            .unwrap();
        let mut changed = bytes.clone();
        changed[place..place + to.len()].copy_from_slice(to.as_bytes());
        assert!(ModelFile::read(&changed).is_err(), "{from}");
    }
    for place in (8..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x21;
        let _ = ModelFile::read(&changed);
    }
}
