//! Data-independent PATE costs against the published analysis.

mod common;

use common::{order, relative_error, table};
use privet_accountant::event::{ChangedVotes, VoteNoiseScale};
use privet_accountant::pate::{noisy_max, threshold_check};
use privet_accountant::{
    Conversion, DpEvent, NeighboringRelation, PrivacyAccountant, RdpAccountant, VoteNoise,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    queries: f64,
    sigma1: Option<f64>,
    sigma2: f64,
    delta: f64,
    expected_answered: f64,
    eps_data_independent: f64,
    order_ind: f64,
}

impl Row {
    /// The published analysis charges the expected number of answers, which is no whole number.
    fn rdp(&self, alpha: f64) -> f64 {
        let alpha = order(alpha);
        let one = ChangedVotes::new(1).unwrap();
        let scale = |sigma| VoteNoiseScale::new(sigma).unwrap();
        let check = self.sigma1.map_or(0.0, |sigma| {
            threshold_check::rdp(VoteNoise::Gaussian, scale(sigma), one, alpha)
        });
        let answer = noisy_max::rdp(VoteNoise::Gaussian, scale(self.sigma2), one, alpha);
        self.queries * check + self.expected_answered * answer
    }

    /// The mechanisms with a whole number of answers.
    fn accountant(&self, conversion: Conversion, answered: f64) -> RdpAccountant {
        let relation = NeighboringRelation::AddOrRemoveOne;
        let mut accountant = RdpAccountant::with_conversion(relation, conversion);
        if let Some(sigma) = self.sigma1 {
            let check = DpEvent::threshold_check(VoteNoise::Gaussian, sigma, 1).unwrap();
            accountant.compose(&check, self.queries as u64).unwrap();
        }
        let answer = DpEvent::noisy_max(VoteNoise::Gaussian, self.sigma2, 1).unwrap();
        accountant.compose(&answer, answered as u64).unwrap();
        accountant
    }
}

fn published_orders() -> impl Iterator<Item = f64> {
    let halves = (4..=200).map(|twice| f64::from(twice) / 2.0);
    let log_steps = (0..100).map(|i| 100.0 * 5.0_f64.powf(f64::from(i) / 99.0));
    halves.chain(log_steps)
}

#[test]
fn totals_match_at_the_published_orders() {
    for row in table::<Row>("pate_totals").rows {
        let epsilon = |alpha: f64| row.rdp(alpha) - row.delta.ln() / (alpha - 1.0);
        let best = published_orders()
            .min_by(|a, b| epsilon(*a).total_cmp(&epsilon(*b)))
            .unwrap();
        assert!(relative_error(epsilon(best), row.eps_data_independent) < 1e-13);
        assert_eq!(best, row.order_ind);
    }
}

#[test]
fn totals_of_events_are_at_most_the_published_ones() {
    for row in table::<Row>("pate_totals").rows {
        // Charging fewer answers than expected costs less, charging more costs more; where the
        // number is whole the two are one.
        let epsilon = |conversion, answered| {
            row.accountant(conversion, answered)
                .epsilon(row.delta)
                .unwrap()
                .epsilon
        };
        let (fewer, more) = (row.expected_answered.floor(), row.expected_answered.ceil());
        let published = row.eps_data_independent;
        let classic = epsilon(Conversion::Mironov2017, fewer);
        assert!(classic <= published * (1.0 + 1e-9), "{classic} {published}");
        // The published list of orders is coarse where the best order is small.
        assert!(epsilon(Conversion::Mironov2017, more) >= published * (1.0 - 1e-2));
        assert!(epsilon(Conversion::CanonneKamathSteinke2020, fewer) <= classic);

        if fewer == more {
            let accountant = row.accountant(Conversion::Mironov2017, fewer);
            let same = accountant
                .epsilon_at_order(row.delta, order(row.order_ind))
                .unwrap();
            assert!(relative_error(same.epsilon, published) < 1e-11);
        }
    }
}
