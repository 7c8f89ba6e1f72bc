//! Checking every entry, from the first.

use crate::chain::Book;
use crate::record::Action;
use crate::{Damage, Head, LedgerError, PopulationId, PopulationLedger};

/// What was found in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// The last one's digest, to be noted.
    pub head: Head,
    /// How many entries there were when the noted head was the last.
    pub noted: Option<u64>,
}

impl PopulationLedger {
    /// Checks that every entry is as it was written and follows from those before it, that no budget
    /// was ever exceeded, that the database's guards are in place, and that the entries up to a
    /// `noted` head are there.
    ///
    /// Entries that were removed from the end leave no trace: only a head that somebody has noted
    /// elsewhere shows it. Who has the key can write anything.
    ///
    /// # Errors
    /// The first entry that is not in order, and those of the file.
    pub fn verify(&self, noted: Option<Head>) -> Result<Verified, LedgerError> {
        let book = self.store.read_each(check_budgets)?;
        for population in book.state.populations() {
            check_budget(&book, &population.id).map_err(|damage| book.damaged(damage))?;
        }
        if !self.store.schema_is_whole()? {
            let what = "the table, or the triggers that guard it, were changed".into();
            return Err(book.damaged(Damage { entry: 0, what }));
        }
        let noted = match noted {
            None => None,
            Some(head) => Some(book.position(head).ok_or_else(|| LedgerError::HeadGone {
                path: self.path().into(),
            })?),
        };
        Ok(Verified {
            entries: book.entries(),
            head: book.head(),
            noted,
        })
    }
}

/// Spending grows from entry to entry, but where a cost is given back or a budget set: what fits
/// before and after these, and at the end, has fitted all the time.
fn check_budgets(book: &Book<'_>, action: &Action) -> Result<(), Damage> {
    match action {
        Action::Cancelled { reservation } => {
            let found = book.state.find(|r| r.id == *reservation);
            found.map_or(Ok(()), |r| check_budget(book, &r.population))
        }
        Action::BudgetSet { population, .. } => check_budget(book, population),
        _ => Ok(()),
    }
}

fn check_budget(book: &Book<'_>, id: &PopulationId) -> Result<(), Damage> {
    let damage = |what: String| Damage {
        entry: book.entries(),
        what,
    };
    let Ok(population) = book.state.population(id) else {
        return Ok(());
    };
    let budget = population.budget().map_err(|e| damage(e.to_string()))?;
    let Some(budget) = budget else {
        return Ok(());
    };
    let charges = book.state.charges(id);
    population
        .filter(budget, &charges)
        .map(drop)
        .map_err(|error| {
            damage(format!(
                "population {id} has spent more than its budget: {error}"
            ))
        })
}

#[cfg(test)]
mod tests {
    use privet_accountant::{DpEvent, Ledger, NeighboringRelation};
    use privet_mechanisms::{NoiseOrigin, Sensitive};

    use super::*;
    use crate::database::reserved;
    use crate::{Admits, Declaration, Request, RunId, Unit};

    /// Somebody with the key writes more than the budget, and hides it by giving it back or by a larger
    /// budget.
    #[test]
    fn a_budget_that_was_exceeded_for_a_while_is_found() {
        type Afterwards = fn(PopulationId, u64) -> Option<Action>;
        let afterwards: [Afterwards; 3] = [
            |_, _| None,
            |_, reservation| Some(Action::Cancelled { reservation }),
            |population, _| {
                Some(Action::BudgetSet {
                    population,
                    epsilon: Some(100.0),
                })
            },
        ];
        for afterwards in afterwards {
            let folder = tempfile::tempdir().unwrap();
            let mut ledger =
                PopulationLedger::create(&folder.path().join("ledger.sqlite")).unwrap();
            let population = PopulationId::new("clinic").unwrap();
            let relation = NeighboringRelation::AddOrRemoveOne;
            let declaration = Declaration {
                population: population.clone(),
                relation,
                unit: Unit::Record,
                delta: 1e-5,
                epsilon: Some(1.0),
                admits: Admits::Any,
            };
            ledger.declare(&declaration).unwrap();
            let mut events = Ledger::new(relation);
            events.record(DpEvent::gaussian(0.5).unwrap(), 1).unwrap();
            let request = Request {
                population: population.clone(),
                run: RunId::generate().unwrap(),
                events,
                unit: Unit::Record,
                noise: NoiseOrigin::OsEntropy,
                purpose: String::new(),
                data: ledger.data_id(&Sensitive::new([0; 32])),
                directory: String::new(),
            };
            assert!(ledger.reserve(&request).is_err());
            ledger.verify(None).unwrap();
            ledger
                .change(|book| {
                    let id = book.add(reserved(&request))?;
                    match afterwards(population, id) {
                        Some(action) => book.add(action).map(drop),
                        None => Ok(()),
                    }
                })
                .unwrap();
            let error = ledger.verify(None).unwrap_err().to_string();
            assert!(
                error.contains("entry 2: population clinic has spent more"),
                "{error}"
            );
        }
    }
}
