//! Calibrated noise and counts: safe, tight, and clear when impossible.

mod common;

use common::{relative_error, step, table};
use privet_accountant::calibrate::{CalibrationError, Target, largest_count, smallest_noise};
use privet_accountant::{
    DpEvent, EventError, NeighboringRelation, PrivacyAccountant, RdpAccountant,
};
use serde::Deserialize;

fn fresh() -> RdpAccountant {
    RdpAccountant::new(NeighboringRelation::AddOrRemoveOne)
}

fn target(epsilon: f64, delta: f64) -> Target {
    Target::new(epsilon, delta).unwrap()
}

fn training(q: f64, steps: u64) -> impl Fn(f64) -> Result<DpEvent, EventError> {
    move |noise| {
        DpEvent::self_composed(
            DpEvent::poisson_sampled(q, DpEvent::gaussian(noise)?)?,
            steps,
        )
    }
}

/// The table's tool searches a fixed list of orders, so it needs up to 0.1 % more noise, and
/// stops within 1e-6 of epsilon on the unsafe side; the exact value is a lower bound.
#[test]
fn noise_matches_the_reference() {
    #[derive(Deserialize)]
    struct Row {
        q: f64,
        steps: u64,
        eps: f64,
        delta: f64,
        rdp: f64,
        exact: f64,
    }
    let mut below: f64 = 0.0;
    let mut above: f64 = 0.0;
    for row in table::<Row>("calibration").rows {
        let goal = target(row.eps, row.delta);
        let found = smallest_noise(fresh, goal, training(row.q, row.steps)).unwrap();
        println!("{} against {} (exact {})", found.noise, row.rdp, row.exact);
        assert!(found.guarantee.epsilon <= row.eps);
        assert!(found.guarantee.epsilon > row.eps * (1.0 - 1e-6));
        assert!(found.noise > row.exact);
        below = below.max(1.0 - found.noise / row.rdp);
        above = above.max(found.noise / row.rdp - 1.0);

        // Safe at the answer, not safe just below it.
        let epsilon = |noise: f64| {
            let mut accountant = fresh();
            accountant
                .compose(&training(row.q, row.steps)(noise).unwrap(), 1)
                .unwrap();
            accountant.epsilon(row.delta).unwrap().epsilon
        };
        assert!(epsilon(found.noise) <= row.eps);
        assert!(epsilon(found.noise * (1.0 - 2e-8)) > row.eps);
    }
    println!("noise at most {below:e} below and {above:e} above the table");
    assert!(below < 1e-3 && above < 1e-6);
}

#[test]
fn noise_is_found_far_from_one() {
    for epsilon in [0.01, 0.3, 30.0, 1e4] {
        let event = |noise| DpEvent::gaussian(noise);
        let found = smallest_noise(fresh, target(epsilon, 1e-6), event).unwrap();
        assert!(
            relative_error(found.guarantee.epsilon, epsilon) < 1e-6,
            "{epsilon} {found:?}"
        );
        assert!(found.guarantee.epsilon <= epsilon);
    }
    // Pure differential privacy from Laplace noise: b = 1/epsilon.
    let found = smallest_noise(fresh, target(0.25, 0.0), DpEvent::laplace).unwrap();
    assert!(relative_error(found.noise, 4.0) < 2e-8);
}

#[test]
fn impossible_targets_are_refused_clearly() {
    for epsilon in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = Target::new(epsilon, 1e-5).unwrap_err();
        assert!(error.to_string().contains("target epsilon = "), "{error}");
    }
    assert!(
        Target::new(1.0, -1e-5)
            .unwrap_err()
            .to_string()
            .contains("delta = ")
    );
    assert!(Target::new(1.0, f64::NAN).is_err());

    let goal = target(1.0, 1e-5);
    let deaf = |_| DpEvent::gaussian(0.5);
    let error = smallest_noise(fresh, goal, deaf).unwrap_err();
    assert!(
        matches!(error, CalibrationError::Unreachable { .. }),
        "{error}"
    );
    let error = smallest_noise(fresh, target(1.0, 0.0), DpEvent::gaussian).unwrap_err();
    assert!(
        matches!(error, CalibrationError::Unreachable { .. }),
        "{error}"
    );
    // No order above 1024, so no epsilon below about 0.0057 at this delta.
    let error = smallest_noise(fresh, target(0.005, 1e-6), DpEvent::gaussian).unwrap_err();
    assert!(
        matches!(error, CalibrationError::Unreachable { .. }),
        "{error}"
    );
    let free = |_| Ok::<_, EventError>(DpEvent::no_op());
    let error = smallest_noise(fresh, goal, free).unwrap_err();
    assert!(
        matches!(error, CalibrationError::Unbounded { what: "noise", .. }),
        "{error}"
    );
    let invalid = |noise: f64| DpEvent::gaussian(-noise);
    let error = smallest_noise(fresh, goal, invalid).unwrap_err();
    assert!(matches!(error, CalibrationError::Plan(_)), "{error}");
    assert!(
        error.to_string().contains("noise_multiplier = -1"),
        "{error}"
    );
    let replace = || RdpAccountant::new(NeighboringRelation::ReplaceOne);
    let error = smallest_noise(replace, goal, training(0.1, 10)).unwrap_err();
    assert!(matches!(error, CalibrationError::Accountant(_)), "{error}");
}

#[test]
fn the_largest_count_fits_and_one_more_does_not() {
    for (event, epsilon) in [
        (step(0.01, 1.0), 2.0),
        (DpEvent::gaussian(40.0).unwrap(), 1.0),
        (DpEvent::laplace(100.0).unwrap(), 0.3),
        (step(1e-5, 4.0), 0.1),
    ] {
        let goal = target(epsilon, 1e-5);
        let found = largest_count(fresh, goal, &event).unwrap();
        assert!(found.count > 0 && found.guarantee.epsilon <= epsilon);
        let mut more = fresh();
        more.compose(&event, found.count + 1).unwrap();
        assert!(more.epsilon(1e-5).unwrap().epsilon > epsilon, "{found:?}");
    }
}

#[test]
fn counts_know_what_is_spent() {
    let goal = target(1.0, 1e-5);
    let event = DpEvent::gaussian(40.0).unwrap();
    let all = largest_count(fresh, goal, &event).unwrap().count;
    let with_half = || {
        let mut accountant = fresh();
        accountant.compose(&event, all / 2).unwrap();
        accountant
    };
    assert_eq!(
        largest_count(with_half, goal, &event).unwrap().count,
        all - all / 2
    );
    let too_dear = largest_count(fresh, goal, &DpEvent::gaussian(0.1).unwrap()).unwrap();
    assert_eq!((too_dear.count, too_dear.guarantee.epsilon), (0, 0.0));
    let overspent = || {
        let mut accountant = fresh();
        accountant.compose(&event, 2 * all).unwrap();
        accountant
    };
    let error = largest_count(overspent, goal, &event).unwrap_err();
    assert!(
        matches!(error, CalibrationError::Overspent { .. }),
        "{error}"
    );
    let error = largest_count(fresh, goal, &DpEvent::no_op()).unwrap_err();
    assert!(
        matches!(error, CalibrationError::Unbounded { what: "count", .. }),
        "{error}"
    );
}
