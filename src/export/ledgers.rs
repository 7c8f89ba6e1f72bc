//! Whether a guarantee is what the ledgers hold: that of the run, and that of all runs.

use std::fs;
use std::path::Path;

use anyhow::Result;
use privet_accountant::{Conversion, Ledger};
use privet_ledger::{PopulationLedger, Reservation, RunId, Unit};
use serde_json::Value;

use super::verify::Check;
use crate::account::{Accountant, Asked, Question};
use crate::ledger::{RunLedger, id_of_run};

/// The checks of both ledgers; `shared` is that of all runs, where it is known.
pub(super) fn checks(privacy: &Value, root: &Path, shared: Option<&Path>) -> Result<Vec<Check>> {
    let own = "the events are those of the run's ledger";
    let epsilon = "epsilon is an upper bound for these events";
    let all = "the ledger of all runs has them";
    if privacy["private"] != true {
        let none = |what| Check::none(what, "nothing is guaranteed");
        return Ok([own, epsilon, all].map(none).into());
    }
    let bound = Check::new(epsilon, bounded(privacy));
    let path = root.join("ledger.json");
    let ledger = match fs::read_to_string(&path) {
        Ok(text) => RunLedger::parse(&text),
        // A student's: what it learned from was charged where the labels were released.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && of_student(privacy) => {
            let elsewhere = "the labels were charged in another run's ledger";
            return Ok(vec![
                Check::none(own, elsewhere),
                bound,
                Check::none(all, elsewhere),
            ]);
        }
        Err(error) => {
            let error = format!("{}: {error}", path.display());
            return Ok(vec![Check::new(own, Err(error)), bound]);
        }
    };
    let (ledger, unit) = match ledger {
        Ok(ledger) => ledger,
        Err(error) => {
            let error = format!("{}: {error:#}", path.display());
            return Ok(vec![Check::new(own, Err(error)), bound]);
        }
    };
    let charges = ledger.entries().len();
    let held = [
        ("events", serde_json::to_value(ledger.as_event())?),
        (
            "neighboring_relation",
            serde_json::to_value(ledger.neighboring_relation())?,
        ),
        ("unit", unit.name().into()),
    ];
    let other = held.iter().find(|(key, value)| privacy[*key] != *value);
    let own = Check::new(
        own,
        match other {
            None => Ok(format!("{charges} reservation(s)")),
            Some(("events", _)) => Err(format!("{} holds other events", path.display())),
            Some((key, value)) => Err(format!(
                "{} says {key} {value}, the guarantee says {}",
                path.display(),
                privacy[*key]
            )),
        },
    );
    Ok(vec![
        own,
        bound,
        in_ledger_of_all(all, privacy, (&ledger, unit), root, shared)?,
    ])
}

/// Whether a guarantee is about released labels, which say what pool and labels it is about.
fn of_student(privacy: &Value) -> bool {
    privacy["method"] == "pate" && privacy["labels_sha256"].is_string()
}

/// Computes epsilon again, by the accountant that the guarantee names.
fn bounded(privacy: &Value) -> Result<String, String> {
    let number = |key: &str| privacy[key].as_f64();
    let (Some(stated), Some(delta)) = (number("epsilon"), number("delta")) else {
        return Err("epsilon or delta is no number".into());
    };
    let event = serde_json::from_value(privacy["events"].clone());
    let event = event.map_err(|error| format!("the events cannot be read: {error}"))?;
    let relation = serde_json::from_value(privacy["neighboring_relation"].clone());
    let relation = relation.map_err(|error| format!("the relation cannot be read: {error}"))?;
    let by = match privacy["accountant"].as_str() {
        Some("pld") => Accountant::Pld,
        Some("rdp") => Accountant::Rdp,
        other => return Err(format!("there is no accountant {other:?}")),
    };
    let conversion = match &privacy["conversion"] {
        Value::Null => Conversion::CanonneKamathSteinke2020,
        name => serde_json::from_value(name.clone())
            .map_err(|error| format!("the conversion cannot be read: {error}"))?,
    };
    let question = Question {
        asked: Asked::EpsilonAt { delta },
        relation,
        conversion,
    };
    let found = by.guarantee(question, &event, delta);
    let found = found.map_err(|error| error.to_string())?.epsilon;
    match found <= stated {
        true => Ok(format!("{found} computed again, {stated} stated")),
        false => Err(format!("{found} computed again, but {stated} stated")),
    }
}

fn in_ledger_of_all(
    what: &'static str,
    privacy: &Value,
    (ledger, unit): (&Ledger, Unit),
    root: &Path,
    shared: Option<&Path>,
) -> Result<Check> {
    let stated = privacy["ledger_run"].as_str().map(RunId::new).transpose();
    let run = match stated {
        Ok(Some(run)) => run,
        Ok(None) => match id_of_run(&root.join("private"))? {
            Some(run) => run,
            None => return Ok(Check::none(what, "the run was charged to no population")),
        },
        Err(error) => return Ok(Check::new(what, Err(error.to_string()))),
    };
    let Some(path) = shared else {
        return Ok(Check::none(
            what,
            "give --ledger FILE, or set PRIVET_LEDGER, to look there",
        ));
    };
    let look = || -> Result<String, String> {
        let failed = |error: privet_ledger::LedgerError| error.to_string();
        let place = path.display();
        let database = PopulationLedger::open_to_read(path).map_err(failed)?;
        database.verify(None).map_err(failed)?;
        let (state, _) = database.state().map_err(failed)?;
        let mut spent: Vec<&Reservation> = state
            .reservations()
            .filter(|reservation| reservation.run == run && reservation.is_spent())
            .collect();
        for entry in ledger.entries() {
            let paid = |found: &&Reservation| {
                found.events.as_event() == entry.as_event()
                    && found.events.neighboring_relation() == ledger.neighboring_relation()
            };
            let found = spent.iter().position(paid);
            let found = found.ok_or_else(|| {
                format!(
                    "{place} has no reservation for all of its releases, under its relation ({})",
                    ledger.neighboring_relation()
                )
            })?;
            let paid = spent.swap_remove(found);
            let population = state.population(&paid.population).map_err(failed)?;
            if population.unit != unit {
                return Err(format!(
                    "{place} counts each {} of {}, the guarantee is for each {}",
                    population.unit.name(),
                    population.id,
                    unit.name()
                ));
            }
        }
        match spent.len() {
            0 => Ok(format!("{place} is whole and holds them")),
            more => Err(format!(
                "{place} holds {more} more release(s) of this run than the guarantee counts"
            )),
        }
    };
    Ok(Check::new(what, look()))
}
