//! A cost that does not fit: prior, requested, left.

use std::fmt;

use privet_accountant::budget::Refused;
use privet_accountant::{DpEvent, Guarantee};

use crate::population::Charges;
use crate::standing::if_fixed_in_advance;
use crate::{LedgerError, Population, PopulationId, Standing, State};

/// Why a run was refused. Nothing was charged.
///
/// The filter's own numbers are in the unit of its rule. Epsilons stand beside them where they say
/// something true: the budget, which is a promise; single mechanisms of the same epsilon; and the
/// composition of all charges if nobody had chosen any by looking at others, which is none.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OverBudget {
    /// The population.
    pub population: PopulationId,
    /// What its budget protects, in words.
    pub protects: String,
    /// How many reservations count already.
    pub charges: u64,
    /// Epsilon and delta of the requested cost alone, where an accountant has one.
    pub requested: Option<Guarantee>,
    /// The same of what was spent before, if it had been fixed in advance.
    pub prior_if_fixed: Option<Guarantee>,
    /// The same of both.
    pub both_if_fixed: Option<Guarantee>,
    /// Epsilon of the largest single Gaussian release that would fit.
    pub room: f64,
    /// The filter's own words.
    pub filter: Refused,
}

impl OverBudget {
    pub(crate) fn new(
        state: &State,
        population: &Population,
        event: &DpEvent,
        filter: Refused,
    ) -> Self {
        let standing = Standing::new(state, population);
        let composed =
            |charges: &Charges| if_fixed_in_advance(population.relation, charges, population.delta);
        let one = [(event.clone(), 1)];
        let both = [state.charges(&population.id).as_slice(), &one].concat();
        Self {
            population: population.id.clone(),
            protects: LedgerError::protection(population.relation, population.unit),
            charges: standing.charges,
            requested: composed(&one),
            prior_if_fixed: standing.if_fixed_in_advance,
            both_if_fixed: composed(&both),
            room: standing.room.unwrap_or(0.0),
            filter,
        }
    }
}

impl fmt::Display for OverBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused {
            prior,
            requested,
            left,
            limit,
            unit,
            epsilon,
            delta,
            ..
        } = &self.filter;
        let part = |of: f64| match *limit > 0.0 {
            true => format!("{:.1} %", 100.0 * of / limit),
            false => format!("{of}"),
        };
        let number = |guarantee: &Option<Guarantee>| match guarantee {
            Some(guarantee) => format!("epsilon = {}", up(guarantee.epsilon)),
            None => "no finite epsilon".into(),
        };
        write!(
            f,
            "population {} has too little left of its budget, epsilon = {epsilon} at delta = \
             {delta:e} for one {}; nothing was charged\n\
             \x20 prior:     {} by {} charges ({} of {unit})\n\
             \x20 requested: {} ({}); alone {}\n\
             \x20 left:      {} ({}), room for one Gaussian release with epsilon = {}\n\
             \x20 if fixed in advance, by exact composition: {} before, {} with this (no \
             guarantee: later runs are chosen after earlier ones were seen)\n\
             ask for less (a smaller [privacy] epsilon, more noise), or let the owner of the data \
             raise the budget: privet ledger budget set {} --epsilon E",
            self.population,
            self.protects,
            part(*prior),
            self.charges,
            up(*prior),
            part(*requested),
            up(*requested),
            number(&self.requested),
            part(*left),
            down(*left),
            down(self.room),
            number(&self.prior_if_fixed),
            number(&self.both_if_fixed),
            self.population,
        )
    }
}

impl std::error::Error for OverBudget {}

/// Four decimals, never below the value.
fn up(value: f64) -> String {
    format!("{:.4}", (value * 1e4).ceil() / 1e4)
}

/// Four decimals, never above the value.
fn down(value: f64) -> String {
    format!("{:.4}", (value * 1e4).floor() / 1e4)
}
