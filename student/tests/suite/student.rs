//! A student learns from released labels.

use burn::tensor::Device;
use ndarray::{Array2, Axis};
use privet_student::{LabeledSet, Student, StudentError, StudentTraining};
use privet_training::data::{InputShape, PublicInputs};
use privet_training::evaluate;
use privet_training::gradient::{BurnEngine, CpuEngine};
use privet_training::network::{Architecture, NetworkSpec, Preset};
use privet_training::optimizer::{OptimizerSpec, SgdSpec};
use privet_training::plain::PlainTraining;
use privet_training::seed::seeded_generator;
use rand::RngExt;

use crate::support::released;

/// Points of a square; the class says on which side of the diagonal they lie.
fn points(count: usize, name: &str) -> (Array2<f32>, Vec<usize>) {
    let mut generator = seeded_generator(2, name, 0);
    let points = Array2::from_shape_simple_fn((count, 2), || generator.random_range(-1.0_f32..1.0));
    let classes = points
        .rows()
        .into_iter()
        .map(|point| usize::from(point[0] > point[1]))
        .collect();
    (points, classes)
}

/// Two thirds of the points with their class, as a mechanism released it.
fn labeled_set() -> LabeledSet {
    let (points, classes) = points(120, "asked");
    let answers: Vec<Option<usize>> = classes
        .iter()
        .enumerate()
        .map(|(query, class)| (query % 3 != 0).then_some(*class))
        .collect();
    let inputs = PublicInputs::new(points, "test").unwrap();
    LabeledSet::new(&inputs, &released(&answers, 2)).unwrap()
}

fn architecture(inputs: usize, classes: usize) -> Architecture {
    NetworkSpec::preset(Preset::Linear)
        .resolve(InputShape::flat(inputs), classes)
        .unwrap()
}

fn train(
    seed: u64,
    architecture: Architecture,
    learning_rate: f64,
    after_epoch: impl FnMut(usize, f64),
) -> Result<Student, StudentError> {
    let training = PlainTraining {
        network: NetworkSpec::preset(Preset::Linear),
        epochs: 25,
        batch_size: 16,
        optimizer: OptimizerSpec::Sgd(SgdSpec {
            momentum: 0.5,
            ..SgdSpec::new(learning_rate)
        }),
        augment: None,
    };
    let (points, _) = points(10, "pool");
    Student::train(
        &BurnEngine::default(),
        architecture,
        &StudentTraining::from(training),
        seed,
        &labeled_set(),
        &PublicInputs::new(points, "test").unwrap(),
        &Device::flex(),
        after_epoch,
    )
}

#[test]
fn a_separable_problem_is_learned() {
    let mut losses = Vec::new();
    let student = train(1, architecture(2, 2), 0.5, |_, loss| losses.push(loss)).unwrap();
    assert_eq!(losses.len(), 25);
    assert!(losses[24] < 0.5 * losses[0], "{losses:?}");
    let (unseen, classes) = points(300, "unseen");
    let labels: Vec<u32> = classes.iter().map(|&class| class as u32).collect();
    let accuracy = student.accuracy(unseen.view(), &labels);
    assert!(accuracy > 0.95, "{accuracy}");
    // Not a constant answer, nor one that agrees with anything.
    let wrong: Vec<u32> = labels.iter().map(|label| 1 - label).collect();
    assert!(student.accuracy(unseen.view(), &wrong) < 0.05);
}

#[test]
fn the_seed_decides_the_student() {
    let parameters = |seed| {
        let student = train(seed, architecture(2, 2), 0.5, |_, _| {}).unwrap();
        student.into_network().flat_parameters()
    };
    assert_eq!(parameters(1), parameters(1));
    assert_ne!(parameters(1), parameters(2));
}

#[test]
fn what_cannot_be_trained_is_an_error() {
    let diverged = train(1, architecture(2, 2), 1e60, |_, _| {});
    assert!(diverged.unwrap_err().to_string().contains("learning rate"));
    assert!(train(1, architecture(3, 2), 0.5, |_, _| {}).is_err());
    // Released labels name a class that this network does not have.
    assert!(train(1, architecture(2, 1), 0.5, |_, _| {}).is_err());
}

#[test]
fn probabilities_and_features_are_those_of_the_network() {
    let student = train(1, architecture(2, 2), 0.5, |_, _| {}).unwrap();
    let (points, _) = points(30, "unseen");
    let inputs = PublicInputs::new(points.clone(), "test").unwrap();
    let found = student
        .probabilities(&CpuEngine::default(), &inputs)
        .unwrap();
    let scores = evaluate::logits(student.network(), points.view());
    for (answer, scores) in found.rows().into_iter().zip(scores.rows()) {
        let odds = (scores[0] - scores[1]).exp();
        assert!((answer[0] - odds / (1.0 + odds)).abs() < 1e-5);
        assert!((answer.sum() - 1.0).abs() < 1e-6);
    }
    // A linear network's last layer is given the inputs.
    assert_eq!(
        student.features(&CpuEngine::default(), &inputs).unwrap(),
        points
    );
    let wide = PublicInputs::new(Array2::zeros((1, 3)), "test").unwrap();
    let error = student.probabilities(&CpuEngine::default(), &wide);
    assert!(matches!(
        error,
        Err(StudentError::Width {
            expected: 2,
            found: 3
        })
    ));
}

#[test]
fn pseudo_labels_are_the_students_answers_and_are_learned_apart() {
    let student = train(1, architecture(2, 2), 0.5, |_, _| {}).unwrap();
    let (points, _) = points(30, "unseen");
    let inputs = PublicInputs::new(points.clone(), "test").unwrap();
    let engine = CpuEngine::default();
    let labels = student.pseudo_labels(&engine, &inputs, &[7, 3]).unwrap();
    let answers = evaluate::classes(student.network(), points.view());
    let pairs: Vec<_> = labels.iter().map(|l| (l.position(), l.class())).collect();
    assert_eq!(pairs, [(7, answers[7]), (3, answers[3])]);
    let mut set = labeled_set();
    let released = set.labels().to_vec();
    set.add_pseudo_labels(&inputs, &labels).unwrap();
    assert_eq!(set.labels(), released);
    assert_eq!(set.inputs().nrows(), released.len());
    assert_eq!(set.pseudo_labels(), [answers[7], answers[3]]);
    assert_eq!(set.pseudo_inputs(), points.select(Axis(0), &[7, 3]));
    // Both kinds are learned from.
    let parameters = |set: &LabeledSet| {
        let training = StudentTraining::from(PlainTraining {
            network: NetworkSpec::preset(Preset::Linear),
            epochs: 1,
            batch_size: 16,
            optimizer: OptimizerSpec::sgd(0.1),
            augment: None,
        });
        let student = Student::train(
            &engine,
            architecture(2, 2),
            &training,
            1,
            set,
            &inputs,
            &Device::flex(),
            |_, _| {},
        );
        student.unwrap().into_network().flat_parameters()
    };
    assert_ne!(parameters(&set), parameters(&labeled_set()));
    // Positions of other inputs are refused, and nothing is added.
    let few = inputs.select(&[0, 1, 2]);
    assert!(set.add_pseudo_labels(&few, &labels).is_err());
    assert_eq!(set.pseudo_labels().len(), 2);
    assert!(student.pseudo_labels(&engine, &few, &[3]).is_err());
}
