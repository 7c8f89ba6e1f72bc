//! By how much neighbours move the sums, over all of them.

use super::*;
use crate::{ChangedVotes, MultiLabelParameters};

const LABELS: usize = 2;
const TEACHERS: usize = 3;

fn plan(norm: f64, sign: VoteSign) -> MultiLabel {
    let plan = MultiLabel::new(MultiLabelParameters {
        labels: LABELS,
        teachers: TEACHERS as u32,
        queries: 1,
        changed_votes: ChangedVotes::ONE,
        norm,
        sign,
        threshold: 1.0,
        scale: 1.0,
    });
    plan.unwrap()
}

/// The largest L2 distance, in votes, of the sums of two votes that differ in up to k teachers.
///
/// Sums are additive, so it is enough to change the first k teachers from anything to anything.
fn largest_move(norm: f64, sign: VoteSign, entries: &[f32], k: usize) -> f64 {
    let plan = plan(norm, sign);
    let mut ballots = vec![];
    for &a in entries {
        for &b in entries {
            ballots.push([a, b]);
        }
    }
    let sums = |changed: &[[f32; 2]]| {
        let mut all = [[0.3_f32, 0.2]; TEACHERS];
        all[..k].copy_from_slice(changed);
        plan.sums(&LabelVotes::new(all.concat(), LABELS).unwrap())
            .unwrap()
    };
    let choices: Vec<Vec<[f32; 2]>> = (0..ballots.len().pow(k as u32))
        .map(|code| {
            let digit = |place: u32| code / ballots.len().pow(place) % ballots.len();
            (0..k as u32).map(|place| ballots[digit(place)]).collect()
        })
        .collect();
    let sums: Vec<Vec<i128>> = choices.iter().map(|choice| sums(choice)).collect();
    let mut largest: i128 = 0;
    for a in &sums {
        for b in &sums {
            largest = largest.max(a.iter().zip(b).map(|(a, b)| (a - b).pow(2)).sum());
        }
    }
    (largest as f64).sqrt() / 2_f64.powi(GRID_BITS.cast_signed())
}

#[test]
fn changed_teachers_move_the_sums_by_the_stated_sensitivity_and_no_more() {
    let bits = [0.0, 0.4, 1.0, 7.0, f32::NAN, f32::INFINITY];
    let logits = [-9.0, -1.0, 0.0, 0.3, 9.0, f32::NEG_INFINITY];
    for k in 1..=2 {
        for norm in [0.3, 1.0, 2.5] {
            let move_of = |sign, entries: &[f32]| largest_move(norm, sign, entries, k) / k as f64;
            let positive = move_of(VoteSign::NonNegative, &bits);
            assert!(positive <= 2_f64.sqrt() * norm, "{norm} {positive}");
            assert!(
                positive > 2_f64.sqrt() * norm * (1.0 - 1e-5),
                "{norm} {positive}"
            );
            let any = move_of(VoteSign::Any, &logits);
            assert!(
                any <= 2.0 * norm && any > 2.0 * norm * (1.0 - 1e-5),
                "{norm} {any}"
            );
        }
    }
}
