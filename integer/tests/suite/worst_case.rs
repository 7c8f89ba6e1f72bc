//! What is known before there are weights.

use privet_gradients::network::{Architecture, InputShape, LayerSpec, NetworkSpec, Preset};
use privet_integer::{
    IntegerLayer, IntegerModel, IntegerParameters, Settings, TrainedLayer, WorstCase, quantise,
    worst_case,
};

use crate::networks::{CLASSES, Case, conv, grid, network, norm, pool};

fn of(architecture: &Architecture, input_bits: u32, weight_bits: u32) -> WorstCase {
    let settings = Settings { weight_bits };
    worst_case(architecture, grid(input_bits, false), settings).unwrap()
}

/// All weights the largest, each bias as large as the largest sum that it joins, and no padding.
#[test]
fn the_worst_case_is_reached() {
    let parameters = |inputs: usize, outputs: usize, largest: i128| IntegerParameters {
        weights: vec![7; inputs * outputs],
        bias: vec![7 * inputs as i128 * largest; outputs],
        scale: 1.0,
    };
    let first = 2 * 7 * 18 * 15;
    let second = first * first * 4;
    let layers = vec![
        IntegerLayer::Conv2d {
            channels: 2,
            kernel: 3,
            stride: 1,
            padding: 0,
            groups: 1,
            parameters: parameters(18, 2, 15),
        },
        IntegerLayer::Square,
        IntegerLayer::SumPool {
            kernel: 2,
            stride: 1,
        },
        IntegerLayer::GlobalSum,
        IntegerLayer::Linear {
            outputs: CLASSES,
            parameters: parameters(2, CLASSES, second * 4),
        },
    ];
    let input = InputShape::image(2, 5, 5);
    let model = IntegerModel::new(input, grid(4, false), layers, CLASSES).unwrap();
    let exact = model.evaluate(&[15; 50]).unwrap();
    assert_eq!(exact, [2 * 7 * 2 * second * 4; CLASSES]);
    let layers = vec![
        norm(&[0.1], &[0.2]),
        conv(2, 3, 1, 0, 1),
        LayerSpec::Square,
        pool(2, Some(1)),
        LayerSpec::GlobalAvgPool,
        LayerSpec::Linear { outputs: CLASSES },
    ];
    let architecture = Architecture::new(input, layers, CLASSES).unwrap();
    let bits = model.outputs().iter().map(|output| output.bits).max();
    let expected = WorstCase::Fits {
        bits: bits.unwrap(),
    };
    assert_eq!(of(&architecture, 4, 4), expected);
}

/// The table of the documentation.
#[test]
fn the_preset_fits_where_its_documentation_says_so() {
    let preset = NetworkSpec::preset(Preset::EncryptedCnn)
        .resolve(InputShape::image(1, 28, 28), 10)
        .unwrap();
    for (input_bits, weight_bits, bits) in TABLE {
        let found = match of(&preset, input_bits, weight_bits) {
            WorstCase::Fits { bits } => {
                assert!(bits <= 128);
                bits
            }
            WorstCase::MayOverflow {
                bits,
                position,
                kind,
            } => {
                assert!(bits > 128 && position > 1 && !kind.is_empty());
                bits
            }
        };
        assert_eq!(
            found, bits,
            "{input_bits} input bits, {weight_bits} weight bits"
        );
    }
}

/// Input bits, weight bits, bits.
const TABLE: [(u32, u32, u32); 13] = [
    (2, 4, 79),
    (2, 6, 94),
    (2, 8, 109),
    (4, 4, 89),
    (4, 6, 104),
    (4, 8, 118),
    (8, 4, 105),
    (8, 6, 120),
    (8, 8, 134),
    (4, 9, 125),
    (4, 10, 132),
    (4, 12, 146),
    (4, 16, 174),
];

#[test]
fn where_the_worst_case_fits_every_network_does() {
    for seed in 0..20 {
        let layers = vec![conv(3, 3, 1, 1, 1), LayerSpec::Square, pool(2, None)];
        let case = Case::new(
            network(InputShape::image(2, 6, 6), layers),
            grid(4, false),
            seed,
        );
        let WorstCase::Fits { bits } = of(&case.architecture, 4, 8) else {
            panic!("it does not fit");
        };
        let model = case.quantise(8).model;
        assert!(model.outputs().iter().all(|output| output.bits <= bits));
    }
}

#[test]
fn what_no_weights_can_mend_is_refused() {
    let error = |architecture: &Architecture, weight_bits| {
        let found = worst_case(architecture, grid(4, false), Settings { weight_bits });
        found.unwrap_err().to_string()
    };
    let input = InputShape::image(1, 4, 4);
    let relu = network(input, vec![LayerSpec::Relu]);
    assert!(error(&relu, 8).starts_with("layer 1 (relu)"));
    let plain = network(input, vec![]);
    assert_eq!(error(&plain, 17), "weight_bits = 17: give 2 to 16");
    let wide = network(InputShape::image(1, 1 << 11, 1 << 12), vec![]);
    let expected = "8388608 values in a layer are too many, 4194304 are the most";
    assert!(error(&wide, 8).starts_with(expected));
    // The same before anything is folded or rounded: the trained values do not fit either.
    let refused = quantise(
        &wide,
        &[] as &[TrainedLayer],
        grid(4, false),
        Settings::default(),
    );
    assert!(refused.unwrap_err().to_string().starts_with(expected));
}

/// Far beyond what numbers of 128 bits hold, and still a number.
#[test]
fn deep_networks_may_overflow() {
    let mut layers = vec![LayerSpec::Flatten];
    layers.extend(std::iter::repeat_n(LayerSpec::Linear { outputs: 64 }, 40));
    let architecture = network(InputShape::image(1, 8, 8), layers);
    // 4 bits of the input, then 15, 6 and 1 a layer but the last, which is as wide.
    let WorstCase::MayOverflow {
        bits,
        position,
        kind,
    } = of(&architecture, 4, 16)
    else {
        panic!("it fits");
    };
    assert_eq!((position, kind), (7, "linear"));
    assert!((41 * 22 + 4..=41 * 22 + 6).contains(&bits), "{bits}");
}
