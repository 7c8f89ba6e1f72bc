//! `privet ledger budget set`: a population is declared with its first budget.

use std::path::Path;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use privet_accountant::NeighboringRelation;
use privet_ledger::{Admits, Declaration, Population, PopulationId, PopulationLedger, Unit};

use crate::cli::privacy_options::{delta, relation, target_epsilon};
use crate::errors::usage;
use crate::ledger::refused;
use crate::output;

#[derive(Debug, Subcommand)]
pub(super) enum BudgetCommand {
    /// Declare a population with its budget, or set the epsilon of one that is declared
    ///
    /// All but epsilon is fixed with the declaration. An epsilon that is raised because of what was
    /// released is no promise about what was released: see docs/LEDGER.md.
    Set(SetArgs),
}

#[derive(Debug, Args)]
pub(super) struct SetArgs {
    /// Whose privacy: a name for the people or records that all versions of the data are drawn from
    population: String,
    /// The largest epsilon of everything that is ever released
    #[arg(long, value_name = "E", value_parser = target_epsilon, allow_negative_numbers = true,
          required_unless_present = "unlimited", conflicts_with = "unlimited")]
    epsilon: Option<f64>,
    /// Records what is spent, and refuses nothing
    #[arg(long)]
    unlimited: bool,
    /// The delta at which it is; needed for a new population
    #[arg(long, value_name = "D", value_parser = delta, allow_negative_numbers = true)]
    delta: Option<f64>,
    /// Which data sets count as neighbours [default: add-or-remove-one]
    #[arg(long, value_name = "RELATION", value_parser = relation())]
    neighboring: Option<NeighboringRelation>,
    /// What one neighbour has more or otherwise [default: record]
    #[arg(long, value_enum)]
    unit: Option<UnitName>,
    /// What it can be spent on: `gaussian`, unsampled Gaussian noise alone (PATE with GNMax), wastes
    /// nothing [default: any]
    #[arg(long, value_enum)]
    noise: Option<NoiseName>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum UnitName {
    /// One record
    Record,
    /// All records of one user
    User,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum NoiseName {
    /// Whatever has Renyi divergences
    Any,
    /// Gaussian noise without sampling
    Gaussian,
}

pub(super) fn run(command: &BudgetCommand, path: &Path) -> Result<()> {
    let BudgetCommand::Set(args) = command;
    let id = PopulationId::new(args.population.as_str()).map_err(refused)?;
    let mut ledger = PopulationLedger::create(path).map_err(refused)?;
    let (state, _) = ledger.state().map_err(refused)?;
    match state.population(&id) {
        Ok(known) => {
            args.check_against(known)?;
            ledger.set_budget(&id, args.epsilon).map_err(refused)?;
        }
        Err(_) => ledger
            .declare(&args.declaration(id.clone())?)
            .map_err(refused)?,
    }
    let (state, head) = ledger.state().map_err(refused)?;
    let set = state.population(&id).map_err(refused)?;
    output::print(&format!(
        "population {id}: {} for one {} ({})\nhead {head}\n",
        super::show::budget(set),
        set.unit.name(),
        set.relation,
    ))
}

impl SetArgs {
    fn declaration(&self, population: PopulationId) -> Result<Declaration> {
        let Some(delta) = self.delta else {
            return Err(usage(format!(
                "population {population} is new: give its --delta too, well below one over the number \
                 of records, for example 1e-6"
            )));
        };
        Ok(Declaration {
            population,
            relation: self
                .neighboring
                .unwrap_or(NeighboringRelation::AddOrRemoveOne),
            unit: self.unit(),
            delta,
            epsilon: self.epsilon,
            admits: match self.noise {
                Some(NoiseName::Gaussian) => Admits::Gaussian,
                Some(NoiseName::Any) | None => Admits::Any,
            },
        })
    }

    fn unit(&self) -> Unit {
        match self.unit {
            Some(UnitName::User) => Unit::User,
            Some(UnitName::Record) | None => Unit::Record,
        }
    }

    /// What was fixed with the declaration may be said again, not otherwise.
    fn check_against(&self, known: &Population) -> Result<()> {
        let given = [
            (
                "--delta",
                self.delta.is_some_and(|delta| delta != known.delta),
            ),
            (
                "--neighboring",
                self.neighboring
                    .is_some_and(|given| given != known.relation),
            ),
            ("--unit", self.unit.is_some() && self.unit() != known.unit),
            ("--noise", self.noise.is_some()),
        ];
        match given.into_iter().find(|(_, differs)| *differs) {
            None => Ok(()),
            Some((option, _)) => Err(usage(format!(
                "{option}: population {} was declared with delta = {:e} for one {} ({}), and only its \
                 epsilon can be set again: leave the option out",
                known.id,
                known.delta,
                known.unit.name(),
                known.relation
            ))),
        }
    }
}
