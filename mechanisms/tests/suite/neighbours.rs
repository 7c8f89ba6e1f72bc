//! Brute force over all neighbours of small data: sensitivities are as stated, and what the plan's
//! event claims is true of the mechanism's exact output probabilities.

use std::collections::{BTreeMap, BTreeSet};

use privet_mechanisms::{
    ChangedVotes, ConfidentGnMax, ConfidentScales, DpEvent, GnMax, LnMax, NoisyMax, VoteHistogram,
    VoteQueries,
};

use crate::statistics::{laplace_cdf, normal_cdf};

const TEACHERS: usize = 5;
const CLASSES: usize = 3;

/// All ways in which the teachers can vote.
fn profiles() -> Vec<[usize; TEACHERS]> {
    let digit = |code: usize, place: usize| code / CLASSES.pow(place as u32) % CLASSES;
    (0..CLASSES.pow(TEACHERS as u32))
        .map(|code| std::array::from_fn(|p| digit(code, p)))
        .collect()
}

/// The counts by class of a way to vote.
fn count(ballots: &[usize; TEACHERS]) -> Vec<u32> {
    let votes = VoteHistogram::from_ballots(ballots.iter().copied(), CLASSES);
    votes.unwrap().counts().to_vec()
}

/// The distinct pairs of histograms whose ballots differ in at most `k` places.
fn neighbours(k: u32) -> BTreeSet<[Vec<u32>; 2]> {
    let profiles = profiles();
    let mut pairs = BTreeSet::new();
    for a in &profiles {
        for b in &profiles {
            let changed = a.iter().zip(b).filter(|(x, y)| x != y).count();
            if changed <= k as usize {
                pairs.insert([count(a), count(b)]);
            }
        }
    }
    pairs
}

#[test]
fn changed_ballots_move_the_histogram_by_the_stated_sensitivities_and_no_more() {
    for k in 1..=3 {
        let changed = ChangedVotes::new(k).unwrap();
        let (mut l1, mut l2, mut max) = (0.0_f64, 0.0_f64, 0.0_f64);
        for [a, b] in neighbours(k) {
            let pairs = a.iter().zip(&b);
            let moved: Vec<f64> = pairs.map(|(&x, &y)| f64::from(x) - f64::from(y)).collect();
            l1 = l1.max(moved.iter().map(|d| d.abs()).sum());
            l2 = l2.max(moved.iter().map(|d| d * d).sum::<f64>().sqrt());
            let top = |counts: &[u32]| f64::from(*counts.iter().max().unwrap());
            max = max.max((top(&a) - top(&b)).abs());
        }
        assert_eq!(l1, changed.l1_sensitivity());
        assert!((l2 - changed.l2_sensitivity()).abs() < 1e-12);
        assert_eq!(max, changed.max_count_sensitivity());
    }
}

/// The exact probability of each class: the integral of `f(x - n_j) prod_{i != j} F(x - n_i)`.
fn answer_probabilities(
    votes: &[u32],
    scale: f64,
    density: fn(f64) -> f64,
    cdf: fn(f64) -> f64,
) -> Vec<f64> {
    const STEPS_PER_SCALE: f64 = 400.0;
    let counts: Vec<f64> = votes.iter().map(|&c| f64::from(c) / scale).collect();
    let (from, to) = (
        -25.0 * STEPS_PER_SCALE,
        (25.0 + 5.0 / scale) * STEPS_PER_SCALE,
    );
    let probability = |j: usize| -> f64 {
        let integrand = |step: i64| {
            let x = step as f64 / STEPS_PER_SCALE;
            let others = (0..counts.len()).filter(|&i| i != j);
            density(x - counts[j]) * others.map(|i| cdf(x - counts[i])).product::<f64>()
        };
        (from as i64..to as i64).map(integrand).sum::<f64>() / STEPS_PER_SCALE
    };
    (0..counts.len()).map(probability).collect()
}

fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

fn laplace_density(x: f64) -> f64 {
    0.5 * (-x.abs()).exp()
}

/// The Renyi divergence of order `alpha` of `p` from `q`.
fn renyi(p: &[f64], q: &[f64], alpha: f64) -> f64 {
    let sum: f64 = p
        .iter()
        .zip(q)
        .map(|(p, q)| p.powf(alpha) * q.powf(1.0 - alpha))
        .sum();
    sum.ln() / (alpha - 1.0)
}

/// Scale and changed votes as the event of one query states them.
fn claim(event: DpEvent) -> (f64, f64) {
    let DpEvent::SelfComposed { event, .. } = event else {
        panic!("{event:?}")
    };
    match *event {
        DpEvent::NoisyMax {
            scale,
            changed_votes,
            ..
        }
        | DpEvent::ThresholdCheck {
            scale,
            changed_votes,
            ..
        } => (scale.get(), f64::from(changed_votes.get())),
        other => panic!("{other:?}"),
    }
}

fn queries(k: u32) -> VoteQueries {
    let changed_votes = ChangedVotes::new(k).unwrap();
    VoteQueries {
        classes: CLASSES,
        queries: 1,
        changed_votes,
    }
}

/// The output distributions of all neighbours in `k` ballots.
fn distributions(k: u32, output: impl Fn(&[u32]) -> Vec<f64>) -> Vec<[Vec<f64>; 2]> {
    let known: BTreeMap<Vec<u32>, Vec<f64>> = profiles()
        .iter()
        .map(count)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|counts| (counts.clone(), output(&counts)))
        .collect();
    let look_up = |counts: Vec<u32>| known[&counts].clone();
    neighbours(k)
        .into_iter()
        .map(|pair| pair.map(look_up))
        .collect()
}

/// The largest loss over pairs of distributions.
fn worst(pairs: &[[Vec<f64>; 2]], loss: impl Fn(&[f64], &[f64]) -> f64) -> f64 {
    pairs.iter().map(|[p, q]| loss(p, q)).fold(0.0, f64::max)
}

/// Asserts that the divergences stay below the bound for the claimed number of changed ballots,
/// and that the bound for one ballot less is crossed at some order: the test can fail.
fn assert_claim(pairs: &[[Vec<f64>; 2]], changed: f64, bound: impl Fn(f64, f64) -> f64) {
    let mut one_less_is_false = false;
    for alpha in [1.01, 1.5, 2.0, 8.0, 32.0] {
        let divergence = worst(pairs, |p, q| renyi(p, q, alpha));
        assert!(divergence <= bound(alpha, changed), "{alpha}: {divergence}");
        one_less_is_false |= divergence > bound(alpha, changed - 1.0);
    }
    assert!(one_less_is_false);
}

#[test]
fn ln_max_is_as_private_as_its_event_says() {
    for k in 1..=2 {
        let (scale, changed) = claim(LnMax::new(0.8, queries(k)).unwrap().event());
        let output = |v: &[u32]| answer_probabilities(v, scale, laplace_density, laplace_cdf);
        let log_ratio = |p: &[f64], q: &[f64]| {
            p.iter()
                .zip(q)
                .map(|(p, q)| (p / q).ln())
                .fold(0.0, f64::max)
        };
        let epsilon = worst(&distributions(k, output), log_ratio);
        assert!(epsilon <= 2.0 * changed / scale, "{k}: {epsilon}");
        let understated = epsilon > 2.0 * (changed - 1.0) / scale;
        assert!(
            understated,
            "one changed ballot less would be a false claim"
        );
    }
}

#[test]
fn gn_max_is_as_private_as_its_event_says() {
    for k in 1..=2 {
        let (scale, changed) = claim(GnMax::new(2.0, queries(k)).unwrap().event());
        let output = |v: &[u32]| answer_probabilities(v, scale, normal_density, normal_cdf);
        let bound = |alpha: f64, changed: f64| alpha * changed * changed / (scale * scale);
        assert_claim(&distributions(k, output), changed, bound);
    }
}

#[test]
fn the_threshold_check_is_as_private_as_its_event_says() {
    for k in 1..=2 {
        let scales = ConfidentScales {
            threshold: 4.0,
            threshold_scale: 2.0,
            vote_scale: 9.0,
        };
        let DpEvent::Composed { events, .. } =
            ConfidentGnMax::new(scales, 1, queries(k)).unwrap().event()
        else {
            panic!("a confident plan has two parts")
        };
        let (scale, changed) = claim(events[0].clone());
        assert_eq!(claim(events[1].clone()), (9.0, f64::from(k)));
        let output = |v: &[u32]| {
            let pass = normal_cdf((f64::from(*v.iter().max().unwrap()) - scales.threshold) / scale);
            vec![pass, 1.0 - pass]
        };
        let bound = |alpha: f64, changed: f64| alpha * changed * changed / (2.0 * scale * scale);
        assert_claim(&distributions(k, output), changed, bound);
    }
}
