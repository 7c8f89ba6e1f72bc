//! Units of several rows: users, augmented copies, and how batches are split in memory.

use std::num::NonZeroUsize;

use ndarray::{Array2, Axis};
use privet_mechanisms::{Arithmetic, NoiseStrategy, NoisySgdParameters, Sensitive};
use privet_training::augment::Augmentation;
use privet_training::data::{Examples, InputShape, UnitIndex};
use privet_training::network::LayerSpec;
use privet_training::noisy::{NoisySgdSettings, PrivateUnits};

use crate::private_run::{self, exact, examples, flat, poisson, trained};
use crate::reference_engine::{ReferenceEngine, Seen};
use crate::support::{Start, assert_close, linear, network, numbers, sgd};

const WIDTH: usize = 5;

/// One linear layer on images of one row of pixels.
fn image_network() -> Start {
    let layers = vec![LayerSpec::Flatten, LayerSpec::Linear { outputs: 2 }];
    network(layers, InputShape::image(1, 1, WIDTH), 2).into()
}

fn images(count: usize) -> (Array2<f32>, Vec<u32>) {
    let pixels = numbers(count * WIDTH, "pixels");
    let labels = (0..count as u32).map(|record| record % 2).collect();
    let images = Array2::from_shape_vec((count, WIDTH), pixels).unwrap();
    (images, labels)
}

fn without(
    inputs: &Array2<f32>,
    labels: &[u32],
    kept: impl Fn(usize) -> bool,
) -> Sensitive<Examples> {
    let kept: Vec<usize> = (0..labels.len()).filter(|&row| kept(row)).collect();
    let labels = kept.iter().map(|&row| labels[row]).collect();
    examples(inputs.select(Axis(0), &kept), labels)
}

/// One step of everybody without noise, along the sum of clipped gradients.
fn one_step(clipping_norm: f64) -> NoisySgdParameters {
    NoisySgdParameters {
        steps: 1,
        clipping: flat(clipping_norm),
        ..exact()
    }
}

fn augmented(copies: usize) -> NoisySgdSettings {
    NoisySgdSettings {
        augment: Some(Augmentation::shift(2)),
        copies,
        seed: 3,
        ..NoisySgdSettings::new(sgd(1.0))
    }
}

fn distance(one: &[f32], other: &[f32]) -> f64 {
    let squares = one
        .iter()
        .zip(other)
        .map(|(one, other)| f64::from(one - other).powi(2));
    squares.sum::<f64>().sqrt()
}

fn users(keys: &[usize]) -> Sensitive<UnitIndex> {
    let cap = NonZeroUsize::new(100).unwrap();
    Sensitive::new(UnitIndex::group_by(keys, cap))
}

/// The parameters after one step, and what the engine saw.
fn step(
    parameters: &NoisySgdParameters,
    network: &Start,
    units: PrivateUnits<'_>,
    settings: &NoisySgdSettings,
) -> (Vec<f32>, Vec<Seen>) {
    let engine = ReferenceEngine::default();
    let after = trained(&engine, parameters, 1, network, units, settings);
    (after, engine.take_seen())
}

#[test]
fn every_unit_has_its_copies_one_after_another() {
    let (inputs, labels) = images(4);
    let data = examples(inputs.clone(), labels);
    let units = PrivateUnits::of_records(&data);
    let (_, seen) = step(&one_step(1.0), &image_network(), units, &augmented(6));
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].sizes, [6; 4]);
    for (row, copies) in inputs.rows().into_iter().zip(seen[0].rows.chunks(6)) {
        for copy in copies {
            assert!(
                copy.iter()
                    .all(|value| row.iter().any(|pixel| pixel == value))
            );
        }
        assert!(copies.iter().any(|copy| *copy != copies[0]));
    }
}

/// Each step changes the images anew, by the seed and not by the noise key.
#[test]
fn the_seed_decides_the_copies() {
    let (inputs, labels) = images(3);
    let data = examples(inputs, labels);
    let two_steps = NoisySgdParameters {
        steps: 2,
        ..one_step(1.0)
    };
    let copies = |key, seed| {
        let engine = ReferenceEngine::default();
        let units = PrivateUnits::of_records(&data);
        let settings = NoisySgdSettings {
            seed,
            ..augmented(4)
        };
        trained(&engine, &two_steps, key, &image_network(), units, &settings);
        let seen = engine.take_seen();
        seen.into_iter().map(|seen| seen.rows).collect::<Vec<_>>()
    };
    let first = copies(1, 3);
    assert_eq!(first, copies(2, 3));
    assert_ne!(first, copies(1, 4));
    assert_ne!(first[0], first[1]);
}

/// Removing a record takes its clipped gradient from the sum and changes nothing else, though all
/// copies are drawn from one public seed: the sum moves by at most the clipping norm, and with
/// gradients that long by all of it.
#[test]
fn a_record_moves_the_sum_by_at_most_the_clipping_norm_under_augmentation() {
    let (inputs, labels) = images(12);
    let inputs = inputs * 30.0;
    let norm = 0.25;
    for copies in [1, 4] {
        let after = |data: &Sensitive<Examples>| {
            let units = PrivateUnits::of_records(data);
            step(&one_step(norm), &image_network(), units, &augmented(copies)).0
        };
        let all = after(&examples(inputs.clone(), labels.clone()));
        let mut largest: f64 = 0.0;
        for left_out in 0..labels.len() {
            let fewer = after(&without(&inputs, &labels, |row| row != left_out));
            let moved = distance(&all, &fewer);
            assert!(
                moved <= norm * (1.0 + 1e-5),
                "record {left_out} moves {moved}"
            );
            largest = largest.max(moved);
        }
        assert!(largest > 0.999 * norm);
    }
}

/// What is clipped is the mean over the copies, not each copy, nor their sum.
#[test]
fn copies_are_averaged_before_clipping() {
    let (inputs, labels) = images(1);
    let data = examples(inputs.clone(), labels.clone());
    let start = image_network();
    let units = PrivateUnits::of_records(&data);
    let (after, seen) = step(&one_step(100.0), &start, units, &augmented(5));
    // The mean by training on the copies as five examples, divided by five.
    let rows = Array2::from_shape_vec((5, WIDTH), seen[0].rows.concat()).unwrap();
    let each = examples(rows, vec![labels[0]; 5]);
    let settings = NoisySgdSettings::new(sgd(0.2));
    let apart = PrivateUnits::of_records(&each);
    let (expected, _) = step(&one_step(100.0), &start, apart, &settings);
    assert_close(&after, &expected, 1e-6);
}

#[test]
fn a_user_moves_the_sum_by_at_most_the_clipping_norm() {
    let (inputs, labels) = images(12);
    let inputs = inputs * 30.0;
    let keys: Vec<usize> = (0..12).map(|row| row % 5).collect();
    let norm = 0.25;
    let settings = NoisySgdSettings::new(sgd(1.0));
    // Undecided about everything, so that every gradient is long.
    let start: Start = linear(WIDTH, 2, &[0.0; 2 * WIDTH + 2]).into();
    let after = |left_out: usize, as_users: bool| {
        let data = without(&inputs, &labels, |row| keys[row] != left_out);
        let kept: Vec<usize> = keys
            .iter()
            .copied()
            .filter(|key| *key != left_out)
            .collect();
        let index = users(&kept);
        let units = match as_users {
            true => PrivateUnits::of_groups(&data, &index),
            false => PrivateUnits::of_records(&data),
        };
        step(&one_step(norm), &start, units, &settings).0
    };
    let all = after(usize::MAX, true);
    let moves = |as_users, all: &[f32]| -> Vec<f64> {
        (0..5)
            .map(|user| distance(all, &after(user, as_users)))
            .collect()
    };
    for moved in moves(true, &all) {
        assert!(
            (0.5 * norm..=norm * (1.0 + 1e-5)).contains(&moved),
            "{moved}"
        );
    }
    // Were records the units, a user would move it by more.
    let all = after(usize::MAX, false);
    assert!(moves(false, &all).iter().any(|moved| *moved > 1.5 * norm));
}

#[test]
fn users_are_counted_and_sampled_as_units() {
    let (inputs, labels) = images(9);
    let data = examples(inputs, labels);
    let index = users(&[4, 4, 7, 4, 8, 7, 4, 8, 9]);
    let units = PrivateUnits::of_groups(&data, &index);
    assert_eq!(*units.count().expose_sensitive(), 4);
    let parameters = NoisySgdParameters {
        sampling: poisson(0.5),
        steps: 200,
        ..exact()
    };
    let settings = NoisySgdSettings::new(sgd(1e-6));
    let start: Start = linear(WIDTH, 2, &numbers(2 * WIDTH + 2, "start")).into();
    let (_, seen) = step(&parameters, &start, units, &settings);
    // Whole users: sizes are a part of 4, 2, 2, 1, in this order, and each occurs.
    let mut sizes: Vec<_> = seen.into_iter().map(|seen| seen.sizes).collect();
    sizes.sort();
    sizes.dedup();
    let expected = [
        vec![],
        vec![1],
        vec![2],
        vec![2, 1],
        vec![2, 2],
        vec![2, 2, 1],
        vec![4],
        vec![4, 1],
        vec![4, 2],
        vec![4, 2, 1],
        vec![4, 2, 2],
        vec![4, 2, 2, 1],
    ];
    assert_eq!(sizes, expected);
}

/// However a batch is split, the result is the same but for rounding, no unit is torn, and no more
/// rows than allowed are in memory unless one unit alone has more.
#[test]
fn physical_batches_do_not_change_the_result() {
    let (inputs, labels) = images(23);
    let data = examples(inputs, labels);
    let keys: Vec<usize> = (0..23).map(|row| row % 7).collect();
    let index = users(&keys);
    let records = PrivateUnits::of_records(&data);
    let groups = PrivateUnits::of_groups(&data, &index);
    let parameters = NoisySgdParameters {
        noise: NoiseStrategy::independent(),
        arithmetic: Arithmetic::Float,
        sampling: poisson(0.7),
        steps: 6,
        clipping: flat(0.3),
        noise_multiplier: 0.5,
        declared_units: 10,
    };
    for (units, copies, largest_unit) in [(records, 1, 1), (records, 3, 3), (groups, 2, 8)] {
        let run = |physical_batch| {
            let settings = NoisySgdSettings {
                physical_batch,
                ..augmented(copies)
            };
            step(&parameters, &image_network(), units, &settings)
        };
        let (whole, seen) = run(1000);
        assert_eq!(seen.len(), 6);
        for physical_batch in [1, 5, 16] {
            let (split, parts) = run(physical_batch);
            assert_close(&split, &whole, 2e-6);
            assert!(parts.len() > 6);
            let largest = parts.iter().map(|part| part.rows.len()).max();
            assert!(largest <= Some(largest_unit.max(physical_batch)));
            let rows = |seen: &[Seen]| seen.iter().flat_map(|s| s.rows.clone()).collect::<Vec<_>>();
            let sizes = |seen: &[Seen]| {
                seen.iter()
                    .flat_map(|s| s.sizes.clone())
                    .collect::<Vec<_>>()
            };
            assert_eq!(rows(&parts), rows(&seen));
            assert_eq!(sizes(&parts), sizes(&seen));
        }
    }
}

#[test]
fn settings_without_a_meaning_are_refused() {
    let (inputs, labels) = images(3);
    let data = examples(inputs, labels);
    let units = PrivateUnits::of_records(&data);
    let run = private_run::start(&exact(), 1, units);
    let settings = NoisySgdSettings::new(sgd(1.0));
    for (wrong, word) in [
        (
            NoisySgdSettings {
                copies: 0,
                ..settings
            },
            "`copies` is 0",
        ),
        (
            NoisySgdSettings {
                copies: 2,
                ..settings
            },
            "`augment`",
        ),
        (
            NoisySgdSettings {
                physical_batch: 0,
                ..settings
            },
            "`physical_batch` is 0",
        ),
        (NoisySgdSettings::new(sgd(0.0)), "learning_rate"),
    ] {
        let engine = ReferenceEngine::default();
        let result = private_run::training(&engine, &image_network(), units, &run, &wrong);
        let error = result.err().unwrap().to_string();
        assert!(error.contains(word), "{error}");
    }
    let short = Start {
        parameters: vec![0.0; 3],
        ..image_network()
    };
    let engine = ReferenceEngine::default();
    assert!(private_run::training(&engine, &short, units, &run, &settings).is_err());
}
