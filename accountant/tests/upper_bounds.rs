//! An RDP epsilon is never below the true epsilon.

mod common;

use common::{spent, step, table};
use privet_accountant::{DpEvent, PrivacyAccountant};
use serde::Deserialize;

#[test]
fn gaussian_is_above_the_exact_curve() {
    #[derive(Deserialize)]
    struct Row {
        sigma: f64,
        delta: f64,
        exact: f64,
    }
    let mut tightest = f64::INFINITY;
    for row in table::<Row>("analytic_gaussian").rows {
        let accountant = spent(&DpEvent::gaussian(row.sigma).unwrap(), 1);
        let epsilon = accountant.epsilon(row.delta).unwrap().epsilon;
        assert!(epsilon >= row.exact, "{} at {}", row.sigma, row.delta);
        // Where the exact epsilon is 0 the exact delta there is below the row's.
        if row.exact > 0.0 {
            let delta = accountant.delta(row.exact).unwrap().delta;
            assert!(delta >= row.delta, "{} at {}", row.sigma, row.exact);
            tightest = tightest.min(epsilon / row.exact);
        }
    }
    println!("analytic_gaussian: epsilon at least {tightest} times the exact one");
}

#[test]
fn sampled_gaussian_is_above_the_oracle() {
    #[derive(Deserialize)]
    struct Row {
        q: f64,
        sigma: f64,
        steps: u64,
        deltas: Vec<f64>,
        remove: Vec<Option<f64>>,
        add: Vec<Option<f64>>,
        epsilons: Vec<f64>,
        delta_remove: Option<Vec<Option<f64>>>,
        delta_add: Option<Vec<Option<f64>>>,
    }
    let mut checked = 0;
    let mut largest: f64 = 0.0;
    for row in table::<Row>("pld_poisson_gaussian").rows {
        let accountant = spent(&step(row.q, row.sigma), row.steps);
        for direction in [&row.remove, &row.add] {
            for (&delta, exact) in row.deltas.iter().zip(direction) {
                let Some(exact) = *exact else { continue };
                let epsilon = accountant.epsilon(delta).unwrap().epsilon;
                assert!(
                    epsilon >= exact,
                    "{} {} {}: {epsilon}",
                    row.q,
                    row.sigma,
                    row.steps
                );
                largest = largest.max(epsilon / exact);
                checked += 1;
            }
        }
        for direction in [&row.delta_remove, &row.delta_add].into_iter().flatten() {
            for (&epsilon, exact) in row.epsilons.iter().zip(direction) {
                let Some(exact) = *exact else { continue };
                let delta = accountant.delta(epsilon).unwrap().delta;
                assert!(
                    delta >= exact,
                    "{} {} {}: {delta}",
                    row.q,
                    row.sigma,
                    row.steps
                );
                checked += 1;
            }
        }
    }
    println!("pld_poisson_gaussian: {checked} values, epsilon at most {largest} times the exact");
    assert!(checked > 200);
}

#[test]
fn laplace_is_above_the_exact_curve_and_at_most_pure() {
    #[derive(Deserialize)]
    struct Row {
        b: f64,
        n: u64,
        deltas: Vec<f64>,
        exact: Vec<f64>,
    }
    for row in table::<Row>("pld_laplace").rows {
        let accountant = spent(&DpEvent::laplace(row.b).unwrap(), row.n);
        let pure = row.n as f64 / row.b;
        for (&delta, &exact) in row.deltas.iter().zip(&row.exact) {
            let epsilon = accountant.epsilon(delta).unwrap().epsilon;
            assert!(
                epsilon >= exact && epsilon <= pure * (1.0 + 1e-11),
                "{epsilon} {exact}"
            );
        }
        assert!(accountant.epsilon(0.0).unwrap().epsilon >= pure);
        assert_eq!(accountant.delta(pure * (1.0 + 1e-11)).unwrap().delta, 0.0);
    }
}
