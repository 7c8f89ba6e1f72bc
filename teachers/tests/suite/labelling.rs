//! From votes to released labels.

use ndarray::{Array2, array};
use privet_mechanisms::{
    Aggregator, ChangedVotes, ConfidentGnMax, ConfidentScales, GnMax, LnMax, NoiseKey, NoiseSource,
    NoisyMax, Sensitive, VoteQueries,
};
use privet_teachers::Votes;
use privet_teachers::labelling::release_labels;
use privet_training::seed::seeded_generator;
use rand::seq::SliceRandom;

const TEACHERS: u32 = 100;
/// So little noise that it decides nothing, in votes.
const TINY: f64 = 1e-6;

fn queries(classes: usize, queries: u64) -> VoteQueries {
    VoteQueries {
        classes,
        queries,
        changed_votes: ChangedVotes::ONE,
    }
}

fn start(plan: &dyn NoisyMax) -> Aggregator {
    let key = NoiseKey::from_bytes(&[4; 32]).unwrap();
    plan.start(&NoiseSource::from_key(&key)).unwrap()
}

fn votes(counts: Array2<u32>) -> Votes {
    Votes::from_counts(Sensitive::new(counts), TEACHERS as usize).unwrap()
}

/// Votes without ties, the winner at any class.
fn shuffled_votes(count: usize) -> (Votes, Vec<usize>) {
    let mut generator = seeded_generator(1, "votes", 0);
    let mut counts = Array2::zeros((count, 4));
    let mut winners = Vec::new();
    for mut row in counts.rows_mut() {
        let mut ballots = [40, 39, 20, 1];
        ballots.shuffle(&mut generator);
        winners.push(ballots.iter().position(|&ballot| ballot == 40).unwrap());
        row.assign(&ndarray::ArrayView1::from(&ballots));
    }
    (votes(counts), winners)
}

#[test]
fn without_noise_the_labels_are_the_plurality() {
    let (votes, winners) = shuffled_votes(60);
    let gn = GnMax::new(TINY, queries(4, 60)).unwrap();
    let ln = LnMax::new(TINY, queries(4, 60)).unwrap();
    let plans: [&dyn NoisyMax; 2] = [&gn, &ln];
    for plan in plans {
        let mut told = Vec::new();
        let labels =
            release_labels(&votes, &mut start(plan), |done, out| told.push((done, out))).unwrap();
        let asked: Vec<u64> = labels.iter().map(|label| label.query()).collect();
        assert_eq!(asked, (0..60).collect::<Vec<_>>());
        let classes: Vec<usize> = labels.iter().map(|label| label.class()).collect();
        assert_eq!(classes, winners);
        let expected: Vec<_> = (1..=60).map(|done| (done as u64, done)).collect();
        assert_eq!(told, expected);
    }
}

fn confident(threshold: f64, max_answers: u64, asked: u64) -> ConfidentGnMax {
    let scales = ConfidentScales {
        threshold,
        threshold_scale: TINY,
        vote_scale: TINY,
    };
    ConfidentGnMax::new(scales, max_answers, queries(2, asked)).unwrap()
}

/// Agreement on queries 1, 2, 4, 5 and 7 alone.
fn mixed_votes() -> Votes {
    votes(array![
        [51, 49],
        [10, 90],
        [95, 5],
        [45, 55],
        [5, 95],
        [99, 1],
        [50, 50],
        [0, 100]
    ])
}

#[test]
fn queries_without_agreement_get_no_label() {
    let labels = release_labels(
        &mixed_votes(),
        &mut start(&confident(80.0, 8, 8)),
        |_, _| {},
    );
    let pairs: Vec<_> = labels
        .unwrap()
        .iter()
        .map(|label| (label.query(), label.class()))
        .collect();
    assert_eq!(pairs, [(1, 1), (2, 0), (4, 1), (5, 0), (7, 1)]);
}

#[test]
fn labelling_stops_at_the_planned_number_of_answers() {
    let mut told = Vec::new();
    let mut aggregator = start(&confident(80.0, 3, 8));
    let labels = release_labels(&mixed_votes(), &mut aggregator, |done, out| {
        told.push((done, out));
    })
    .unwrap();
    let asked: Vec<u64> = labels.iter().map(|label| label.query()).collect();
    assert_eq!(asked, [1, 2, 4]);
    assert!(aggregator.is_exhausted());
    assert_eq!(told, [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3)]);
}

/// A resumed run answers as it did, and another key answers otherwise.
#[test]
fn the_key_decides_the_noise() {
    let (votes, _) = shuffled_votes(60);
    let plan = GnMax::new(20.0, queries(4, 60)).unwrap();
    let labels = |byte| {
        let key = NoiseKey::from_bytes(&[byte; 32]).unwrap();
        let mut aggregator = plan.start(&NoiseSource::from_key(&key)).unwrap();
        release_labels(&votes, &mut aggregator, |_, _| {}).unwrap()
    };
    assert_eq!(labels(1), labels(1));
    assert_ne!(labels(1), labels(2));
}

#[test]
fn what_the_plan_does_not_cover_is_refused() {
    let release = |votes: &Votes, plan: &GnMax| release_labels(votes, &mut start(plan), |_, _| {});
    let (votes, _) = shuffled_votes(60);
    assert!(release(&votes, &GnMax::new(TINY, queries(4, 59)).unwrap()).is_err());
    assert!(release(&votes, &GnMax::new(TINY, queries(3, 60)).unwrap()).is_err());
    // The same queries a second time.
    let mut aggregator = start(&GnMax::new(TINY, queries(4, 120)).unwrap());
    assert!(release_labels(&votes, &mut aggregator, |_, _| {}).is_ok());
    assert!(release_labels(&votes, &mut aggregator, |_, _| {}).is_err());
}
