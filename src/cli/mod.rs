//! What the user typed, one file a subcommand.

mod data;
mod predict;
mod run;

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
    /// Label the rows of a file with an exported model.
    Predict(predict::PredictArgs),
    /// List, describe, fetch and import data sets.
    Data(data::DataArgs),
}

/// Parses the command line and does what it says.
pub(crate) fn run() -> Result<()> {
    match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Data(args) => data::run(args),
    }
}
