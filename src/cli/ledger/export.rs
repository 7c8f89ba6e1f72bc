//! `privet ledger export`: entries for others.

use anyhow::{Context, Result};
use clap::Args;
use privet_ledger::export::Export;

use super::Place;
use crate::ledger::refused;
use crate::output;
use crate::run_dir::json;

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct ExportArgs {
    /// Prints JSON (the default)
    #[arg(long)]
    json: bool,
    /// Prints a line of CSV for each reservation
    #[arg(long)]
    csv: bool,
}

pub(super) fn run(args: &ExportArgs, place: &Place) -> Result<()> {
    let mut ledger = place.open()?;
    let state = ledger.attempt(None, |ledger| ledger.state());
    let (state, _) = state.map_err(refused)?;
    let export = Export::new(&state);
    let bytes = match args.csv && !args.json {
        true => csv(&export)?,
        false => json(&export)?,
    };
    output::print(&String::from_utf8_lossy(&bytes))
}

fn csv(export: &Export) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "entry",
        "population",
        "neighboring",
        "run",
        "date",
        "purpose",
        "state",
        "event",
    ])?;
    for reservation in &export.reservations {
        writer.write_record([
            reservation.entry.to_string(),
            reservation.population.to_string(),
            reservation.events.neighboring_relation().to_string(),
            reservation.run.to_string(),
            reservation.date.clone(),
            reservation.purpose.clone(),
            reservation.state.name().to_string(),
            serde_json::to_string(&reservation.events.as_event())?,
        ])?;
    }
    writer.into_inner().context("writing CSV")
}
