//! The list of everything that touched the private data.

use serde::{Deserialize, Serialize};

use crate::event::Count;
use crate::{DpEvent, EventError, NeighboringRelation};

/// An append-only list of events, with the neighbouring relation that they are charged under.
///
/// ```
/// use privet_accountant::{DpEvent, Ledger, NeighboringRelation};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut ledger = Ledger::new(NeighboringRelation::AddOrRemoveOne);
/// ledger.record(DpEvent::gaussian(2.0)?, 3)?;
/// assert_eq!(ledger.as_event(), DpEvent::self_composed(DpEvent::gaussian(2.0)?, 3)?);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    neighboring_relation: NeighboringRelation,
    entries: Vec<LedgerEntry>,
}

/// One line of a ledger: an event and how many times it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedEntry")]
pub struct LedgerEntry {
    event: DpEvent,
    count: Count,
}

impl Ledger {
    /// A ledger with nothing in it.
    #[must_use]
    pub const fn new(neighboring_relation: NeighboringRelation) -> Self {
        Self {
            neighboring_relation,
            entries: Vec::new(),
        }
    }

    /// The relation that every entry is charged under.
    #[must_use]
    pub const fn neighboring_relation(&self) -> NeighboringRelation {
        self.neighboring_relation
    }

    /// Appends `count` uses of `event`.
    ///
    /// # Errors
    /// `count` is 0, or the event is nested so deeply that the ledger as one event could not be.
    pub fn record(&mut self, event: DpEvent, count: u64) -> Result<(), EventError> {
        self.entries.push(LedgerEntry::new(event, count)?);
        Ok(())
    }

    /// The entries in the order in which they were recorded.
    #[must_use]
    pub fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// The whole ledger as one event: the only entry, or a composition of all.
    #[must_use]
    pub fn as_event(&self) -> DpEvent {
        match self.entries.as_slice() {
            [] => DpEvent::no_op(),
            [only] => only.as_event(),
            many => DpEvent::composed(many.iter().map(LedgerEntry::as_event).collect()),
        }
    }
}

impl LedgerEntry {
    fn new(event: DpEvent, count: u64) -> Result<Self, EventError> {
        event.check_room_around(2)?;
        Ok(Self {
            event,
            count: Count::new(count)?,
        })
    }

    /// What happened.
    #[must_use]
    pub const fn event(&self) -> &DpEvent {
        &self.event
    }

    /// How many times: at least 1.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count.get()
    }

    /// The line as one event.
    #[must_use]
    pub fn as_event(&self) -> DpEvent {
        if self.count.get() == 1 {
            self.event.clone()
        } else {
            DpEvent::SelfComposed {
                count: self.count,
                event: Box::new(self.event.clone()),
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedEntry {
    event: DpEvent,
    count: u64,
}

impl TryFrom<UncheckedEntry> for LedgerEntry {
    type Error = EventError;

    fn try_from(unchecked: UncheckedEntry) -> Result<Self, EventError> {
        Self::new(unchecked.event, unchecked.count)
    }
}
