//! Multi-label voting: its data-dependent cost against many digits, and against the truth.

mod common;

use common::order;
use privet_accountant::Conversion;
use privet_accountant::pate::analysis::{Settings, analyze_labels};
use privet_accountant::pate::{LabelSums, LabelVoting};

/// Sums, threshold, sigma, distance D, changed votes, order; `ln q` and the cost (mpmath, 2500
/// digits, by a program of its own).
type Case = (&'static [f64], f64, f64, f64, u32, f64, f64, f64);

#[allow(clippy::excessive_precision)] // as mpmath prints them
const CASES: [Case; 9] = [
    (
        &[30.0, 2.0, 1.0],
        15.0,
        3.0,
        1.5,
        1,
        8.0,
        -11.600589233465643,
        0.87646287082763484,
    ),
    (
        &[30.0, 2.0, 1.0],
        15.0,
        3.0,
        1.5,
        2,
        3.0,
        -11.600589233465643,
        0.16160042090534814,
    ),
    (
        &[16.0, 14.5, 40.0],
        15.0,
        3.0,
        1.5,
        1,
        4.0,
        -0.44162940204791867,
        0.5,
    ),
    (
        &[250.0, 0.0, 3.0, 248.0, 240.5],
        125.0,
        12.0,
        2.0,
        1,
        20.0,
        -49.50715171186523,
        1.0468394413376355e-9,
    ),
    (
        &[250.0, 0.0, 3.0, 248.0, 240.5],
        125.0,
        12.0,
        2.0,
        2,
        6.5,
        -49.50715171186523,
        6.5220412605449736e-15,
    ),
    (
        &[1000.0, 0.0],
        500.0,
        7.0,
        std::f64::consts::SQRT_2,
        1,
        40.0,
        -2555.5150933693296,
        3.5022243447717641e-867,
    ),
    (
        &[15.0, 15.0, 15.0],
        15.0,
        3.0,
        1.0,
        1,
        2.0,
        -0.13353139262452262,
        0.11111111111111111,
    ),
    (
        &[-40.0, 60.0],
        0.0,
        9.0,
        4.0,
        1,
        2.5,
        -12.332548578218919,
        0.00012230521587441947,
    ),
    (
        &[20.0; 64],
        10.0,
        2.0,
        1.0,
        1,
        5.0,
        -10.906124340140842,
        0.074129173995475302,
    ),
];

fn voting(threshold: f64, scale: f64, distance: f64, changed_votes: u32) -> LabelVoting {
    LabelVoting::new(threshold, scale, scale / distance, changed_votes).unwrap()
}

#[test]
fn the_bound_matches_many_digits_from_above() {
    for (sums, threshold, scale, distance, changed, alpha, log_q, cost) in CASES {
        let voting = voting(threshold, scale, distance, changed);
        let found = voting.log_q(sums);
        let error = (found - log_q) / (1.0 + log_q.abs());
        assert!((0.0..5e-14).contains(&error), "{sums:?}: {found} {error:e}");
        let found = voting.data_dependent_rdp(sums, order(alpha));
        let error = found / f64::max(cost, f64::MIN_POSITIVE) - 1.0;
        // The independent cost is exact up to a rounding of sigma / D.
        assert!(
            (-4e-16..1e-10).contains(&error),
            "{sums:?}: {found:e} {error:e}"
        );
    }
}

/// `Pr[noise >= x]` for a standard normal noise.
fn tail(x: f64) -> f64 {
    0.5 * libm::erfc(x / std::f64::consts::SQRT_2)
}

/// `D_alpha` between the bits of two pairs of sums, written out over the four values of the bits.
fn divergence(here: [f64; 2], there: [f64; 2], threshold: f64, scale: f64, alpha: f64) -> f64 {
    let mut sum = 0.0;
    for bits in [[0, 0], [0, 1], [1, 0], [1, 1]] {
        let law = |sums: [f64; 2]| -> f64 {
            let of = |label: usize| {
                let on = tail((threshold - sums[label]) / scale);
                let off = tail((sums[label] - threshold) / scale);
                [off, on][bits[label]]
            };
            of(0) * of(1)
        };
        sum += (alpha * law(here).ln() + (1.0 - alpha) * law(there).ln()).exp();
    }
    sum.ln() / (alpha - 1.0)
}

/// Against every direction in which neighbours can move the sums, at the full distance and at parts
/// of it, the bound is above the true divergence.
#[test]
fn the_bound_is_above_the_true_divergence() {
    let (mut theorem, mut nearest) = (0, f64::INFINITY);
    for (scale, distance, changed) in [(2.0, 1.0, 1), (3.0, 1.5, 2), (1.0, 1.4, 1)] {
        let voting = voting(0.0, scale, distance, changed);
        for a in 0..=24 {
            for b in (-24..=24).step_by(3) {
                let sums = [f64::from(a) * 0.5 * scale, f64::from(b) * 0.5 * scale];
                for alpha in [1.1, 2.0, 4.0, 9.0] {
                    let independent = voting.rdp(order(alpha));
                    let bound = voting.data_dependent_rdp(&sums, order(alpha));
                    assert!(bound <= independent);
                    theorem += u32::from(bound < independent);
                    for turn in 0..32 {
                        let angle = f64::from(turn) * std::f64::consts::PI / 16.0;
                        for part in [1.0, 0.5] {
                            let moved = part * distance * f64::from(changed);
                            let there =
                                [sums[0] + moved * angle.cos(), sums[1] + moved * angle.sin()];
                            let truth = divergence(sums, there, 0.0, scale, alpha);
                            if !truth.is_finite() || truth < 1e-12 {
                                continue; // underflows or cancels in this plain computation
                            }
                            assert!(
                                truth <= bound * (1.0 + 1e-9),
                                "{sums:?} {there:?} {alpha}: {truth:e} {bound:e}"
                            );
                            nearest = nearest.min(bound / truth);
                        }
                    }
                }
            }
        }
    }
    // Both bounds were tried, and the test would notice a bound of half the size.
    assert!(theorem > 500, "{theorem}");
    assert!(nearest < 1.7, "{nearest}");
}

#[test]
fn totals_are_sums_of_the_queries() {
    let voting = voting(15.0, 3.0, 1.5, 1);
    let rows = [[30.0, 2.0, 1.0], [16.0, 14.5, 40.0], [33.0, 0.0, 31.0]];
    let sums = LabelSums::new(rows.concat(), 3).unwrap();
    let settings = Settings::new(1e-5).unwrap();
    let settings = settings.with_conversion(Conversion::Mironov2017);
    let epsilon = |alpha: f64, rdp: f64| rdp + 1e5_f64.ln() / (alpha - 1.0);
    let analysis = analyze_labels(&sums, &voting, &settings);
    let found = analysis.data_dependent.reveal_for_private_diagnostics();
    let total = |alpha: f64| -> f64 {
        let cost = |row: &[f64; 3]| voting.data_dependent_rdp(row, order(alpha));
        rows.iter().map(cost).sum()
    };
    let again = epsilon(found.order, total(found.order));
    assert!((0.0..1e-11).contains(&(found.epsilon / again - 1.0)));
    // No order of a grid does better.
    for step in 1..2000 {
        let alpha = 1.0 + 0.02 * f64::from(step);
        assert!(epsilon(alpha, total(alpha)) >= found.epsilon * (1.0 - 1e-9));
    }
    let independent = analysis.data_independent;
    let three = epsilon(
        independent.order,
        3.0 * voting.rdp(order(independent.order)),
    );
    assert!((0.0..1e-11).contains(&(independent.epsilon / three - 1.0)));
    assert!(found.epsilon < independent.epsilon);
    assert_eq!(
        format!("{sums:?}"),
        "LabelSums { queries: 3, labels: 3, .. }"
    );
}

#[test]
fn what_is_no_voting_is_refused() {
    for (threshold, scale, ratio, changed) in [
        (f64::NAN, 1.0, 1.0, 1),
        (0.0, -1.0, 1.0, 1),
        (0.0, 1.0, f64::INFINITY, 1),
        (0.0, 1.0, 1.0, 0),
    ] {
        assert!(LabelVoting::new(threshold, scale, ratio, changed).is_err());
    }
    assert!(LabelSums::new(vec![1.0; 4], 3).is_err());
    assert!(LabelSums::new(vec![], 0).is_err());
    let nan = LabelSums::new(vec![f64::NAN], 1).unwrap_err();
    assert!(!nan.to_string().contains('1'), "{nan}");
    // Without noise nothing is claimed.
    assert_eq!(
        LabelVoting::new(0.0, 0.0, 0.0, 1).unwrap().log_q(&[5.0]),
        0.0
    );
    let none = LabelSums::new(vec![], 3).unwrap();
    assert_eq!(none.queries(), 0);
}
