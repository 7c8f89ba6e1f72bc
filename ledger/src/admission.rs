//! Whether a cost can be charged now, and why not.

use privet_accountant::budget::BudgetError;
use privet_mechanisms::NoiseOrigin;

use crate::{LedgerError, OverBudget, Population, Request, State};

/// Why a request does not fit.
pub(crate) enum Refusal {
    /// The accountant's word.
    Budget(BudgetError),
    /// All other reasons.
    Other(LedgerError),
}

impl Refusal {
    /// In words, which may take an accountant a while.
    pub(crate) fn told(self, state: &State, request: &Request) -> LedgerError {
        let error = match self {
            Self::Other(error) => return error,
            Self::Budget(error) => error,
        };
        match (error, state.population(&request.population)) {
            (BudgetError::Refused(refused), Ok(population))
                if population.epsilon.is_some() && refused.requested.is_finite() =>
            {
                let event = request.events.as_event();
                let over = OverBudget::new(state, population, &event, *refused);
                LedgerError::OverBudget(Box::new(over))
            }
            (error, _) => LedgerError::CannotBound {
                population: request.population.clone(),
                reason: error.to_string(),
            },
        }
    }
}

/// Checks that a request can be charged now.
pub(crate) fn admit(state: &State, request: &Request) -> Result<(), Refusal> {
    let population = state
        .population(&request.population)
        .map_err(Refusal::Other)?;
    check_request(population, request).map_err(Refusal::Other)?;
    population
        .admit(&state.charges(&population.id), &request.events.as_event())
        .map_err(Refusal::Budget)
}

fn check_request(population: &Population, request: &Request) -> Result<(), LedgerError> {
    let id = || population.id.clone();
    let relation = request.events.neighboring_relation();
    if (relation, request.unit) != (population.relation, population.unit) {
        return Err(LedgerError::OtherProtection {
            population: id(),
            of_population: LedgerError::protection(population.relation, population.unit),
            of_run: LedgerError::protection(relation, request.unit),
        });
    }
    match request.noise {
        NoiseOrigin::OsEntropy => Ok(()),
        NoiseOrigin::DangerFixedSeed => Err(LedgerError::PredictableNoise { population: id() }),
    }
}
