//! Networks of the profile with random weights.

use privet_gradients::GradientEngine;
use privet_gradients::cpu::CpuEngine;
use privet_gradients::network::{Architecture, InputGrid, InputShape, LayerSpec};
use privet_integer::{IntegerError, Quantised, Settings, TrainedLayer, quantise};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const CLASSES: usize = 3;

pub(crate) fn conv(
    channels: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    groups: usize,
) -> LayerSpec {
    LayerSpec::Conv2d {
        channels,
        kernel,
        stride,
        padding,
        groups,
    }
}

pub(crate) fn pool(kernel: usize, stride: Option<usize>) -> LayerSpec {
    LayerSpec::AvgPool { kernel, stride }
}

pub(crate) fn norm(mean: &[f64], deviation: &[f64]) -> LayerSpec {
    LayerSpec::PublicNorm {
        mean: mean.to_vec(),
        deviation: deviation.to_vec(),
    }
}

/// The layers, and what leads to the scores.
pub(crate) fn network(input: InputShape, mut layers: Vec<LayerSpec>) -> Architecture {
    layers.extend([LayerSpec::Flatten, LayerSpec::Linear { outputs: CLASSES }]);
    Architecture::new(input, layers, CLASSES).unwrap()
}

/// A network with parameters and inputs from one seed.
pub(crate) struct Case {
    pub(crate) architecture: Architecture,
    pub(crate) parameters: Vec<f32>,
    pub(crate) grid: InputGrid,
    /// Encoded inputs, one after another.
    pub(crate) inputs: Vec<f32>,
}

impl Case {
    pub(crate) fn new(architecture: Architecture, grid: InputGrid, seed: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let count = architecture.parameters();
        let parameters = (0..count).map(|_| generator.random_range(-0.7..0.7));
        let parameters = parameters.collect();
        let levels = grid.lowest()..=grid.highest();
        let inputs = (0..4 * architecture.input().len())
            .map(|_| grid.value(generator.random_range(levels.clone())))
            .collect();
        Self {
            architecture,
            parameters,
            grid,
            inputs,
        }
    }

    pub(crate) fn trained(&self) -> Vec<TrainedLayer> {
        TrainedLayer::from_flat(&self.architecture, &self.parameters).unwrap()
    }

    pub(crate) fn quantise(&self, weight_bits: u32) -> Quantised {
        self.try_quantise(weight_bits).unwrap()
    }

    pub(crate) fn try_quantise(&self, weight_bits: u32) -> Result<Quantised, IntegerError> {
        let settings = Settings { weight_bits };
        quantise(&self.architecture, &self.trained(), self.grid, settings)
    }

    /// Scores of the network itself, in single precision.
    pub(crate) fn scores(&self) -> Vec<f32> {
        let mut worker = CpuEngine::single_threaded()
            .worker(&self.architecture)
            .unwrap();
        worker.scores(&self.parameters, &self.inputs).unwrap()
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.inputs.chunks(self.architecture.input().len())
    }
}

pub(crate) fn grid(bits: u32, signed: bool) -> InputGrid {
    InputGrid::new(bits, signed).unwrap()
}

/// Layers of the profile that fit an image of 4 channels or what comes before, `square` at most twice.
fn layers() -> impl Strategy<Value = Vec<LayerSpec>> {
    let convolution = (1..4_usize, 1..4_usize, 1..3_usize, 0..3_usize, 0..3_usize);
    let convolution = convolution.prop_map(|(quarter, kernel, stride, padding, groups)| {
        conv(4 * quarter, kernel, stride, padding, [1, 2, 4][groups])
    });
    let part = prop_oneof![
        3 => convolution.prop_map(|layer| vec![layer]),
        1 => (1..3_usize, 1..3_usize).prop_map(|(kernel, stride)| vec![pool(kernel, Some(stride))]),
        2 => Just(vec![LayerSpec::Square]),
        1 => (-2.0..2.0_f64, 0.3..3.0_f64).prop_map(|(mean, deviation)| {
            vec![norm(&[mean], &[deviation])]
        }),
        1 => (prop::collection::vec(-2.0..2.0_f64, 4), prop::collection::vec(0.3..3.0_f64, 4))
            .prop_map(|(mean, deviation)| vec![conv(4, 1, 1, 1, 2), norm(&mean, &deviation)]),
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

/// A random network of the profile with random parameters and inputs.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let shape = (2..7_usize, 2..7_usize);
    let ends = prop::option::of(prop::bool::ANY);
    let choices = (shape, layers(), ends, 2..6_u32, any::<bool>(), any::<u64>());
    choices.prop_filter_map(
        "a network of the profile",
        |((height, width), mut layers, end, bits, signed, seed)| {
            match end {
                Some(true) => layers.push(LayerSpec::GlobalAvgPool),
                Some(false) => layers.extend([
                    LayerSpec::Flatten,
                    norm(&[0.4], &[1.3]),
                    LayerSpec::Linear { outputs: 5 },
                ]),
                None => layers.push(LayerSpec::Flatten),
            }
            layers.push(LayerSpec::Linear { outputs: CLASSES });
            let input = InputShape::image(4, height, width);
            let architecture = Architecture::new(input, layers, CLASSES).ok()?;
            privet_gradients::network::Profile::EncryptedInference
                .check(&architecture)
                .ok()?;
            Some(Case::new(architecture, grid(bits, signed), seed))
        },
    )
}

impl std::fmt::Debug for Case {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let specs = self.architecture.layers().iter().map(|layer| &layer.spec);
        (formatter.debug_struct("Case"))
            .field("input", &self.architecture.input())
            .field("layers", &specs.collect::<Vec<_>>())
            .field("grid", &self.grid)
            .finish_non_exhaustive()
    }
}
