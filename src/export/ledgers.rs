//! Whether a guarantee is what the ledgers hold: that of the run, and that of all runs.

use std::fs;
use std::path::Path;

use anyhow::Result;
use privet_accountant::{Conversion, Ledger};
use privet_ledger::{PopulationLedger, Reservation};
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
        Ok(text) => RunLedger::parse(&text).map(|(ledger, _)| ledger),
        // A student's: what it learned from was charged where the labels were released.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let elsewhere = "the labels were charged in another run's ledger";
            return Ok(vec![
                Check::none(own, elsewhere),
                bound,
                Check::none(all, elsewhere),
            ]);
        }
        Err(error) => return Ok(vec![Check::new(own, Err(error.to_string())), bound]),
    };
    let ledger = match ledger {
        Ok(ledger) => ledger,
        Err(error) => {
            let error = format!("{}: {error:#}", path.display());
            return Ok(vec![Check::new(own, Err(error)), bound]);
        }
    };
    let same = serde_json::to_value(ledger.as_event())? == privacy["events"];
    let charges = ledger.entries().len();
    let own = Check::new(
        own,
        match same {
            true => Ok(format!("{charges} reservation(s)")),
            false => Err(format!("{} holds other events", path.display())),
        },
    );
    Ok(vec![
        own,
        bound,
        in_ledger_of_all(all, &ledger, root, shared)?,
    ])
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
    ledger: &Ledger,
    root: &Path,
    shared: Option<&Path>,
) -> Result<Check> {
    let Some(run) = id_of_run(&root.join("private"))? else {
        return Ok(Check::none(what, "the run was charged to no population"));
    };
    let Some(path) = shared else {
        return Ok(Check::none(
            what,
            "give --ledger FILE, or set PRIVET_LEDGER, to look there",
        ));
    };
    let look = || -> Result<String, String> {
        let failed = |error: privet_ledger::LedgerError| error.to_string();
        let database = PopulationLedger::open_to_read(path).map_err(failed)?;
        database.verify(None).map_err(failed)?;
        let (state, _) = database.state().map_err(failed)?;
        let mut spent: Vec<&Reservation> = state
            .reservations()
            .filter(|reservation| reservation.run == run && reservation.is_spent())
            .collect();
        for entry in ledger.entries() {
            let paid = |found: &&Reservation| found.events.as_event() == entry.as_event();
            let place = spent.iter().position(paid);
            let place = place.ok_or_else(|| {
                format!(
                    "{} has no reservation for all of its releases",
                    path.display()
                )
            })?;
            spent.swap_remove(place);
        }
        Ok(format!("{} is whole and holds them", path.display()))
    };
    Ok(Check::new(what, look()))
}
