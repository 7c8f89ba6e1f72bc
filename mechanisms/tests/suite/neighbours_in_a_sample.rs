//! The exact output laws of a step on every small data set, with and without one unit: their
//! privacy losses are within what the plan's event is charged for. That samplers draw as these laws
//! assume is tested in `sampling`.

use privet_accountant::event::{Count, NoiseMultiplier, SamplingProbability};
use privet_accountant::sampler::random_allocation::RandomAllocation;
use privet_accountant::sampler::truncated_poisson::TruncatedPoisson;

const NOISE: f64 = 1.5;
const EPSILONS: [f64; 4] = [0.0, 0.2, 0.5, 1.0];

/// A mixture of outputs: probability and mean of each, noise aside.
type Mixture<const STEPS: usize> = Vec<(f64, [f64; STEPS])>;

/// The values of units, each -1 or 1, in all ways.
fn values(units: usize) -> impl Iterator<Item = Vec<f64>> {
    let sign = |code: usize, unit: usize| if code >> unit & 1 == 1 { 1.0 } else { -1.0 };
    (0..1 << units).map(move |code| (0..units).map(|unit| sign(code, unit)).collect())
}

/// A sum of a truncated Poisson sample with q = 1/2, cut to `most` units.
fn truncated(values: &[f64], most: usize) -> Mixture<1> {
    let all = 1 << values.len();
    let sum = |subset: usize| -> f64 {
        let members = values
            .iter()
            .enumerate()
            .filter(|(i, _)| subset >> i & 1 == 1);
        members.map(|(_, value)| value).sum()
    };
    let mut mixture = Vec::new();
    for sample in 0_usize..all {
        let probability = 1.0 / all as f64;
        let kept: Vec<usize> = match sample.count_ones() as usize > most {
            false => vec![sample],
            true => (0..all)
                .filter(|part| part & sample == *part && part.count_ones() as usize == most)
                .collect(),
        };
        let share = probability / kept.len() as f64;
        mixture.extend(kept.iter().map(|&kept| (share, [sum(kept)])));
    }
    mixture
}

/// The sums of two steps when each unit is in one of them.
fn allocated(values: &[f64]) -> Mixture<2> {
    let all = 1 << values.len();
    let sums = |subset: usize| {
        let mut sums = [0.0; 2];
        for (unit, value) in values.iter().enumerate() {
            sums[subset >> unit & 1] += value;
        }
        sums
    };
    (0..all)
        .map(|subset| (1.0 / all as f64, sums(subset)))
        .collect()
}

fn density<const STEPS: usize>(mixture: &Mixture<STEPS>, x: [f64; STEPS]) -> f64 {
    let component = |(probability, mean): &(f64, [f64; STEPS])| {
        let squares: f64 = x.iter().zip(mean).map(|(x, m)| (x - m).powi(2)).sum();
        probability * (-squares / (2.0 * NOISE * NOISE)).exp()
    };
    let constant = (NOISE * (2.0 * std::f64::consts::PI).sqrt()).powi(STEPS as i32);
    mixture.iter().map(component).sum::<f64>() / constant
}

/// Delta at each epsilon, in the worse direction, by summing over a grid.
fn deltas<const STEPS: usize>(
    pair: [Mixture<STEPS>; 2],
    grid: &[[f64; STEPS]],
    cell: f64,
) -> [f64; EPSILONS.len()] {
    let mut sums = [[0.0; 2]; EPSILONS.len()];
    for &x in grid {
        let [p, q] = pair.each_ref().map(|mixture| density(mixture, x));
        for (sums, epsilon) in sums.iter_mut().zip(EPSILONS) {
            sums[0] += (p - epsilon.exp() * q).max(0.0) * cell;
            sums[1] += (q - epsilon.exp() * p).max(0.0) * cell;
        }
    }
    sums.map(|[remove, add]| remove.max(add))
}

fn largest(all: impl Iterator<Item = [f64; EPSILONS.len()]>) -> [f64; EPSILONS.len()] {
    all.fold([0.0; EPSILONS.len()], |worst, deltas| {
        std::array::from_fn(|i| worst[i].max(deltas[i]))
    })
}

#[test]
fn a_truncated_sample_costs_no_more_than_its_event() {
    let grid: Vec<[f64; 1]> = (-1500..=1500).map(|i| [0.01 * f64::from(i)]).collect();
    let cost = |units: u64, most: u64| {
        let event = TruncatedPoisson::new(
            Count::new(units).unwrap(),
            SamplingProbability::new(0.5).unwrap(),
            Count::new(most).unwrap(),
            NoiseMultiplier::new(NOISE).unwrap(),
        );
        EPSILONS.map(|epsilon| event.step_delta(epsilon).unwrap())
    };
    // Nothing is cut from a sample of at most as many units as there are.
    let poisson = cost(4, 4);
    let mut poisson_is_exceeded = false;
    for most in 1..=4 {
        let charged = cost(4, most as u64);
        for units in 1..=4 {
            let neighbours =
                values(units).map(|all| [truncated(&all[1..], most), truncated(&all, most)]);
            let worst = largest(neighbours.map(|pair| deltas(pair, &grid, 0.01)));
            for (i, worst) in worst.into_iter().enumerate() {
                // The grid's own error.
                assert!(
                    worst <= charged[i] + 1e-6,
                    "{most} of {units}: {worst} {}",
                    charged[i]
                );
                poisson_is_exceeded |= worst > poisson[i] * 1.01;
            }
            if units == 1 {
                assert!(worst[0] > poisson[0] * 0.999, "of one unit nothing is cut");
            }
        }
    }
    assert!(
        poisson_is_exceeded,
        "a cut sample costs more than a Poisson sample"
    );
}

#[test]
fn an_allocated_unit_costs_no_more_than_its_event() {
    let line = || (-60..=60).map(|i| 0.15 * f64::from(i));
    let grid: Vec<[f64; 2]> = line().flat_map(|x| line().map(move |y| [x, y])).collect();
    let one = Count::new(1).unwrap();
    let noise = NoiseMultiplier::new(NOISE).unwrap();
    let event = RandomAllocation::new(noise, Count::new(2).unwrap(), one, one);
    let charged = EPSILONS.map(|epsilon| event.delta(epsilon).unwrap().upper);
    let mut attained = 0.0_f64;
    for units in 1..=3 {
        let neighbours = values(units).map(|all| [allocated(&all[1..]), allocated(&all)]);
        let worst = largest(neighbours.map(|pair| deltas(pair, &grid, 0.15 * 0.15)));
        for (worst, charged) in worst.into_iter().zip(charged) {
            // The grid's own error.
            assert!(worst <= charged + 1e-3, "{units}: {worst} {charged}");
            attained = attained.max(worst / charged);
        }
    }
    assert!(attained > 0.99, "{attained}");
}
