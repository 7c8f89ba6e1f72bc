//! Training without privacy.

use std::collections::HashSet;

use ndarray::{Array2, ArrayView2};
use privet_gradients::{
    Batch, Examples, GradientEngine, GradientError, GradientRequest, GradientSum, GradientWorker,
    Sum,
};
use privet_mechanisms::Sensitive;
use privet_training::augment::Augmentation;
use privet_training::data::InputShape;
use privet_training::evaluate::accuracy;
use privet_training::gradient::BurnEngine;
use privet_training::network::{LayerSpec, Network, NetworkSpec};
use privet_training::optimizer::{AdamSpec, OptimizerSpec, SgdSpec};
use privet_training::plain::{LabeledRows, PlainTraining, SeedName, TrainingError, train};

use crate::support::{
    Start, adam, assert_close, linear, momentum, network, numbers, sgd, train_plain, xor,
};

const NAME: SeedName<'static> = SeedName {
    seed: 5,
    purpose: "test",
    index: 0,
};

fn training(epochs: usize, batch_size: usize, optimizer: OptimizerSpec) -> PlainTraining {
    PlainTraining {
        augment: None,
        network: NetworkSpec::default(),
        epochs,
        batch_size,
        optimizer,
    }
}

fn run(
    network: Network,
    inputs: ArrayView2<'_, f32>,
    labels: &[u32],
    training: &PlainTraining,
    name: SeedName<'_>,
) -> Result<Vec<f32>, TrainingError> {
    train_plain(&network.into(), inputs, labels, training, name)
}

fn hidden_layer() -> Network {
    let layers = vec![
        LayerSpec::Linear { outputs: 16 },
        LayerSpec::Tanh,
        LayerSpec::Linear { outputs: 2 },
    ];
    network(layers, InputShape::flat(2), 2)
}

#[test]
fn every_optimizer_learns_xor() {
    let (points, labels) = xor(200);
    let (unseen, truth) = xor(300);
    for optimizer in [sgd(0.5), momentum(0.1), adam(0.02)] {
        let training = training(40, 16, optimizer);
        let trained = run(hidden_layer(), points.view(), &labels, &training, NAME).unwrap();
        let trained = Start::from(hidden_layer()).ending(&trained);
        let reached = accuracy(&trained, unseen.view(), &truth);
        assert!(reached > 0.95, "{optimizer:?} reaches {reached}");
    }
}

#[test]
fn the_seed_name_decides_the_order_of_the_examples() {
    let (points, labels) = xor(40);
    let training = training(2, 8, sgd(0.5));
    let trained = |name| run(hidden_layer(), points.view(), &labels, &training, name).unwrap();
    let first = trained(NAME);
    assert_eq!(first, trained(NAME));
    assert_ne!(first, trained(SeedName { index: 1, ..NAME }));
    assert_ne!(first, trained(SeedName { seed: 6, ..NAME }));
    let other = SeedName {
        purpose: "other",
        ..NAME
    };
    assert_ne!(first, trained(other));
}

#[test]
fn divergence_is_reported() {
    let (points, labels) = xor(20);
    let training = training(5, 4, sgd(1e60));
    let result = run(hidden_layer(), points.view(), &labels, &training, NAME);
    assert!(matches!(result, Err(TrainingError::Diverged { epoch: 1 })));
}

/// The loss of the last step is computed before the step, so it alone does not tell.
#[test]
fn divergence_in_the_very_last_step_is_reported() {
    let (points, labels) = xor(20);
    let training = training(1, 20, sgd(f64::MAX));
    let result = run(hidden_layer(), points.view(), &labels, &training, NAME);
    assert!(matches!(result, Err(TrainingError::Diverged { epoch: 1 })));
}

/// Inputs of zero give the weights no gradient: what is left is the decay.
#[test]
fn weight_decay_shrinks_by_its_formula() {
    let start = numbers(8, "start");
    let zeros = Array2::zeros((3, 3));
    for (decay, factor) in [(0.0, 1.0_f32), (0.5, 0.95_f32.powi(4))] {
        let optimizer = OptimizerSpec::Sgd(SgdSpec {
            weight_decay: decay,
            ..SgdSpec::new(0.1)
        });
        let training = training(4, 3, optimizer);
        let network = linear(3, 2, &start);
        let trained = run(network, zeros.view(), &[0, 1, 1], &training, NAME).unwrap();
        let expected: Vec<f32> = start[..6].iter().map(|value| value * factor).collect();
        assert_close(&trained[..6], &expected, 1e-6);
    }
}

/// Answers ones for a gradient and remembers the batches.
#[derive(Default)]
struct Spy {
    parameters: usize,
    batches: Vec<(Vec<f32>, Vec<u32>)>,
    dropout: Vec<Option<u64>>,
}

impl GradientWorker for Spy {
    fn gradient_sum(
        &mut self,
        _: &[f32],
        batch: Batch<'_>,
        request: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError> {
        assert!(request.clipping.is_none() && request.grid.is_none());
        let Examples { inputs, labels } = batch.examples;
        self.batches.push((inputs.to_vec(), labels.to_vec()));
        self.dropout.push(request.dropout);
        let sum = vec![labels.len() as f32; self.parameters];
        Ok(GradientSum {
            sum: Sensitive::new(Sum::Float(sum)),
            norms: Sensitive::new(Vec::new()),
            not_finite: Sensitive::new(0),
            loss: Sensitive::new(3.0 * labels.len() as f64),
        })
    }

    fn scores(&mut self, _: &[f32], _: &[f32]) -> Result<Vec<f32>, GradientError> {
        Ok(Vec::new())
    }
}

/// What a spy sees, the parameters, and what is told after each epoch.
fn spy_on(
    network: Network,
    inputs: ArrayView2<'_, f32>,
    labels: &[u32],
    training: &PlainTraining,
    name: SeedName<'_>,
) -> (Spy, Vec<f32>, Vec<(usize, f64)>) {
    let start = Start::from(network);
    let mut spy = Spy {
        parameters: start.parameters.len(),
        ..Spy::default()
    };
    let mut epochs = Vec::new();
    let trained = train(
        &mut spy,
        &start.architecture,
        start.parameters,
        LabeledRows { inputs, labels },
        training,
        name,
        |epoch, loss| epochs.push((epoch, loss)),
    )
    .unwrap();
    (spy, trained, epochs)
}

#[test]
fn each_epoch_sees_every_example_once_the_last_partial_batch_included() {
    let inputs = Array2::from_shape_fn((7, 1), |(row, _)| row as f32);
    let labels = [0, 1, 0, 1, 1, 0, 1];
    let start = [0.5, -0.5, 0.25, 0.0];
    let training = training(3, 3, sgd(0.125));
    let network = linear(1, 2, &start);
    let (spy, trained, epochs) = spy_on(network, inputs.view(), &labels, &training, NAME);
    // The mean loss of an example, whatever the sizes of the batches.
    assert_eq!(epochs, [(1, 3.0), (2, 3.0), (3, 3.0)]);
    // Every step, the one on a single example included, follows the mean gradient.
    let expected = start.map(|value| value - 9.0 * 0.125);
    assert_eq!(trained, expected);
    assert_eq!(spy.dropout, [None; 9]);

    let batches = spy.batches;
    let sizes: Vec<usize> = batches.iter().map(|(_, labels)| labels.len()).collect();
    assert_eq!(sizes, [3, 3, 1, 3, 3, 1, 3, 3, 1]);
    let mut orders = Vec::new();
    for epoch in batches.chunks(3) {
        let rows: Vec<f32> = epoch.iter().flat_map(|(rows, _)| rows.clone()).collect();
        let seen: Vec<u32> = epoch.iter().flat_map(|(_, seen)| seen.clone()).collect();
        let paired: Vec<u32> = rows.iter().map(|&row| labels[row as usize]).collect();
        assert_eq!(seen, paired);
        let mut sorted = rows.clone();
        sorted.sort_by(f32::total_cmp);
        assert_eq!(sorted, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        orders.push(rows);
    }
    assert!(orders[0] != orders[1] || orders[1] != orders[2]);
}

/// Images are moved anew each time, and drawn from the training's own generator.
#[test]
fn augmentation_moves_images_each_time_that_they_are_seen() {
    let seen = |name| {
        let layers = vec![LayerSpec::Flatten];
        let image = InputShape::image(1, 1, 9);
        let mut training = training(8, 4, sgd(0.1));
        training.augment = Some(Augmentation::shift(2));
        let mut inputs = Array2::zeros((1, 9));
        inputs[[0, 4]] = 1.0;
        let network = network(layers, image, 9);
        let (spy, ..) = spy_on(network, inputs.view(), &[0], &training, name);
        let place = |rows: &Vec<f32>| rows.iter().position(|&value| value == 1.0).unwrap();
        spy.batches
            .iter()
            .map(|(rows, _)| place(rows))
            .collect::<Vec<_>>()
    };
    let places = seen(NAME);
    assert_eq!(places.len(), 8);
    assert!(
        places.iter().all(|place| (2..=6).contains(place)),
        "{places:?}"
    );
    assert!(places.iter().any(|place| *place != places[0]), "{places:?}");
    assert_eq!(places, seen(NAME));
    assert_ne!(places, seen(SeedName { index: 1, ..NAME }));
}

#[test]
fn the_reported_loss_is_the_mean_cross_entropy() {
    let (points, labels) = xor(10);
    let mut losses = Vec::new();
    let start = Start::from(linear(2, 2, &[0.0; 6]));
    train(
        &mut *BurnEngine::default().worker(&start.architecture).unwrap(),
        &start.architecture,
        start.parameters,
        LabeledRows {
            inputs: points.view(),
            labels: &labels,
        },
        &training(1, 10, sgd(0.1)),
        NAME,
        |_, loss| losses.push(loss),
    )
    .unwrap();
    // Two classes of equal score.
    assert!((losses[0] - std::f64::consts::LN_2).abs() < 1e-6);
}

#[test]
fn nothing_to_learn_from_leaves_the_network_as_it_was() {
    let (points, labels) = xor(10);
    let before = hidden_layer().flat_parameters();
    let none = Array2::zeros((0, 2));
    let untouched = run(
        hidden_layer(),
        none.view(),
        &[],
        &training(3, 4, sgd(0.5)),
        NAME,
    )
    .unwrap();
    assert_eq!(untouched, before);
    let no_epochs = training(0, 4, sgd(0.5));
    let untouched = run(hidden_layer(), points.view(), &labels, &no_epochs, NAME).unwrap();
    assert_eq!(untouched, before);
}

/// Every batch has a seed of its own, and the shuffling does not notice.
#[test]
fn dropout_is_seeded_batch_by_batch() {
    let inputs = Array2::from_shape_fn((7, 3), |(row, _)| row as f32);
    let labels = [0, 1, 0, 1, 1, 0, 1];
    let training = training(2, 3, sgd(0.1));
    let seen = |layers: Vec<LayerSpec>, name| {
        let network = network(layers, InputShape::flat(3), 2);
        let (spy, ..) = spy_on(network, inputs.view(), &labels, &training, name);
        (spy.dropout, spy.batches)
    };
    let plain = vec![LayerSpec::Linear { outputs: 2 }];
    let dropping = [vec![LayerSpec::Dropout { probability: 0.5 }], plain.clone()].concat();
    let (seeds, batches) = seen(dropping.clone(), NAME);
    assert!(seeds.iter().all(Option::is_some));
    let different: HashSet<_> = seeds.iter().collect();
    assert_eq!(different.len(), 6);
    assert_eq!(seeds, seen(dropping.clone(), NAME).0);
    assert_ne!(seeds, seen(dropping, SeedName { index: 1, ..NAME }).0);
    assert_eq!(batches, seen(plain, NAME).1);
}

#[test]
fn a_correction_for_noise_is_refused() {
    let (points, labels) = xor(4);
    let corrected = OptimizerSpec::Adam(AdamSpec {
        noise_bias_correction: true,
        ..AdamSpec::new(0.1)
    });
    let training = training(1, 4, corrected);
    let result = run(hidden_layer(), points.view(), &labels, &training, NAME);
    let error = result.unwrap_err().to_string();
    assert!(error.contains("noise_bias_correction"), "{error}");
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let (points, _) = xor(4);
    let wide = Array2::zeros((4, 3));
    let training = training(1, 4, sgd(0.5));
    let refused = |inputs: ArrayView2<'_, f32>, labels: &[u32]| {
        let result = run(hidden_layer(), inputs, labels, &training, NAME);
        assert!(matches!(result, Err(TrainingError::Gradient(_))));
    };
    refused(wide.view(), &[0, 1, 0, 1]);
    // A class that the network has no score for.
    refused(points.view(), &[0, 1, 2, 1]);
}
