//! Noisy SGD in exact arithmetic: integer sums and integer noise, step by step.

use privet_gradients::GradientEngine;
use privet_gradients::cpu::CpuEngine;
use privet_mechanisms::correlated::TreeEstimator;
use privet_mechanisms::{
    AdaptiveClipping, Arithmetic, Clipping, ClippingPlan, MechanismError, NoiseStrategy,
    NoisySgdMechanism, NoisySgdParameters, Sampling, Sensitive,
};
use privet_training::checkpoint::Checkpoint;
use privet_training::data::{Examples, InputShape};
use privet_training::gradient::BurnEngine;
use privet_training::network::LayerSpec;
use privet_training::noisy::{NoisySgdSettings, PrivateUnits};

use crate::private_run::{self, examples, flat, poisson, trained};
use crate::support::{Start, assert_close, network, numbers, sgd};

const RECORDS: usize = 60;

fn data() -> Sensitive<Examples> {
    let pixels = numbers(RECORDS * 64, "pixels");
    let images = ndarray::Array2::from_shape_vec((RECORDS, 64), pixels).unwrap();
    examples(
        images,
        (0..RECORDS as u32).map(|record| record % 2).collect(),
    )
}

/// A convolution and a linear layer, for which the CPU engine has ways of its own.
fn start() -> Start {
    let layers = vec![
        LayerSpec::Conv2d {
            channels: 3,
            kernel: 3,
            stride: 1,
            padding: 1,
            groups: 1,
        },
        LayerSpec::Tanh,
        LayerSpec::Flatten,
        LayerSpec::Linear { outputs: 2 },
    ];
    network(layers, InputShape::image(1, 8, 8), 2).into()
}

fn plan(clipping: ClippingPlan, arithmetic: Arithmetic) -> NoisySgdParameters {
    NoisySgdParameters {
        sampling: poisson(0.4),
        declared_units: RECORDS as u64,
        steps: 6,
        clipping,
        noise: NoiseStrategy::independent(),
        noise_multiplier: 0.7,
        arithmetic,
    }
}

fn clippings() -> [ClippingPlan; 3] {
    let adaptive = AdaptiveClipping {
        initial_norm: 0.1,
        target_quantile: 0.5,
        learning_rate: 0.3,
        count_noise: 2.0,
    };
    let per_layer = Clipping::PerLayer {
        norms: vec![0.2, 0.5],
    };
    [
        flat(0.3),
        per_layer.into(),
        ClippingPlan::Adaptive(adaptive),
    ]
}

fn settings(physical_batch: usize) -> NoisySgdSettings {
    NoisySgdSettings {
        physical_batch,
        ..NoisySgdSettings::new(sgd(0.5))
    }
}

fn after(
    engine: &dyn GradientEngine,
    parameters: &NoisySgdParameters,
    data: &Sensitive<Examples>,
    physical_batch: usize,
) -> Vec<f32> {
    let units = PrivateUnits::of_records(data);
    let settings = settings(physical_batch);
    trained(engine, parameters, 3, &start(), units, &settings)
}

/// Integers add up to the same in any order: how a batch is divided, and by how many threads it is
/// computed, is not to be seen in any bit of the model.
#[test]
fn how_a_batch_is_divided_changes_no_bit() {
    let data = data();
    for clipping in clippings() {
        let exact = plan(clipping.clone(), Arithmetic::Exact);
        let whole = after(&CpuEngine::default(), &exact, &data, 1024);
        for physical_batch in [1, 7] {
            let parts = after(&CpuEngine::default(), &exact, &data, physical_batch);
            assert_eq!(parts, whole, "{clipping:?} by {physical_batch}");
        }
        let alone = after(&CpuEngine::single_threaded(), &exact, &data, 1024);
        assert_eq!(alone, whole, "{clipping:?} on one thread");
        // The same comparison sees the order of additions in floating point.
        let float = plan(clipping, Arithmetic::Float);
        let whole = after(&CpuEngine::default(), &float, &data, 1024);
        assert_ne!(after(&CpuEngine::default(), &float, &data, 1), whole);
    }
}

/// With next to no noise, both arithmetics and both engines are the same descent.
#[test]
fn exact_sums_are_the_sums() {
    let data = data();
    for clipping in clippings() {
        let trained = |engine: &dyn GradientEngine, arithmetic| {
            let parameters = NoisySgdParameters {
                // Exact noise has at least a thousandth of the grid's spacing.
                noise_multiplier: match clipping {
                    ClippingPlan::Fixed(_) => 1e-6,
                    ClippingPlan::Adaptive(_) => 1.0,
                },
                sampling: poisson(1.0),
                ..plan(clipping.clone(), arithmetic)
            };
            after(engine, &parameters, &data, 16)
        };
        let exact = trained(&CpuEngine::default(), Arithmetic::Exact);
        let by_burn = trained(&BurnEngine::default(), Arithmetic::Exact);
        assert_close(&by_burn, &exact, 1e-5);
        if let ClippingPlan::Fixed(_) = clipping {
            let float = trained(&CpuEngine::default(), Arithmetic::Float);
            assert_close(&exact, &float, 1e-5);
            assert!(start().parameters != exact);
        }
    }
}

#[test]
fn a_training_resumed_from_a_checkpoint_ends_with_the_same_bits() {
    let data = data();
    let units = PrivateUnits::of_records(&data);
    let (engine, settings) = (CpuEngine::default(), settings(16));
    for clipping in clippings() {
        let parameters = plan(clipping, Arithmetic::Exact);
        let mechanism = NoisySgdMechanism::new(parameters.clone()).unwrap();
        let whole = after(&engine, &parameters, &data, 16);
        let mut run = private_run::start(&parameters, 3, units);
        let mut training =
            private_run::training(&engine, &start(), units, &run, &settings).unwrap();
        for _ in 0..2 {
            let batch = run.next_batch().unwrap();
            training.step(&mut run, batch).unwrap();
        }
        let bytes = training.checkpoint(&run).to_bytes().unwrap();
        let read = Checkpoint::from_bytes(&bytes).unwrap();
        let source = private_run::noise(3);
        let mut run = mechanism
            .start_at(read.run, &source, units.count())
            .unwrap();
        let mut training =
            private_run::training(&engine, &start(), units, &run, &settings).unwrap();
        training.restore(read, &run).unwrap();
        while let Some(batch) = run.next_batch() {
            training.step(&mut run, batch).unwrap();
        }
        assert_eq!(training.finish(&run).unwrap(), whole);
    }
}

/// Noise that is a combination of several steps' has no exact form.
#[test]
fn turns_and_correlated_noise_are_refused() {
    let turns = Sampling::FixedOrder { steps_per_epoch: 2 };
    let tree = NoiseStrategy::Tree(TreeEstimator::Honaker);
    for (sampling, noise) in [
        (turns, NoiseStrategy::independent()),
        (turns, tree.clone()),
        (poisson(0.4), tree),
    ] {
        let refused = NoisySgdMechanism::new(NoisySgdParameters {
            sampling,
            noise,
            ..plan(flat(0.3), Arithmetic::Exact)
        });
        assert!(matches!(refused, Err(MechanismError::Combination { .. })));
    }
}

/// An engine that answers in floating point is not believed.
#[test]
fn a_sum_in_floating_point_releases_nothing() {
    let data = data();
    let units = PrivateUnits::of_records(&data);
    let parameters = plan(flat(0.3), Arithmetic::Exact);
    let mut run = private_run::start(&parameters, 3, units);
    let engine = crate::reference_engine::ReferenceEngine::default();
    let mut training =
        private_run::training(&engine, &start(), units, &run, &settings(16)).unwrap();
    let batch = run.next_batch().unwrap();
    let error = training.step(&mut run, batch).unwrap_err().to_string();
    assert!(error.contains("on a grid was asked for"), "{error}");
    assert_eq!(run.released(), 0);
}
