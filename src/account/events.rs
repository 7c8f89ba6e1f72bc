//! Events from a file: one event, a ledger, or the ledger of a run directory.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Result;
use privet_accountant::{DpEvent, Ledger, NeighboringRelation};
use privet_ledger::Unit;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::plan::{Plan, Repetition};
use crate::config::unknown_key;
use crate::errors::usage;
use crate::ledger::RunLedger;

/// Where a ledger has several entries, the cost of them together is exact only if all of them
/// were planned before the first.
const FIXED: &str = "the entries were fixed in advance: if a later one was chosen after seeing \
                     what an earlier one released, this is no guarantee";

/// What a file holds, and the relation that it says its events are charged under.
pub(crate) struct Events {
    /// What to call the file in errors.
    pub(crate) name: String,
    pub(crate) plan: Plan,
    pub(crate) relation: Option<NeighboringRelation>,
}

impl Events {
    /// Reads `path`, or standard input where it is `-`.
    ///
    /// # Errors
    /// A usage error that names the file, the key and the way out.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let (name, text) = match path.to_str() {
            Some("-") => ("standard input".to_string(), read_standard_input()),
            _ => (path.display().to_string(), fs::read_to_string(path)),
        };
        let text = text.map_err(|error| usage(format!("cannot read {name}: {error}")))?;
        let in_file = |message: String| {
            usage(format!(
                "{name}: {}",
                unknown_key::with_suggestion(&message)
            ))
        };
        parse(&text, &name).map_err(in_file)
    }
}

fn read_standard_input() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}

fn parse(text: &str, name: &str) -> Result<Events, String> {
    // First any JSON, to tell what it is; then that kind from the text, for errors with a place.
    let value: Value = from_json(text)?;
    let has = |key: &str| value.get(key).is_some();
    if has("kind") {
        return Ok(Events::new(name, from_json(text)?, None, 1, Unit::Record));
    }
    if has("entries") || has("neighboring_relation") {
        return Ok(Events::of_ledger(name, &from_json(text)?, Unit::Record));
    }
    if has("reservations") {
        let (ledger, unit) = RunLedger::parse(text).map_err(|error| format!("{error:#}"))?;
        return Ok(Events::of_ledger(name, &ledger, unit));
    }
    Err(format!(
        "holds {}, neither an event nor a ledger: give an object with the key `kind`, such as \
         {}, or a ledger with the keys `neighboring_relation` and `entries`",
        match &value {
            Value::Object(_) => "an object without the key `kind`",
            Value::Array(_) => "an array (compose several events with kind `composed`)",
            _ => "a bare value",
        },
        json!({"kind": "gaussian", "noise_multiplier": 1.0}),
    ))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => format!("{error}: the file is cut off"),
        _ => error.to_string(),
    })
}

impl Events {
    fn new(
        name: &str,
        event: DpEvent,
        relation: Option<NeighboringRelation>,
        entries: usize,
        unit: Unit,
    ) -> Self {
        let repetition = Repetition::of(&event);
        let plan = Plan {
            subject: format!("the events of {name}"),
            parameters: Vec::new(),
            event,
            unit,
            repetition,
            assumptions: if entries > 1 { vec![FIXED] } else { Vec::new() },
        };
        Self {
            name: name.to_string(),
            plan,
            relation,
        }
    }

    fn of_ledger(name: &str, ledger: &Ledger, unit: Unit) -> Self {
        let relation = Some(ledger.neighboring_relation());
        let entries = ledger.entries().len();
        Self::new(name, ledger.as_event(), relation, entries, unit)
    }

    /// The relation to account under: the one that was given must be the file's own.
    ///
    /// # Errors
    /// A usage error where the two differ.
    pub(crate) fn relation(
        &self,
        given: Option<NeighboringRelation>,
    ) -> Result<NeighboringRelation> {
        match (self.relation, given) {
            (Some(charged), Some(given)) if charged != given => Err(usage(format!(
                "--neighboring {given}: this ledger was charged under {charged}; leave \
                 --neighboring out"
            ))),
            (Some(relation), _) | (None, Some(relation)) => Ok(relation),
            (None, None) => Ok(NeighboringRelation::AddOrRemoveOne),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, parse};

    #[track_caller]
    fn refused(text: &str, words: &str) {
        let error = parse(text, "x").err().unwrap();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn events_and_ledgers_are_told_apart() {
        let gaussian = r#"{"kind":"gaussian","noise_multiplier":2.0}"#;
        assert!(parse(gaussian, "x").unwrap().relation.is_none());
        let entries = format!(r#"[{{"event":{gaussian},"count":3}}]"#);
        let ledger = format!(r#"{{"neighboring_relation":"replace-one","entries":{entries}}}"#);
        let read = parse(&ledger, "x").unwrap();
        assert_eq!(read.relation.unwrap().name(), "replace-one");
        assert_eq!(read.plan.repetition.unwrap().count, 3);
        let run = format!(
            r#"{{"format":"privet-ledger-2","neighboring":"replace-one","unit":"user",
            "reservations":[{{"purpose":"p","event":{gaussian},"inputs":"00","noise":"os-entropy"}}]}}"#
        );
        let [of_run, of_event] = [&run, gaussian].map(|text| parse(text, "x").unwrap().plan);
        assert_eq!(of_run.event, of_event.event);
        assert_eq!((of_run.unit, of_event.unit), (Unit::User, Unit::Record));
        let earlier = run.replace("ledger-2", "ledger-1");
        refused(&earlier, "\"privet-ledger-1\" is not \"privet-ledger-2\"");
    }

    #[test]
    fn anything_else_is_refused() {
        refused("", "cut off");
        refused("{\"kind\":\"gaussian\"", "cut off");
        refused("[]", "an array");
        refused("3", "a bare value");
        refused("{}", "without the key `kind`");
        refused(r#"{"kind":"gaussian","noise_multiplier":NaN}"#, "line 1");
        refused(&"[".repeat(100_000), "recursion limit");
    }
}
