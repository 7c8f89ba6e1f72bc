//! What the user typed, one file a subcommand.

mod account;
mod audit;
mod calibrate;
mod data;
mod export;
mod ledger;
mod predict;
mod privacy_options;
mod report;
mod run;
mod serve;
mod stages;
mod sweep;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Train models on confidential data with differential privacy, by PATE and by noisy SGD.
#[derive(Debug, Parser)]
#[command(name = "privet", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run an experiment from a config file.
    Run(run::RunArgs),
    /// Run many experiments: a base config, and the keys and values to try.
    Sweep(sweep::SweepArgs),
    /// PATE's first stage: train the teachers and store their votes; nothing is released.
    Teachers(stages::TeachersArgs),
    /// PATE's second stage: release labels of public examples, with their statement.
    Label(stages::LabelArgs),
    /// PATE's third stage: train a student on released labels and public data alone.
    Student(stages::StudentArgs),
    /// Say what a mechanism costs: epsilon at a delta, or delta at an epsilon.
    ///
    /// The guarantee is an upper bound that holds for any data: the upper end of an interval that is
    /// certain to hold the exact value, quadrature, truncation and rounding included. The bound by
    /// Renyi divergences (RDP) stands beside it.
    Account(account::AccountArgs),
    /// Find the noise, the steps or the queries that meet a target.
    ///
    /// Leave out one parameter: the answer is the least noise, the most steps or queries, or the
    /// largest sampling probability within epsilon at delta. It is on the safe side, and the
    /// accountant has checked the guarantee at that very value.
    Calibrate(calibrate::CalibrateArgs),
    /// Attack a mechanism, and compare what it leaks at least with what is claimed.
    ///
    /// The command fails when a lower bound on epsilon exceeds the claimed epsilon. A bound below it
    /// proves nothing: the report says what the attack would have seen.
    Audit(audit::AuditArgs),
    /// Write runs as one page: figures, tables, statements, and what all of them cost together.
    ///
    /// Beside the page stand a CSV of the runs and each figure as SVG and PNG. What depends on private
    /// records without noise (times, votes) goes to private/report.html of the run, unless the data set was
    /// declared a public benchmark.
    Report(report::ReportArgs),
    /// Show runs beside each other in the terminal, and what all of them cost together.
    Compare(report::CompareArgs),
    /// Write a run's model for PyTorch, ONNX runtimes and Burn, or check such a file against its run.
    ///
    /// The guarantee travels in the metadata of each file. --verify compares parameters, layers, guarantee
    /// and statement with the run's, computes epsilon again from the events in its ledger, and looks for
    /// them in the ledger of all runs.
    Export(export::ExportArgs),
    /// Label the rows of a file with an exported model.
    Predict(predict::PredictArgs),
    /// Answer over HTTP with an exported model, and a page to try it.
    ///
    /// POST /v1/predict takes rows as JSON, /openapi.json describes it, and the page at / draws a digit or
    /// fills in the form. Only this machine is answered unless --bind says more. Nothing that a client sends
    /// is kept or written down.
    Serve(serve::ServeArgs),
    /// List, describe, fetch and import data sets.
    Data(data::DataArgs),
    /// What all runs have spent on a population, what they may, and whether that record is whole.
    Ledger(ledger::LedgerArgs),
}

/// Parses the command line and does what it says.
pub(crate) fn run() -> Result<()> {
    match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::Teachers(args) => stages::teachers(&args),
        Command::Label(args) => stages::label(&args),
        Command::Student(args) => stages::student(&args),
        Command::Account(args) => account::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Report(args) => report::report(&args),
        Command::Compare(args) => report::compare(&args),
        Command::Export(args) => export::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Serve(args) => serve::run(args),
        Command::Data(args) => data::run(args),
        Command::Ledger(args) => ledger::run(&args),
    }
}
