//! Trade-off curves, membership bounds and the tightest Gaussian against independent tools.

mod common;

use common::{relative_error, table};
use privet_accountant::gaussian_dp::GaussianDp;
use privet_accountant::meaning::membership::{
    advantage, highest_precision, highest_true_positive_rate, posterior_belief,
};
use privet_accountant::meaning::tightest_gaussian::tightest_gaussian;
use privet_accountant::meaning::trade_off::TradeOff;
use privet_accountant::meaning::{ApproximateDp, Direction, PrivacyCurve};
use privet_accountant::{AccountantError, Bracket};
use proptest::prelude::*;
use serde::Deserialize;

fn gaussian(mu: f64) -> GaussianDp {
    GaussianDp::new(mu).unwrap()
}

/// A curve from points, ln delta being linear between them: within 1e-3 of delta.
#[derive(Deserialize)]
struct Sampled {
    sigma: f64,
    q: f64,
    epsilons: Vec<f64>,
    remove: Vec<f64>,
    add: Vec<f64>,
}

impl PrivacyCurve for Sampled {
    fn delta(&self, direction: Direction, epsilon: f64) -> Result<Bracket, AccountantError> {
        let deltas = match direction {
            Direction::Remove => &self.remove,
            Direction::Add => &self.add,
        };
        let right = self.epsilons.partition_point(|e| *e <= epsilon);
        let delta = if right == self.epsilons.len() {
            0.0
        } else {
            let (low, high) = (self.epsilons[right - 1], self.epsilons[right]);
            let part = (epsilon - low) / (high - low);
            // The tool that made the table rounds some of the smallest to below 0.
            deltas[right - 1].max(0.0).powf(1.0 - part) * deltas[right].max(0.0).powf(part)
        };
        Ok(Bracket {
            lower: delta,
            upper: delta,
        })
    }
}

#[test]
fn trade_off_agrees_with_closed_forms() {
    #[derive(Deserialize)]
    struct Row {
        mu: Option<f64>,
        eps: Option<f64>,
        delta: Option<f64>,
        alpha: Option<f64>,
        exact_beta: Option<f64>,
        riskcal_beta: Option<f64>,
        exact_advantage: Option<f64>,
        riskcal_advantage: Option<f64>,
    }
    let mut worst = 0.0_f64;
    let mut check = |curve: &dyn PrivacyCurve, alpha: f64, exact: f64| {
        for trade_off in [
            TradeOff::symmetric(curve).unwrap(),
            TradeOff::of(curve, Direction::Remove).unwrap(),
            TradeOff::of(curve, Direction::Add).unwrap(),
        ] {
            let beta = trade_off.type_two_error(alpha).unwrap();
            assert!(beta <= exact * (1.0 + 1e-14), "{alpha} {beta} {exact}");
            worst = worst.max(relative_error(beta, exact));
            let rate = trade_off.true_positive_rate(alpha).unwrap();
            assert!(rate >= 1.0 - exact - 1e-16 && rate - (1.0 - exact) < 1e-11);
        }
    };
    for row in table::<Row>("tradeoff_curves").rows {
        match (row.mu, row.alpha) {
            (Some(mu), Some(alpha)) => check(&gaussian(mu), alpha, row.exact_beta.unwrap()),
            (Some(mu), None) => {
                let value = advantage(&gaussian(mu)).unwrap();
                let exact = row.exact_advantage.unwrap();
                assert!(value >= exact && relative_error(value, exact) < 1e-12);
            }
            (None, alpha) => {
                let curve = ApproximateDp::new(row.eps.unwrap(), row.delta.unwrap()).unwrap();
                // riskcal computes this closed form in doubles.
                check(&curve, alpha.unwrap(), row.riskcal_beta.unwrap());
                let exact = row.riskcal_advantage.unwrap();
                assert!(relative_error(advantage(&curve).unwrap(), exact) < 1e-12);
            }
        }
    }
    println!("worst relative error of beta: {worst}");
    assert!(worst < 1e-9, "{worst}");
}

#[derive(Deserialize)]
struct DpSgd {
    sigma: f64,
    q: f64,
    steps: u64,
    gdpnum_mu: f64,
    gdpnum_regret: f64,
    oracle_delta_at_0_remove: f64,
    alphas: Vec<f64>,
    riskcal_beta: Vec<f64>,
}

#[test]
fn trade_off_of_dp_sgd_agrees_with_riskcal() {
    let curves = table::<Sampled>("fdp_dpsgd_curves").rows;
    let mut worst = 0.0_f64;
    for (row, curve) in table::<DpSgd>("fdp_dpsgd").rows.iter().zip(&curves) {
        assert_eq!((row.sigma, row.q), (curve.sigma, curve.q));
        // The curves are those of a pessimistic loss grid of 1e-4, composed.
        let found = advantage(curve).unwrap();
        assert!(
            (found - row.oracle_delta_at_0_remove).abs() < 1e-5,
            "{found}"
        );
        let trade_off = TradeOff::symmetric(curve).unwrap();
        for (alpha, beta) in row.alphas.iter().zip(&row.riskcal_beta) {
            let found = trade_off.type_two_error(*alpha).unwrap();
            worst = worst.max((found - beta).abs());
        }
    }
    println!("worst difference of beta: {worst}");
    // The same grid behind both, and a table of 201 epsilons behind ours.
    assert!(worst < 1e-3, "{worst}");
}

/// gdpnum's mu of two rows does not cover the remove direction: it takes the larger of the two
/// directions' trade-off functions where the right choice is the smaller. So `gdpnum_mu` is a
/// reference only where the directions hardly differ; the oracle's (epsilon, delta) refute it
/// elsewhere. The mu at 1e-10 are from scipy's `brentq` on the points of `fdp_dpsgd_curves`.
#[test]
fn mu_of_dp_sgd_covers_the_oracle() {
    #[derive(Deserialize)]
    struct Oracle {
        q: f64,
        sigma: f64,
        steps: u64,
        deltas: Vec<f64>,
        remove: Vec<Option<f64>>,
    }
    let curves = table::<Sampled>("fdp_dpsgd_curves").rows;
    let scipy = [1.570_120, 0.528_851, 0.673_031, 0.648_662, 1.000_001];
    let oracles = table::<Oracle>("pld_poisson_gaussian").rows;
    let rows = table::<DpSgd>("fdp_dpsgd").rows;
    for ((row, curve), exact) in rows.iter().zip(&curves).zip(scipy) {
        let tightest = tightest_gaussian(curve, 1e-10).unwrap();
        let (found, regret) = (tightest.gaussian, tightest.regret);
        println!("q {}: {found:?} gdpnum {}", row.q, row.gdpnum_mu);
        println!("  regret {regret:?} gdpnum {}", row.gdpnum_regret);
        assert!(
            relative_error(found.mu(), exact) < 2e-3,
            "{} {exact}",
            found.mu()
        );
        let agreed = row.q > 0.05;
        // gdpnum's floor is one on the error rates, and its regret an underestimate on a grid.
        assert_eq!(relative_error(row.gdpnum_mu, found.mu()) < 2e-3, agreed);
        if agreed {
            assert!((regret.lower - row.gdpnum_regret).abs() < 1e-3);
        }
        let same = |oracle: &&Oracle| {
            (oracle.q, oracle.sigma, oracle.steps) == (row.q, row.sigma, row.steps)
        };
        for oracle in oracles.iter().filter(same) {
            for (delta, epsilon) in oracle.deltas.iter().zip(&oracle.remove) {
                let epsilon = epsilon.as_ref().unwrap();
                if *delta >= 1e-9 {
                    assert!(found.delta(*epsilon).unwrap().lower >= *delta * (1.0 - 1e-3));
                    let gdpnum = gaussian(row.gdpnum_mu).delta(*epsilon).unwrap().upper;
                    assert!(agreed || gdpnum < *delta, "{delta:e} {gdpnum:e}");
                }
            }
        }
    }
}

#[test]
fn a_gaussian_is_its_own_tightest() {
    for mu in [0.05, 0.3, 1.0, 2.5, 6.0] {
        for floor in [1e-3, 1e-10, 1e-30] {
            let tightest = tightest_gaussian(&gaussian(mu), floor).unwrap();
            let found = tightest.gaussian.mu();
            assert!(
                found >= mu && relative_error(found, mu) < 1e-3,
                "{mu} {found}"
            );
            println!("{mu} {floor:e}: {found} {:?}", tightest.regret);
            assert!(tightest.regret.lower < 3e-4 && tightest.regret.upper < 1e-3);
        }
    }
}

/// The cover of (epsilon, 0)-DP touches its corner: mu = -2 Phi^-1(1/(e^epsilon + 1)) (Gomez et
/// al. 2026, proposition 6.1).
#[test]
fn tightest_gaussian_of_randomized_response_is_known() {
    for (epsilon, exact) in [
        (0.75, 0.930_806_794_904_657_1),
        (2.0, 2.357_961_485_664_749_7),
    ] {
        let curve = ApproximateDp::new(epsilon, 0.0).unwrap();
        let tightest = tightest_gaussian(&curve, 1e-12).unwrap();
        let found = tightest.gaussian.mu();
        assert!(
            found >= exact && relative_error(found, exact) < 1e-5,
            "{found}"
        );
        assert!(tightest.regret.lower > 0.01 && tightest.regret.gap() < 1.1e-4);
    }
    let endless = ApproximateDp::new(1.0, 1e-3).unwrap();
    let tightest = tightest_gaussian(&endless, 1e-6).unwrap();
    assert_eq!(tightest.gaussian.mu(), f64::INFINITY);
    assert_eq!(
        tightest_gaussian(&gaussian(0.0), 1e-9)
            .unwrap()
            .gaussian
            .mu(),
        0.0
    );
    assert!(tightest_gaussian(&gaussian(1.0), 0.0).is_err());
}

#[test]
fn membership_bounds_at_the_edges() {
    let nothing = gaussian(0.0);
    let everything = gaussian(f64::INFINITY);
    for rate in [0.0, 1e-300, 0.3, 1.0] {
        assert!(relative_error(highest_true_positive_rate(&nothing, rate).unwrap(), rate) < 1e-12);
        assert_eq!(highest_true_positive_rate(&everything, rate).unwrap(), 1.0);
        let trade_off = TradeOff::symmetric(&everything).unwrap();
        assert_eq!(trade_off.type_two_error(rate).unwrap(), 0.0);
    }
    assert_eq!(advantage(&nothing).unwrap(), 0.0);
    assert_eq!(advantage(&everything).unwrap(), 1.0);
    // A small rate keeps its digits: 1 - f would not.
    let rate = highest_true_positive_rate(&gaussian(0.5), 1e-18).unwrap();
    assert!(
        relative_error(rate, 7.450_831_369_514_717e-17) < 1e-12,
        "{rate:e}"
    );

    assert!((posterior_belief(1.0, 0.5).unwrap() - 0.731_058_578_630_004_9).abs() < 1e-14);
    assert_eq!(posterior_belief(3.0, 0.0).unwrap(), 0.0);
    assert_eq!(posterior_belief(1e300, 0.1).unwrap(), 1.0);
    assert_eq!(highest_precision(&everything, 0.0, 0.1).unwrap(), 1.0);
    assert!(relative_error(highest_precision(&nothing, 0.1, 0.2).unwrap(), 0.2) < 1e-12);
    for bad in [-0.1, 1.1, f64::NAN] {
        assert!(highest_true_positive_rate(&nothing, bad).is_err());
        assert!(highest_precision(&nothing, 0.1, bad).is_err());
        assert!(posterior_belief(1.0, bad).is_err());
    }
}

proptest! {
    #[test]
    fn curves_of_more_noise_are_harder(mu in 0.01..8.0_f64, alpha in 0.0..1.0_f64) {
        let (weak, strong) = (gaussian(mu * 1.1), gaussian(mu));
        let of = |curve| TradeOff::symmetric(curve).unwrap().type_two_error(alpha).unwrap();
        prop_assert!(of(&weak) <= of(&strong));
        let exact = strong.type_two_error(alpha).unwrap();
        prop_assert!((of(&strong) - exact).abs() < 1e-9);
        // Never above the closed form, which is itself a little below the exact value.
        prop_assert!(of(&strong) <= exact * (1.0 + 1e-10) + 1e-300);
    }

    #[test]
    fn the_trade_off_bounds_every_attack_it_can(epsilon in 0.0..6.0_f64, alpha in 0.0..1.0_f64) {
        // Randomized response with two answers attains its curve at the corner.
        let curve = ApproximateDp::new(epsilon, 0.0).unwrap();
        let corner = 1.0 / (1.0 + epsilon.exp());
        let trade_off = TradeOff::symmetric(&curve).unwrap();
        prop_assert!((trade_off.type_two_error(corner).unwrap() - corner).abs() < 1e-8);
        let beta = trade_off.type_two_error(alpha).unwrap();
        // The curve is its own inverse.
        let back = trade_off.type_two_error(beta).unwrap();
        prop_assert!((back - alpha).abs() < 1e-6 || beta == 0.0);
    }
}
