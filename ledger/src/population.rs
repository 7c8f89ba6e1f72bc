//! Whose privacy is protected, and how much of it may be spent.

use privet_accountant::budget::{Budget, BudgetError, PrivacyFilter, PrivacyOdometer, RuleShare};
use privet_accountant::{DpEvent, NeighboringRelation};

use crate::rules::Admits;
use crate::{LedgerError, PopulationId, Unit};

/// A population as its owner declares it. All but epsilon is fixed with this.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// Its name.
    pub population: PopulationId,
    /// Which data sets are neighbours.
    pub relation: NeighboringRelation,
    /// What one neighbour has more or otherwise than the other.
    pub unit: Unit,
    /// Delta of the budget, a probability below 1.
    pub delta: f64,
    /// Epsilon of the budget; unlimited if absent.
    pub epsilon: Option<f64>,
    /// What it can be spent on.
    pub admits: Admits,
}

/// A declared population.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Population {
    /// Its name.
    pub id: PopulationId,
    /// Which data sets are neighbours, for all that is charged.
    pub relation: NeighboringRelation,
    /// Whom the budget protects.
    pub unit: Unit,
    /// Delta of the budget.
    pub delta: f64,
    /// Epsilon of the budget; unlimited if absent.
    pub epsilon: Option<f64>,
    /// The largest epsilon that was ever set: what is promised if the budget was lowered since.
    pub largest_epsilon: Option<f64>,
    pub(crate) rules: Vec<RuleShare>,
}

/// Equal costs, counted.
pub(crate) type Charges = [(DpEvent, u64)];

impl Population {
    /// Unlimited is more than any number.
    pub(crate) fn set_epsilon(&mut self, epsilon: Option<f64>) {
        self.epsilon = epsilon;
        self.largest_epsilon = match (self.largest_epsilon, epsilon) {
            (Some(largest), Some(epsilon)) => Some(largest.max(epsilon)),
            _ => None,
        };
    }

    /// The budget, if there is one.
    pub(crate) fn budget(&self) -> Result<Option<Budget>, LedgerError> {
        let budget = self.epsilon.map(|epsilon| Budget::new(epsilon, self.delta));
        Ok(budget.transpose().map_err(BudgetError::from)?)
    }

    /// A filter of the population's rules within `budget` that has admitted `charges`.
    ///
    /// # Errors
    /// They do not fit.
    pub(crate) fn filter(
        &self,
        budget: Budget,
        charges: &Charges,
    ) -> Result<PrivacyFilter, BudgetError> {
        let mut filter = PrivacyFilter::with_rules(self.relation, budget, &self.rules)?;
        for (event, count) in charges {
            filter.charge(event, *count)?;
        }
        Ok(filter)
    }

    /// The running bound on what `charges` have spent, for a population without a budget.
    pub(crate) fn odometer(&self, charges: &Charges) -> Result<PrivacyOdometer, BudgetError> {
        let mut odometer = PrivacyOdometer::new(self.relation, self.delta)?;
        for (event, count) in charges {
            odometer.record(event, *count)?;
        }
        Ok(odometer)
    }

    /// Checks that `event` can be charged beside `charges`.
    pub(crate) fn admit(&self, charges: &Charges, event: &DpEvent) -> Result<(), BudgetError> {
        let Some(epsilon) = self.epsilon else {
            return self.check_bounded(event);
        };
        self.filter(Budget::new(epsilon, self.delta)?, charges)?
            .charge(event, 1)
            .map(drop)
    }

    /// Refuses what no later budget could take, or what has no finite cost: it would be recorded as
    /// if it cost nothing anybody could tell.
    fn check_bounded(&self, event: &DpEvent) -> Result<(), BudgetError> {
        // As large as it can be, so that only what is infinite does not fit.
        let budget = Budget::new(1e9, self.delta)?;
        PrivacyFilter::with_rules(self.relation, budget, &self.rules)?
            .charge(event, 1)
            .map(drop)
    }
}
