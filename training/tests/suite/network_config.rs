//! Layers and trainings as written in a config or a model file.

use privet_training::data::InputShape;
use privet_training::network::{Architecture, LayerSpec, NetworkSpec, Preset, Profile};
use privet_training::plain::PlainTraining;

/// `{ layer = {...} }` in TOML, as in a list of layers.
fn layer(text: &str) -> Result<LayerSpec, toml::de::Error> {
    #[derive(serde::Deserialize)]
    struct Holder {
        layer: LayerSpec,
    }
    toml::from_str::<Holder>(&format!("layer = {{ {text} }}")).map(|holder| holder.layer)
}

#[test]
fn every_kind_of_layer_is_written_as_documented() {
    let conv = |stride, padding| LayerSpec::Conv2d {
        channels: 4,
        kernel: 3,
        stride,
        padding,
        groups: 1,
    };
    let max_pool = |stride| LayerSpec::MaxPool { kernel: 2, stride };
    let avg_pool = |stride| LayerSpec::AvgPool { kernel: 2, stride };
    let forms = [
        (
            "kind = 'linear', outputs = 3",
            LayerSpec::Linear { outputs: 3 },
        ),
        ("kind = 'conv2d', channels = 4, kernel = 3", conv(1, 0)),
        (
            "kind = 'conv2d', channels = 4, kernel = 3, stride = 2, padding = 1",
            conv(2, 1),
        ),
        (
            "kind = 'group_norm', groups = 2",
            LayerSpec::GroupNorm { groups: 2 },
        ),
        (
            "kind = 'public_norm', mean = [0.5, 0.25], deviation = [2.0]",
            LayerSpec::PublicNorm {
                mean: vec![0.5, 0.25],
                deviation: vec![2.0],
            },
        ),
        ("kind = 'relu'", LayerSpec::Relu),
        ("kind = 'tanh'", LayerSpec::Tanh),
        ("kind = 'square'", LayerSpec::Square),
        ("kind = 'max_pool', kernel = 2", max_pool(None)),
        (
            "kind = 'max_pool', kernel = 2, stride = 1",
            max_pool(Some(1)),
        ),
        ("kind = 'avg_pool', kernel = 2", avg_pool(None)),
        (
            "kind = 'avg_pool', kernel = 2, stride = 1",
            avg_pool(Some(1)),
        ),
        ("kind = 'flatten'", LayerSpec::Flatten),
    ];
    for (text, expected) in forms {
        assert_eq!(layer(text).unwrap(), expected, "{text}");
        assert!(text.contains(&format!("'{}'", expected.kind())), "{text}");
        // Model files hold the same as JSON.
        let json = serde_json::to_string(&expected).unwrap();
        assert_eq!(serde_json::from_str::<LayerSpec>(&json).unwrap(), expected);
        // A typo must not be taken for a default.
        let typo = format!("{text}, strides = 2");
        assert!(layer(&typo).is_err(), "{typo}");
        let typo = json.replacen('{', "{\"strides\":2,", 1);
        assert!(serde_json::from_str::<LayerSpec>(&typo).is_err(), "{typo}");
    }
}

#[test]
fn what_is_no_layer_is_refused() {
    for wrong in [
        "kind = 'linear'",
        "outputs = 3",
        "kind = 'linear', outputs = -1",
        "kind = 'linear', outputs = 1.5",
        "kind = 'conv2d', channels = 4",
        // Batch statistics of private data would leak (invariant 6).
        "kind = 'batch_norm'",
    ] {
        assert!(layer(wrong).is_err(), "{wrong}");
    }
}

/// Few parameters and a small output, but an image of 2^50 pixels in between.
#[test]
fn a_padding_that_makes_a_huge_image_is_refused() {
    let padded = |padding: usize| {
        let conv = LayerSpec::Conv2d {
            channels: 1,
            kernel: 1,
            stride: 2 * padding,
            padding,
            groups: 1,
        };
        let layers = vec![conv, LayerSpec::Flatten];
        Architecture::new(InputShape::image(1, 2, 2), layers, 4)
    };
    assert!(padded(3).is_ok());
    for padding in [1 << 24, usize::MAX / 2] {
        let error = padded(padding).unwrap_err().to_string();
        assert!(error.contains("padding"), "{error}");
    }
}

#[test]
fn networks_are_a_preset_or_a_list() {
    let mlp: NetworkSpec = toml::from_str("preset = 'mlp'\nhidden = [8, 4]").unwrap();
    assert_eq!(mlp, NetworkSpec::mlp(&[8, 4]));
    let cnn: NetworkSpec = toml::from_str("preset = 'cnn'").unwrap();
    assert_eq!(cnn, NetworkSpec::preset(Preset::Cnn));
    let list: NetworkSpec =
        toml::from_str("layers = [{ kind = 'flatten' }, { kind = 'linear', outputs = 3 }]")
            .unwrap();
    let layers = vec![LayerSpec::Flatten, LayerSpec::Linear { outputs: 3 }];
    assert_eq!(list, NetworkSpec::layers(layers));
    let fit: NetworkSpec =
        toml::from_str("preset = 'encrypted-cnn'\nprofile = 'encrypted-inference'").unwrap();
    assert_eq!(fit.profile, Some(Profile::EncryptedInference));
    assert!(fit.resolve(InputShape::image(1, 28, 28), 10).is_ok());
    let unfit = NetworkSpec {
        profile: fit.profile,
        ..NetworkSpec::mlp(&[8])
    };
    let error = unfit.resolve(InputShape::flat(3), 2).unwrap_err();
    assert!(error.to_string().contains("layer 2 (relu)"), "{error}");
    for wrong in [
        "profile = 'encrypted'",
        "presets = 'mlp'",
        "preset = 'resnet'",
        "preset = 'mlp'\nwidth = 3",
    ] {
        assert!(toml::from_str::<NetworkSpec>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn trainings_refuse_unknown_and_missing_keys() {
    let text = "epochs = 3\nbatch_size = 8\noptimizer = { kind = 'sgd', learning_rate = 0.1 }\n";
    let training: PlainTraining = toml::from_str(text).unwrap();
    assert_eq!((training.epochs, training.batch_size), (3, 8));
    assert_eq!(training.network, NetworkSpec::default());
    assert!(toml::from_str::<PlainTraining>(&format!("{text}epoch = 3")).is_err());
    assert!(toml::from_str::<PlainTraining>("epochs = 3\nbatch_size = 8").is_err());
}
