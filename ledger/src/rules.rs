//! Which sums a population's filter limits: fixed when the population is declared.
//!
//! A filter that is valid for one mechanism after the other is valid for runs at the same time, each an
//! interactive mechanism, under Renyi divergences of fixed order and under Gaussian (f-)DP (Haney,
//! Shoemate, Tian, Vadhan, Vyrros, Xu and Zhang 2023, "Concurrent Composition for Interactive
//! Differential Privacy with Adaptive Privacy-Loss Parameters").
//!
//! A Renyi filter holds at orders that nobody chose by looking at releases (Feldman and Zrnic 2021).
//! So the rules, delta, the relation and the unit are fixed in the first entry of a population, and
//! only epsilon can be set again. For each rule the limit grows with epsilon, so everything that
//! was ever admitted is admitted by the same rules at the largest epsilon that was ever set:
//! - the whole is (epsilon, delta)-differentially private for that largest epsilon, if it was fixed
//!   beforehand how far epsilon could be raised at most;
//! - if nothing fixed that, because what was released made the owner raise it, no epsilon that is
//!   read off afterwards is differential privacy. At fixed orders and delta the privacy loss still
//!   stays, with probability at least 1 - delta and at all times at once, below the sum of
//!   divergences plus ln(1/delta) / (order - 1) (Ville's inequality; see
//!   [`PrivacyOdometer`](privet_accountant::budget::PrivacyOdometer)).

use privet_accountant::NeighboringRelation;
use privet_accountant::budget::{Budget, FilterRule, PrivacyFilter, RuleShare};
use privet_accountant::rdp::Order;
use serde::{Deserialize, Serialize};

use crate::LedgerError;

/// Orders of a population that has no budget yet, each with the same share of delta.
const ORDERS: [f64; 10] = [1.5, 2.0, 3.0, 5.0, 9.0, 17.0, 33.0, 65.0, 129.0, 257.0];

/// What a population's budget can be spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Admits {
    /// Whatever has Renyi divergences. A single run that uses a budget up by exact accounting does
    /// not fit into it: the conversion costs a part.
    Any,
    /// Gaussian noise without sampling, as in PATE with GNMax, without any loss; nothing else.
    Gaussian,
}

impl Admits {
    /// The rules of a new population.
    pub(crate) fn rules(
        self,
        relation: NeighboringRelation,
        budget: Option<Budget>,
    ) -> Result<Vec<RuleShare>, LedgerError> {
        let share = |rule, delta_share| RuleShare { rule, delta_share };
        Ok(match (self, budget) {
            (Self::Gaussian, _) => vec![share(FilterRule::Gaussian, 1.0)],
            (Self::Any, Some(budget)) => PrivacyFilter::new(relation, budget)?.rules().collect(),
            // Later budgets are chosen by those who have seen releases: no order may follow them.
            (Self::Any, None) => ORDERS
                .iter()
                .map(|order| {
                    let order =
                        Order::new(*order).map_err(privet_accountant::budget::BudgetError::from)?;
                    Ok(share(FilterRule::Renyi { order }, 0.1_f64.next_down()))
                })
                .collect::<Result<_, LedgerError>>()?,
        })
    }
}
