//! The ledger of all runs.

use std::path::Path;

use privet_accountant::budget::BudgetError;
use privet_mechanisms::Sensitive;

use crate::admission::admit;
use crate::chain::Book;
use crate::record::{Action, NewReservation};
use crate::store::{Access, Store};
use crate::{
    Damage, DataId, Declaration, Head, LedgerError, PopulationId, Process, Request, Reservation,
    ReservationState, Reserved, State,
};

/// What all runs have spent, in an SQLite database with its key beside it.
///
/// Every method that changes something is one transaction: it is durable when the method returns, and
/// nothing has changed where it fails. Any number of processes may work on one ledger.
///
/// ```
/// use privet_accountant::{DpEvent, Ledger, NeighboringRelation};
/// use privet_ledger::{Admits, Declaration, PopulationId, PopulationLedger, Request, RunId, Unit};
/// use privet_mechanisms::{NoiseOrigin, Sensitive};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let mut ledger = PopulationLedger::create(&folder.path().join("ledger.sqlite"))?;
/// let population = PopulationId::new("clinic-patients")?;
/// ledger.declare(&Declaration {
///     population: population.clone(),
///     relation: NeighboringRelation::AddOrRemoveOne,
///     unit: Unit::Record,
///     delta: 1e-5,
///     epsilon: Some(3.0),
///     admits: Admits::Any,
/// })?;
/// let mut events = Ledger::new(NeighboringRelation::AddOrRemoveOne);
/// events.record(DpEvent::gaussian(4.0)?, 1)?;
/// let request = Request {
///     population,
///     run: RunId::generate()?,
///     events,
///     unit: Unit::Record,
///     noise: NoiseOrigin::OsEntropy,
///     purpose: "a mean".into(),
///     data: ledger.data_id(&Sensitive::new([7; 32])),
///     directory: "runs/mean".into(),
/// };
/// ledger.reserve(&request)?; // before any work
/// ledger.claim(&request, "the only release")?; // before the release
/// ledger.settle(&request.run)?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct PopulationLedger {
    pub(crate) store: Store,
}

impl PopulationLedger {
    /// Opens a ledger, or begins one where there is none: a database and a key, for the owner alone.
    ///
    /// # Errors
    /// The place cannot be written, or something else is there.
    pub fn create(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self {
            store: Store::open(path, Access::Create)?,
        })
    }

    /// Opens a ledger.
    ///
    /// # Errors
    /// There is none, or it is damaged, or its key is gone.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self {
            store: Store::open(path, Access::Write)?,
        })
    }

    /// Opens a ledger to read it, also where nothing can be written.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn open_to_read(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self {
            store: Store::open(path, Access::Read)?,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Which content a digest of private data stands for in this ledger.
    #[must_use]
    pub fn data_id(&self, digest: &Sensitive<[u8; 32]>) -> DataId {
        DataId::new(self.store.key(), digest)
    }

    /// Populations and reservations now, with the head.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`], and those of the file.
    pub fn state(&self) -> Result<(State, Head), LedgerError> {
        let book = self.store.read()?;
        let head = book.head();
        Ok((book.state, head))
    }

    /// Declares a population.
    ///
    /// # Errors
    /// It is declared already, or a number is out of range.
    pub fn declare(&mut self, declaration: &Declaration) -> Result<(), LedgerError> {
        let Declaration {
            population,
            relation,
            unit,
            delta,
            epsilon,
            admits,
        } = declaration.clone();
        check_epsilon(epsilon)?;
        if !(0.0..1.0).contains(&delta) {
            return Err(LedgerError::InvalidNumber {
                key: "delta",
                value: delta,
                way_out: "it must be at least 0 and below 1, well below one over the number of \
                          records, for example 1e-6",
            });
        }
        let budget = epsilon.map(|epsilon| privet_accountant::budget::Budget::new(epsilon, delta));
        let budget = budget.transpose().map_err(BudgetError::from)?;
        let rules = admits.rules(relation, budget)?;
        self.change(|book| {
            if book.state.population(&population).is_ok() {
                return Err(LedgerError::AlreadyDeclared { population });
            }
            book.add(Action::Declared {
                population,
                neighboring: relation,
                unit,
                delta,
                epsilon,
                rules,
            })
            .map(drop)
        })
    }

    /// Sets a population's epsilon; unlimited if absent. All else stays as it was declared.
    ///
    /// # Errors
    /// The population is not declared, or has spent more already.
    pub fn set_budget(
        &mut self,
        population: &PopulationId,
        epsilon: Option<f64>,
    ) -> Result<(), LedgerError> {
        check_epsilon(epsilon)?;
        self.change(|book| {
            let mut set = book.state.population(population)?.clone();
            set.set_epsilon(epsilon);
            if let (Some(epsilon), Some(budget)) = (epsilon, set.budget()?) {
                let charges = book.state.charges(population);
                set.filter(budget, &charges)
                    .map_err(|error| LedgerError::BelowSpent {
                        population: population.clone(),
                        epsilon,
                        delta: set.delta,
                        reason: error.to_string(),
                    })?;
            }
            let population = population.clone();
            book.add(Action::BudgetSet {
                population,
                epsilon,
            })
            .map(drop)
        })
    }

    /// Whether a new run's cost would fit now, without reserving it.
    ///
    /// # Errors
    /// Those of [`reserve`](Self::reserve).
    pub fn check(&self, request: &Request) -> Result<(), LedgerError> {
        let book = self.store.read()?;
        admit(&book.state, request).map_err(|refusal| refusal.told(&book.state, request))
    }

    /// Reserves a run's cost, before any work. It is spent when this returns.
    ///
    /// The same run gets the same reservation again as long as nothing was released under it: a
    /// resumed run is not charged twice. Other events of the same run are a further charge.
    ///
    /// # Errors
    /// [`LedgerError::OverBudget`], [`LedgerError::CannotBound`], noise that is not private, a
    /// population that is not declared or protects something else, and those of the file.
    pub fn reserve(&mut self, request: &Request) -> Result<Reserved, LedgerError> {
        let Request {
            population,
            run,
            events,
            ..
        } = request;
        let decided = self.change(|book| {
            let free = |r: &Reservation| {
                r.is_for(population, run, events) && r.state == ReservationState::Reserved
            };
            if let Some(id) = book.state.find(free).map(|r| r.id) {
                take_over(book, id)?;
                return Ok(Ok((id, false)));
            }
            if let Err(refusal) = admit(&book.state, request) {
                return Ok(Err((refusal, book.state.clone())));
            }
            let id = book.add(reserved(request))?;
            Ok(Ok((id, true)))
        })?;
        // The words of a refusal take a while: not under the lock.
        let (id, charged) = decided.map_err(|(refusal, state)| refusal.told(&state, request))?;
        self.reserved(id, charged)
    }

    pub(crate) fn change<T>(
        &mut self,
        decide: impl FnOnce(&mut Book<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        self.store.change(decide)
    }

    /// A reservation as it is now.
    pub(crate) fn reserved(&self, id: u64, charged: bool) -> Result<Reserved, LedgerError> {
        let book = self.store.read()?;
        let found = book.state.find(|r| r.id == id).cloned();
        let reservation = found.ok_or_else(|| {
            let what = "it is gone".into();
            LedgerError::Damaged {
                path: self.path().to_path_buf(),
                damage: Damage { entry: id, what },
            }
        })?;
        Ok(Reserved {
            reservation,
            charged,
        })
    }
}

pub(crate) fn reserved(request: &Request) -> Action {
    Action::Reserved(Box::new(NewReservation {
        population: request.population.clone(),
        run: request.run.clone(),
        events: request.events.clone(),
        purpose: request.purpose.clone(),
        data: request.data.clone(),
        directory: request.directory.clone(),
        process: Process::current(),
    }))
}

/// Notes that this process goes on with a reservation, if another held it.
pub(crate) fn take_over(book: &mut Book<'_>, reservation: u64) -> Result<(), LedgerError> {
    let process = Process::current();
    let holds = |r: &Reservation| r.id == reservation && r.process == process && !r.died;
    if book.state.find(holds).is_none() {
        book.add(Action::Resumed {
            reservation,
            process,
        })?;
    }
    Ok(())
}

fn check_epsilon(epsilon: Option<f64>) -> Result<(), LedgerError> {
    match epsilon {
        Some(value) if !(value >= 0.0 && value.is_finite()) => Err(LedgerError::InvalidNumber {
            key: "epsilon",
            value,
            way_out: "it must be a finite number, at least 0",
        }),
        _ => Ok(()),
    }
}
