//! The error of prefix sums, and the strategies that are chosen for it.

use privet_mechanisms::correlated::{BandedToeplitz, NoiseStrategy, Participation, PrefixError};

use super::{TREES, banded, dense, plan};

fn optimized(bands: usize, steps: u64) -> NoiseStrategy {
    NoiseStrategy::Banded(BandedToeplitz::optimized(bands, steps).unwrap())
}

fn square_root(bands: usize) -> NoiseStrategy {
    NoiseStrategy::Banded(BandedToeplitz::square_root(bands).unwrap())
}

fn once(strategy: NoiseStrategy, steps: u64) -> PrefixError {
    plan(strategy, Participation::Once, steps).prefix_error()
}

fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found / expected - 1.0).abs() < relative,
        "{found} is not {expected}"
    );
}

#[test]
fn the_error_is_that_of_the_dense_matrices() {
    for steps in [1, 2, 7, 8, 13] {
        let mut strategies = vec![banded(&[1.0]), banded(&[1.0, 0.9, 0.3][..3.min(steps)])];
        strategies.extend(TREES);
        for strategy in strategies {
            let variances: Vec<f64> = dense::prefixes(&strategy, steps)
                .iter()
                .map(|row| row.iter().map(|w| w * w).sum())
                .collect();
            let plan = plan(strategy, Participation::Once, steps as u64);
            let (squared, error) = (plan.sensitivity().powi(2), plan.prefix_error());
            let mean = variances.iter().sum::<f64>() / steps as f64;
            close(error.mean_squared, squared * mean, 1e-13);
            close(
                error.max_squared,
                squared * variances.iter().copied().fold(0.0, f64::max),
                1e-13,
            );
        }
    }
}

/// Coefficients and errors of `scipy.optimize.minimize` (BFGS, then Nelder-Mead to 1e-15) on
/// `|c|^2 |A C^-1|_F^2 / T` with dense matrices in numpy.
#[test]
fn the_optimum_is_that_of_another_optimizer() {
    let cases: [(usize, &[f64], f64); 2] = [
        (
            4,
            &[1.0, 0.551574636, 0.414246226, 0.32692191],
            3.754023566361529,
        ),
        (
            8,
            &[
                1.0,
                0.51116867,
                0.377056345,
                0.302770273,
                0.251187319,
                0.211041723,
                0.177534204,
                0.148039074,
            ],
            3.189583640826751,
        ),
    ];
    for (bands, expected, error) in cases {
        let strategy = BandedToeplitz::optimized(bands, 16).unwrap();
        for (found, expected) in strategy.coefficients().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        close(
            once(NoiseStrategy::Banded(strategy), 16).mean_squared,
            error,
            1e-12,
        );
    }
}

/// 2.85408480... is the least mean squared error of any lower triangular strategy for 16 prefix
/// sums and one participation, from the fixed point of Denisov et al. 2022 with dense matrices in
/// numpy.
#[test]
fn no_strategy_beats_the_optimal_matrix_and_all_bands_come_close() {
    let best = 2.8540848007490687;
    let found = once(optimized(16, 16), 16).mean_squared;
    assert!(found > best && found < 1.08 * best, "{found}");
}

/// The square root of the prefix sums is its own other factor: error and sensitivity are equal.
#[test]
fn the_full_square_root_has_the_known_error() {
    let strategy = BandedToeplitz::square_root(200).unwrap();
    let squared: f64 = strategy.coefficients().iter().map(|c| c * c).sum();
    close(
        once(NoiseStrategy::Banded(strategy), 200).max_squared,
        squared * squared,
        1e-12,
    );
}

#[test]
fn optimized_bands_are_better_than_square_root_tree_and_independent_noise() {
    for (bands, steps) in [(4, 16), (8, 64), (16, 64), (64, 64), (16, 256), (40, 400)] {
        let [plain, honaker] = TREES.map(|tree| once(tree, steps).mean_squared);
        let found = once(optimized(bands, steps), steps).mean_squared;
        assert!(found < once(square_root(bands), steps).mean_squared);
        assert!(found < once(banded(&[1.0]), steps).mean_squared);
        assert!(honaker < plain);
        if bands >= 8 {
            assert!(found < honaker, "{bands} {steps}: {found} {honaker}");
        }
    }
}

/// With participations too: the optimum does not depend on them as long as columns do not overlap.
#[test]
fn more_bands_are_better_up_to_the_separation() {
    let fixed_order = Participation::FixedOrder {
        steps_per_epoch: 20,
    };
    let error = |strategy| plan(strategy, fixed_order, 200).relative_prefix_error();
    let errors = [1, 2, 5, 10, 20].map(|bands| error(optimized(bands, 200)));
    close(errors[0], 1.0, 1e-14);
    assert!(errors.is_sorted_by(|a, b| a > b), "{errors:?}");
    assert!(errors[4] < error(TREES[1].clone()), "{errors:?}");
}

#[test]
fn the_same_arguments_give_the_same_coefficients() {
    let strategy = || BandedToeplitz::optimized(6, 50).unwrap();
    assert_eq!(strategy(), strategy());
    assert_eq!(
        BandedToeplitz::optimized(1, 50).unwrap(),
        BandedToeplitz::independent()
    );
    let scaled = BandedToeplitz::new(vec![4.0, 2.0, 1.0]).unwrap();
    assert_eq!(scaled.coefficients(), [1.0, 0.5, 0.25]);
}
