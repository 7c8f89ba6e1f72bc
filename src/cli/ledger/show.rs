//! `privet ledger show`: spent, reserved, left.

use std::fmt::Write;

use anyhow::Result;
use clap::Args;
use privet_ledger::export::{DataNumbers, date};
use privet_ledger::{Head, Population, PopulationId, Reservation, Standing, State};
use serde_json::{Value, json};

use super::Place;
use crate::display::epsilon;
use crate::ledger::refused;
use crate::output;

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Shows this one alone
    #[arg(long, value_name = "NAME", env = "PRIVET_POPULATION")]
    population: Option<String>,
    /// Prints JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ShowArgs, place: &Place) -> Result<()> {
    let mut ledger = place.open()?;
    ledger.look_for_dead();
    let (state, head) = ledger
        .attempt(None, |ledger| ledger.state())
        .map_err(refused)?;
    let name = args.population.as_deref().filter(|name| !name.is_empty());
    let chosen: Vec<&Population> = match name {
        Some(name) => {
            let id = PopulationId::new(name).map_err(refused)?;
            vec![state.population(&id).map_err(refused)?]
        }
        None => state.populations().collect(),
    };
    let text = match args.json {
        true => format!("{:#}\n", as_json(&state, &chosen, head)),
        false => as_text(&state, &chosen, head),
    };
    output::print(&text)
}

/// A budget in words.
pub(super) fn budget(population: &Population) -> String {
    let at = format!("at delta = {:e}", population.delta);
    match population.epsilon {
        Some(epsilon) => format!("epsilon = {epsilon} {at}"),
        None => format!("no budget ({at})"),
    }
}

fn as_text(state: &State, chosen: &[&Population], head: Head) -> String {
    let mut text = String::new();
    let mut numbers = DataNumbers::default();
    for population in chosen {
        let standing = Standing::new(state, population);
        let _ = writeln!(
            text,
            "population {}, one {} ({})",
            population.id,
            population.unit.name(),
            population.relation
        );
        let mut row = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<20}{value}");
        };
        row("budget", budget(population));
        if population.largest_epsilon != population.epsilon {
            let largest = population.largest_epsilon;
            let largest = largest.map_or("unlimited".into(), |e| format!("epsilon = {e}"));
            row(
                "once was",
                format!("{largest}: what is promised is the largest"),
            );
        }
        row("spent", spent(&standing));
        if let Some(room) = standing.room {
            let room = (room * 1e4).floor() / 1e4;
            let words = format!("room for one Gaussian release with epsilon = {room}");
            row("left", words);
        }
        row("if fixed in advance", if_fixed(&standing));
        for reservation in state.reservations_of(&population.id) {
            let number = numbers.number(&reservation.data);
            let _ = writeln!(text, "  {}", line(reservation, number));
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "head {head}\n(note it somewhere else: `privet ledger verify --head` then shows whether \
         entries were removed)"
    );
    text
}

fn spent(standing: &Standing) -> String {
    let charges = format!("by {} reservations", standing.charges);
    match (standing.part_spent, standing.running_bound) {
        (Some(_), _) if standing.overspent => {
            format!("more than the budget by the bounds of this version, {charges}")
        }
        (Some(part), _) => format!("{:.1} % {charges}", (1000.0 * part).ceil() / 10.0),
        (None, Some(bound)) => format!(
            "{charges}; privacy loss at most {}, with probability 1 - delta at all times",
            epsilon(bound)
        ),
        (None, None) => charges,
    }
}

fn if_fixed(standing: &Standing) -> String {
    match &standing.if_fixed_in_advance {
        Some(guarantee) => format!(
            "epsilon = {} ({}; no guarantee, since later runs are chosen by who has seen earlier ones)",
            epsilon(guarantee.epsilon),
            guarantee.accountant
        ),
        None => "no accountant has a bound".into(),
    }
}

fn line(reservation: &Reservation, data: usize) -> String {
    let died = match reservation.died {
        true => ", its process has ended",
        false => "",
    };
    format!(
        "#{:<5}{}  {:<10} data {data}  {} in {} ({}{died})",
        reservation.id,
        date(reservation.time),
        reservation.state.name(),
        reservation.purpose,
        reservation.directory,
        &reservation.run.as_str()[..8],
    )
}

fn as_json(state: &State, chosen: &[&Population], head: Head) -> Value {
    let mut numbers = DataNumbers::default();
    let populations: Vec<Value> = chosen
        .iter()
        .map(|population| {
            let standing = Standing::new(state, population);
            let reservations: Vec<Value> = state
                .reservations_of(&population.id)
                .map(|reservation| {
                    json!({
                        "entry": reservation.id,
                        "run": reservation.run,
                        "directory": reservation.directory,
                        "time": reservation.time,
                        "purpose": reservation.purpose,
                        "state": reservation.state,
                        "died": reservation.died,
                        "data": numbers.number(&reservation.data),
                        "events": reservation.events,
                    })
                })
                .collect();
            json!({
                "population": population.id,
                "neighboring": population.relation,
                "unit": population.unit,
                "delta": population.delta,
                "epsilon": population.epsilon,
                "largest_epsilon": population.largest_epsilon,
                "part_spent": standing.part_spent,
                "room_for_one_gaussian_epsilon": standing.room,
                "running_bound": standing.running_bound,
                "if_fixed_in_advance": standing.if_fixed_in_advance,
                "overspent": standing.overspent,
                "reservations": reservations,
            })
        })
        .collect();
    json!({"populations": populations, "head": head.to_string()})
}
