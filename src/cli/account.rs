//! `privet account`: what a mechanism costs.

mod mechanism;
mod pate;
mod sanitize;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use super::privacy_options::{
    Given, OutputOptions, RelationOptions, count, noise, sampling_probability,
};
use crate::account::{DpSgd, Events, Plan, Question, Report};
use crate::errors::usage;

pub(super) use mechanism::MechanismOptions;

const EXAMPLES: &str = "\
Examples:
  privet account dp-sgd --sampling-probability 0.01 --noise-multiplier 1 --steps 1000 --delta 1e-5
  privet account runs/quickstart/ledger.json --delta 1e-5 --json
  echo '{\"kind\":\"laplace\",\"noise_multiplier\":2}' | privet account - --epsilon 0.25
  privet account pate votes.npy --mechanism confident-gnmax --threshold 200 \\
      --sigma-threshold 150 --sigma 40 --queries 640 --delta 1e-5 --plot pate.svg
  privet account pate --mechanism private-knn --sampling-probability 0.05 --sigma 28 \\
      --queries 600 --delta 1e-5";

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = EXAMPLES
)]
pub(super) struct AccountArgs {
    #[command(subcommand)]
    command: Option<AccountCommand>,
    #[command(flatten)]
    events: EventsArgs,
}

#[derive(Debug, Args)]
struct EventsArgs {
    /// An event or a ledger in JSON, for example a run's ledger.json; - is standard input
    #[arg(required = true, value_name = "EVENTS.json")]
    events: Option<PathBuf>,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    relation: RelationOptions,
    #[command(flatten)]
    output: OutputOptions,
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Noisy SGD with Poisson sampling
    DpSgd(DpSgdArgs),
    /// PATE: what answers cost, whatever the votes or by a file of them
    Pate(Box<pate::PateArgs>),
}

#[derive(Debug, Args)]
struct DpSgdArgs {
    /// Probability with which each record enters a step's batch
    #[arg(long, value_name = "Q", value_parser = sampling_probability, allow_negative_numbers = true)]
    sampling_probability: f64,
    /// Standard deviation of the noise over the clipping norm
    #[arg(long, value_name = "S", value_parser = noise, allow_negative_numbers = true)]
    noise_multiplier: f64,
    /// Number of steps
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    steps: u64,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    relation: RelationOptions,
    #[command(flatten)]
    output: OutputOptions,
}

pub(super) fn run(args: &AccountArgs) -> Result<()> {
    match &args.command {
        None => of_events(&args.events),
        Some(AccountCommand::DpSgd(args)) => of_dp_sgd(args),
        Some(AccountCommand::Pate(args)) => pate::run(args),
    }
}

fn of_events(args: &EventsArgs) -> Result<()> {
    let Some(path) = &args.events else {
        return Err(usage("give a file of events, or `dp-sgd` or `pate`"));
    };
    let plot = args.output.plot()?;
    let events = Events::read(path)?;
    let question = Question {
        relation: events.relation(args.relation.neighboring)?,
        ..args.relation.question(args.given.asked()?)
    };
    let report = Report::new(events.plan, question).context(events.name)?;
    show(&report, &args.output, plot)
}

fn of_dp_sgd(args: &DpSgdArgs) -> Result<()> {
    let plot = args.output.plot()?;
    let training = DpSgd {
        sampling_probability: args.sampling_probability,
        noise_multiplier: args.noise_multiplier,
        steps: args.steps,
    };
    let question = args.relation.question(args.given.asked()?);
    let report = Report::new(planned(training)?, question)?;
    show(&report, &args.output, plot)
}

/// The plan; the numbers have been checked one by one.
pub(super) fn planned(training: DpSgd) -> Result<Plan> {
    training.plan().map_err(|error| usage(error.to_string()))
}

/// Prints a report and draws its picture.
pub(super) fn show(
    report: &Report,
    output: &OutputOptions,
    plot: Option<crate::account::PlotFile>,
) -> Result<()> {
    report.print(output.json)?;
    match plot {
        Some(plot) => plot.write(&report.plan, report.question),
        None => Ok(()),
    }
}
