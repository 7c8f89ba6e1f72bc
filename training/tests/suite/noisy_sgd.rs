//! Noisy SGD end to end: mechanism, engine and optimizer together.

use ndarray::{Array2, Axis, concatenate};
use privet_gradients::{
    Batch, GradientEngine, GradientError, GradientRequest, GradientSum, GradientWorker, Sum,
};
use privet_mechanisms::noisy_sgd::CLIPPING_SLACK;
use privet_mechanisms::{
    Arithmetic, MechanismError, NoiseStrategy, NoisySgdParameters, NoisySgdRun, Sensitive,
};
use privet_training::data::{Examples, InputShape};
use privet_training::evaluate::accuracy;
use privet_training::gradient::BurnEngine;
use privet_training::network::{Architecture, LayerSpec, NetworkSpec};
use privet_training::noisy::{NoisySgdSettings, NoisySgdTraining, PrivateUnits};
use privet_training::optimizer::OptimizerSpec;
use privet_training::plain::{PlainTraining, SeedName, TrainingError};

use crate::private_run::{self, exact, examples, flat, hidden_layer, poisson};
use crate::support::{
    Start, adam, assert_close, linear, momentum, network, numbers, sgd, train_plain, xor,
};

fn start(parameters: &NoisySgdParameters, key: u8, data: &Sensitive<Examples>) -> NoisySgdRun {
    private_run::start(parameters, key, PrivateUnits::of_records(data))
}

/// The parameters after all steps of the plan.
fn trained(
    parameters: &NoisySgdParameters,
    key: u8,
    network: &Start,
    optimizer: &OptimizerSpec,
    data: &Sensitive<Examples>,
) -> Vec<f32> {
    private_run::trained(
        &BurnEngine::default(),
        parameters,
        key,
        network,
        PrivateUnits::of_records(data),
        &NoisySgdSettings::new(*optimizer),
    )
}

fn training<'a>(
    network: &Start,
    optimizer: &OptimizerSpec,
    data: &'a Sensitive<Examples>,
    run: &NoisySgdRun,
) -> NoisySgdTraining<'a> {
    let units = PrivateUnits::of_records(data);
    let settings = NoisySgdSettings::new(*optimizer);
    private_run::training(&BurnEngine::default(), network, units, run, &settings).unwrap()
}

fn change(before: &[f32], after: &[f32]) -> f64 {
    let squares = before
        .iter()
        .zip(after)
        .map(|(before, after)| (f64::from(*after) - f64::from(*before)).powi(2));
    squares.sum::<f64>().sqrt()
}

/// Everything but the noise is gradient descent: a wrong sign, divisor or order of the parameters
/// shows here.
#[test]
fn without_noise_and_clipping_it_is_gradient_descent() {
    let (points, labels) = xor(30);
    for optimizer in [sgd(0.8), momentum(0.2), adam(0.05)] {
        let after = train_plain(
            &hidden_layer(),
            points.view(),
            &labels,
            &PlainTraining {
                augment: None,
                network: NetworkSpec::default(),
                epochs: 10,
                batch_size: 30,
                optimizer,
            },
            SeedName {
                seed: 0,
                purpose: "plain",
                index: 0,
            },
        )
        .unwrap();
        let private = trained(
            &NoisySgdParameters {
                clipping: flat(1e3),
                noise_multiplier: 1e-10,
                declared_units: 30,
                ..exact()
            },
            1,
            &hidden_layer(),
            &optimizer,
            &examples(points.clone(), labels.clone()),
        );
        let before = hidden_layer().parameters;
        assert!(change(&before, &after) > 0.3, "{optimizer:?} has not moved");
        assert_close(&private, &after, 1e-4);
    }
}

/// One record whose gradient is far too long moves the network by exactly the clipping norm.
#[test]
fn one_example_moves_the_network_by_at_most_the_clipping_norm() {
    let one = NoisySgdParameters {
        steps: 1,
        clipping: flat(0.25),
        ..exact()
    };
    let before = hidden_layer().parameters;
    for size in [10.0, 1e4] {
        let data = examples(ndarray::array![[size, -size]], vec![1]);
        let after = trained(&one, 1, &hidden_layer(), &sgd(1.0), &data);
        let moved = change(&before, &after);
        assert!((moved / 0.25 - 1.0).abs() < 1e-4, "moved {moved}");
    }
}

/// A sum of squared standard normal values fits chi-square with `n` degrees of freedom: within 5.5
/// standard deviations of its mean, which a right scale leaves with a probability below 1e-6 (its
/// upper tail is heavier than the normal one, hence not 5).
fn has_standard_deviation(values: &[f64], expected: f64) -> bool {
    let n = values.len() as f64;
    let sum: f64 = values.iter().map(|value| (value / expected).powi(2)).sum();
    (sum - n).abs() < 5.5 * (2.0 * n).sqrt()
}

/// The divisor and the noise are public constants: with nobody in the batch the step is the noise
/// of one batch over the expected size, whatever was drawn.
#[test]
fn an_empty_batch_is_a_step_on_noise_alone() {
    let parameters = NoisySgdParameters {
        noise: NoiseStrategy::independent(),
        arithmetic: Arithmetic::Float,
        sampling: poisson(1e-12),
        declared_units: 2_000_000_000_000,
        steps: 1,
        clipping: flat(0.5),
        noise_multiplier: 3.0,
    };
    let (inputs, classes) = (400, 200);
    let layers = vec![LayerSpec::Linear { outputs: classes }];
    let network = Start::from(network(layers, InputShape::flat(inputs), classes));
    let rows = Array2::from_elem((3, inputs), 1.0);
    let data = Examples::new(rows, vec![0, 1, 2], classes, "test").unwrap();
    let data = Sensitive::new(data);
    let mut run = start(&parameters, 2, &data);
    let batch = run.next_batch().unwrap();
    assert_eq!(*batch.size().expose_sensitive(), 0);

    let before = network.parameters.clone();
    let mut training = training(&network, &sgd(4.0), &data, &run);
    training.step(&mut run, batch).unwrap();
    let noise: Vec<f64> = training
        .model()
        .iter()
        .zip(&before)
        .map(|(after, before)| f64::from(*after) - f64::from(*before))
        .collect();
    // Learning rate times multiplier times clipping norm over expected batch size.
    let expected = 4.0 * 3.0 * 0.5 / 2.0 * (1.0 + CLIPPING_SLACK);
    assert!(has_standard_deviation(&noise, expected));
    // The same statistic sees a scale that is 3 % off.
    assert!(!has_standard_deviation(&noise, 0.97 * expected));
    assert!(!has_standard_deviation(&noise, 1.03 * expected));
    // Noise without a bias, within 5 standard deviations.
    let mean = noise.iter().sum::<f64>() / noise.len() as f64;
    assert!(mean.abs() < 5.0 * expected / (noise.len() as f64).sqrt());
}

#[test]
fn the_key_decides_batches_and_noise() {
    let (points, labels) = xor(40);
    let data = examples(points, labels);
    let noisy = NoisySgdParameters {
        noise: NoiseStrategy::independent(),
        arithmetic: Arithmetic::Float,
        sampling: poisson(0.3),
        declared_units: 40,
        steps: 12,
        clipping: flat(1.0),
        noise_multiplier: 0.5,
    };
    for optimizer in [sgd(0.5), momentum(0.1), adam(0.05)] {
        let after = |key| trained(&noisy, key, &hidden_layer(), &optimizer, &data);
        assert_eq!(after(3), after(3));
        assert!(change(&after(3), &after(4)) > 0.01);
    }
}

/// Inputs are finite, gradients need not be. With the same key the noise is the same, so a record
/// whose gradient is NaN must leave the network exactly where it is without that record.
#[test]
fn a_record_without_a_finite_gradient_contributes_nothing() {
    let layers = vec![
        LayerSpec::Linear { outputs: 4 },
        LayerSpec::Square,
        LayerSpec::Linear { outputs: 2 },
    ];
    let squares = Start::from(network(layers, InputShape::flat(2), 2));
    let parameters = NoisySgdParameters {
        steps: 3,
        clipping: flat(0.5),
        noise_multiplier: 0.1,
        declared_units: 10,
        ..exact()
    };
    let (points, labels) = xor(10);
    let clean = examples(points.clone(), labels.clone());
    let poison = ndarray::array![[f32::MAX, f32::MAX]];
    let poisoned = concatenate(Axis(0), &[points.view(), poison.view()]).unwrap();
    let poisoned = examples(poisoned, [labels, vec![1]].concat());
    let without = trained(&parameters, 5, &squares, &sgd(0.5), &clean);
    let with = trained(&parameters, 5, &squares, &sgd(0.5), &poisoned);
    assert_close(&with, &without, 1e-6);
}

/// Answers a sum that no clipping can have made.
struct Broken(usize);

impl GradientEngine for Broken {
    fn worker(&self, network: &Architecture) -> Result<Box<dyn GradientWorker>, GradientError> {
        Ok(Box::new(Self(network.parameters())))
    }
}

impl GradientWorker for Broken {
    fn gradient_sum(
        &mut self,
        _: &[f32],
        batch: Batch<'_>,
        _: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError> {
        Ok(GradientSum {
            sum: Sensitive::new(Sum::Float(vec![f32::NAN; self.0])),
            norms: Sensitive::new(vec![0.0; batch.examples.labels.len()]),
            not_finite: Sensitive::new(0),
            loss: Sensitive::new(0.0),
        })
    }

    fn scores(&mut self, _: &[f32], _: &[f32]) -> Result<Vec<f32>, GradientError> {
        Ok(Vec::new())
    }
}

#[test]
fn a_broken_engine_releases_nothing() {
    let (points, labels) = xor(4);
    let data = examples(points, labels);
    let mut run = start(&exact(), 1, &data);
    let batch = run.next_batch().unwrap();
    let before = hidden_layer();
    let mut training = NoisySgdTraining::new(
        &Broken(0),
        &before.architecture,
        before.parameters.clone(),
        PrivateUnits::of_records(&data),
        run.plan(),
        &NoisySgdSettings::new(sgd(0.5)),
    )
    .unwrap();
    let result = training.step(&mut run, batch).unwrap_err();
    let refused = TrainingError::Mechanism(MechanismError::NonFiniteSum);
    assert_eq!(result.to_string(), refused.to_string());
    assert_eq!(run.released(), 0);
    assert_eq!(training.model(), before.parameters);
}

#[test]
fn a_batch_of_another_run_is_refused() {
    let (points, labels) = xor(4);
    let data = examples(points, labels);
    let (mut one, mut other) = (start(&exact(), 1, &data), start(&exact(), 1, &data));
    let batch = other.next_batch().unwrap();
    let mut training = training(&hidden_layer(), &sgd(0.5), &data, &one);
    let result = training.step(&mut one, batch);
    let foreign = TrainingError::Mechanism(MechanismError::ForeignBatch);
    assert_eq!(result.unwrap_err().to_string(), foreign.to_string());
    assert_eq!((one.released(), other.released()), (0, 0));
}

/// A run that was started with the count of more records draws some that are not there.
#[test]
fn a_run_on_other_examples_is_refused() {
    let data = |count| {
        let (points, labels) = xor(count);
        examples(points, labels)
    };
    let (few, many) = (data(4), data(5));
    let mut run = start(&exact(), 1, &many);
    let batch = run.next_batch().unwrap();
    let result = training(&hidden_layer(), &sgd(0.5), &few, &run).step(&mut run, batch);
    assert!(matches!(result, Err(TrainingError::ForeignExamples)));
    assert_eq!(run.released(), 0);
}

#[test]
fn a_model_that_is_no_longer_finite_is_not_handed_out() {
    let (points, labels) = xor(4);
    let data = examples(points, labels);
    let mut run = start(&exact(), 1, &data);
    let network = Start::from(linear(2, 2, &numbers(6, "start")));
    let mut training = training(&network, &sgd(f64::MAX), &data, &run);
    let batch = run.next_batch().unwrap();
    training.step(&mut run, batch).unwrap();
    let result = training.finish(&run);
    assert!(matches!(result, Err(TrainingError::NotFinite { steps: 1 })));
}

#[test]
fn dropout_is_refused() {
    let (points, labels) = xor(4);
    let data = examples(points, labels);
    let run = start(&exact(), 1, &data);
    let drop = LayerSpec::Dropout { probability: 0.5 };
    let layers = vec![drop, LayerSpec::Linear { outputs: 2 }];
    let architecture = Architecture::new(InputShape::flat(2), layers, 2).unwrap();
    let result = NoisySgdTraining::new(
        &Broken(0),
        &architecture,
        vec![0.0; 6],
        PrivateUnits::of_records(&data),
        run.plan(),
        &NoisySgdSettings::new(sgd(0.5)),
    );
    let error = result.err().unwrap().to_string();
    assert!(
        error.contains("dropout") && error.contains("leave the layer out"),
        "{error}"
    );
}

#[test]
fn a_network_without_parameters_is_refused() {
    let (points, labels) = xor(4);
    let data = examples(points, labels);
    let run = start(&exact(), 1, &data);
    let architecture = Architecture::new(InputShape::flat(2), vec![LayerSpec::Relu], 2).unwrap();
    let result = NoisySgdTraining::new(
        &Broken(0),
        &architecture,
        vec![],
        PrivateUnits::of_records(&data),
        run.plan(),
        &NoisySgdSettings::new(sgd(0.5)),
    );
    let error = result.err().unwrap().to_string();
    assert!(error.contains("no parameters"), "{error}");
}

/// The whole thing learns with a noise that means something.
#[test]
fn separable_classes_are_learned_under_noise() {
    let points = Array2::from_shape_vec((400, 2), numbers(800, "points")).unwrap();
    let labels: Vec<u32> = points
        .rows()
        .into_iter()
        .map(|point| u32::from(point[0] + point[1] > 0.0))
        .collect();
    let data = examples(points.clone(), labels.clone());
    let parameters = NoisySgdParameters {
        noise: NoiseStrategy::independent(),
        arithmetic: Arithmetic::Float,
        sampling: poisson(0.25),
        declared_units: 400,
        steps: 40,
        clipping: flat(1.0),
        noise_multiplier: 1.0,
    };
    for optimizer in [sgd(2.0), momentum(0.3), adam(0.1)] {
        let start = Start::from(linear(2, 2, &[0.0; 6]));
        let model = trained(&parameters, 6, &start, &optimizer, &data);
        let reached = accuracy(&start.ending(&model), points.view(), &labels);
        assert!(reached > 0.9, "{optimizer:?} reaches {reached}");
    }
}
