//! Sensitivity against every pattern of participation.

use privet_mechanisms::correlated::{BandedToeplitz, NoiseStrategy, Participation};

use super::dense::{self, Matrix};
use super::{TREES, banded, plan};

/// The largest squared norm of a sum of columns over all allowed sets of steps.
fn brute_force(matrix: &Matrix, steps: usize, allowed: impl Fn(&[usize]) -> bool) -> f64 {
    (0_u32..1 << steps)
        .map(|set| (0..steps).filter(|i| set >> i & 1 == 1).collect::<Vec<_>>())
        .filter(|taken| allowed(taken))
        .map(|taken| {
            let row = |row: &Vec<f64>| taken.iter().map(|&step| row[step]).sum::<f64>().powi(2);
            matrix.iter().map(row).sum()
        })
        .fold(0.0, f64::max)
}

fn strategies(steps: u64) -> Vec<NoiseStrategy> {
    let optimized = BandedToeplitz::optimized(4.min(steps as usize), steps).unwrap();
    let mut all = vec![
        banded(&[1.0]),
        banded(&[2.0, 1.0, 0.25]),
        banded(&[1.0, 1.0, 1.0]),
        NoiseStrategy::Banded(BandedToeplitz::square_root(5).unwrap()),
        NoiseStrategy::Banded(optimized),
    ];
    all.extend(TREES);
    all
}

const LENGTHS: [u64; 6] = [5, 6, 8, 9, 12, 13];

#[test]
fn one_participation_is_the_largest_column() {
    for steps in LENGTHS {
        for strategy in strategies(steps) {
            let matrix = dense::strategy(&strategy, steps as usize);
            let worst = brute_force(&matrix, steps as usize, |taken| taken.len() <= 1).sqrt();
            let found = plan(strategy, Participation::Once, steps).sensitivity();
            assert!(
                found >= worst && found < worst * (1.0 + 1e-13),
                "{found} {worst}"
            );
        }
    }
}

#[test]
fn a_fixed_order_is_exact() {
    for steps in LENGTHS {
        for steps_per_epoch in 1..=steps + 1 {
            for strategy in strategies(steps) {
                let matrix = dense::strategy(&strategy, steps as usize);
                let in_order = |taken: &[usize]| {
                    taken.iter().all(|step| {
                        step % steps_per_epoch as usize == taken[0] % steps_per_epoch as usize
                    })
                };
                let worst = brute_force(&matrix, steps as usize, in_order).sqrt();
                let fixed_order = Participation::FixedOrder { steps_per_epoch };
                let found = plan(strategy, fixed_order, steps).sensitivity();
                assert!(
                    found >= worst && found < worst * (1.0 + 1e-13),
                    "{steps} {steps_per_epoch}: {found} {worst}"
                );
            }
        }
    }
}

/// Exact for banded strategies; for trees a bound, which is not far off either.
#[test]
fn a_separation_is_bounded() {
    let mut largest_excess: f64 = 1.0;
    for steps in LENGTHS {
        for (separation, participations) in [(1, 3), (1, 99), (2, 4), (3, 2), (4, 99), (5, 3)] {
            for strategy in strategies(steps) {
                let matrix = dense::strategy(&strategy, steps as usize);
                let apart = |taken: &[usize]| {
                    taken.len() as u64 <= participations
                        && taken
                            .windows(2)
                            .all(|pair| (pair[1] - pair[0]) as u64 >= separation)
                };
                let worst = brute_force(&matrix, steps as usize, apart).sqrt();
                let pattern = Participation::MinSeparation {
                    separation,
                    participations,
                };
                let exact = matches!(strategy, NoiseStrategy::Banded(_));
                let found = plan(strategy, pattern, steps).sensitivity();
                assert!(
                    found >= worst,
                    "{steps} {separation} {participations}: {found} {worst}"
                );
                assert!(!exact || found < worst * (1.0 + 1e-13), "{found} {worst}");
                largest_excess = largest_excess.max(found / worst);
            }
        }
    }
    assert!(largest_excess < 1.3, "{largest_excess}");
}

/// Opposite signs, and vectors in other directions, change the release less than equal ones.
#[test]
fn contributions_that_differ_are_not_worse() {
    for steps in [6, 8] {
        for strategy in strategies(steps) {
            let matrix = dense::strategy(&strategy, steps as usize);
            let pattern = Participation::FixedOrder { steps_per_epoch: 2 };
            let found = plan(strategy, pattern, steps).sensitivity();
            // Unit vectors in the plane, 8 directions for each participation.
            for choice in 0..8_u32.pow(steps as u32 / 2) {
                let vector = |participation: u32| {
                    let eighth = f64::from(choice / 8_u32.pow(participation) % 8);
                    (eighth * std::f64::consts::FRAC_PI_4).sin_cos()
                };
                let squared: f64 = matrix
                    .iter()
                    .map(|row| {
                        let mut sum = (0.0, 0.0);
                        for (participation, entry) in row.iter().step_by(2).enumerate() {
                            let (y, x) = vector(participation as u32);
                            sum = (sum.0 + entry * x, sum.1 + entry * y);
                        }
                        sum.0 * sum.0 + sum.1 * sum.1
                    })
                    .sum();
                assert!(squared.sqrt() <= found * (1.0 + 1e-14), "{found} {squared}");
            }
        }
    }
}

/// Cyclic Poisson pays for each use of a record apart.
#[test]
fn cyclic_poisson_has_the_norm_of_a_column() {
    let coefficients: [f64; 3] = [1.0, 0.6, 0.5];
    let cyclic = Participation::CyclicPoisson {
        groups: 4,
        sampling_probability: 0.1,
    };
    let found = plan(banded(&coefficients), cyclic, 100).sensitivity();
    let norm = coefficients.iter().map(|c| c * c).sum::<f64>().sqrt();
    assert!(
        found >= norm && found < norm * (1.0 + 1e-13),
        "{found} {norm}"
    );
}
