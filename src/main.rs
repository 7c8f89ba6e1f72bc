//! `privet`: train models on confidential data with differential privacy.

mod account;
mod audit;
mod cli;
mod config;
mod digest;
mod display;
mod errors;
mod export;
mod fetch;
mod interrupt;
mod ledger;
mod model;
mod output;
mod progress;
mod report;
mod run;
mod run_dir;
mod serve;
mod sweep;
mod vote_share;
mod vote_store;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(&format!("error: {error:#}"));
            ExitCode::from(errors::exit_code(&error))
        }
    }
}
