//! What would be done to the private data.

use anyhow::Result;
use privet_accountant::DpEvent;
use privet_ledger::Unit;
use serde_json::Value;

/// An event with what a reader should know about it.
pub(crate) struct Plan {
    /// What is accounted for, in a few words.
    pub(crate) subject: String,
    /// Its parameters by their names on the command line and in JSON.
    pub(crate) parameters: Vec<(&'static str, Value)>,
    /// All of it as one event.
    pub(crate) event: DpEvent,
    /// Of what the guarantee protects one.
    pub(crate) unit: Unit,
    /// How it grows, if it is something done many times.
    pub(crate) repetition: Option<Repetition>,
    /// What must hold for the cost to be right.
    pub(crate) assumptions: Vec<&'static str>,
}

/// The same thing done `count` times.
pub(crate) struct Repetition {
    /// What is counted: `steps`, `queries`.
    pub(crate) unit: &'static str,
    /// How many times in all.
    pub(crate) count: u64,
    /// The event of the first so many times.
    pub(crate) first: Box<dyn Fn(u64) -> Result<DpEvent>>,
}

impl Repetition {
    /// `event`, `count` times over.
    pub(crate) fn new(unit: &'static str, count: u64, event: DpEvent) -> Self {
        let first = Box::new(move |count| match count {
            1 => Ok(event.clone()),
            _ => Ok(DpEvent::self_composed(event.clone(), count)?),
        });
        Self { unit, count, first }
    }

    /// How an event that is a self-composition grows.
    pub(super) fn of(event: &DpEvent) -> Option<Self> {
        match event {
            DpEvent::SelfComposed { count, event, .. } if count.get() > 1 => {
                Some(Self::new("times", count.get(), event.as_ref().clone()))
            }
            _ => None,
        }
    }
}
