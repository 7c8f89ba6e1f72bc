//! `privet ledger`: what all runs have spent, what they may, and whether that record is whole.

mod budget;
mod export;
mod show;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use privet_ledger::{Head, LedgerError};

use crate::errors::usage;
use crate::ledger::{Hooks, SharedLedger, refused};
use crate::output;

/// What all runs have spent on a population, what they may, and whether that record is whole.
#[derive(Debug, Args)]
pub(super) struct LedgerArgs {
    #[command(flatten)]
    place: Place,

    #[command(subcommand)]
    command: LedgerCommand,
}

/// Which ledger, and who hears of it.
#[derive(Debug, Args)]
struct Place {
    /// The ledger, an SQLite database
    #[arg(long, global = true, value_name = "FILE", env = "PRIVET_LEDGER")]
    ledger: Option<PathBuf>,
    /// Adds a line of JSON to this file when a run has died after spending or entries are damaged
    #[arg(long, global = true, value_name = "FILE")]
    notify_file: Option<PathBuf>,
    /// Starts this program then, with the JSON on its standard input
    #[arg(long, global = true, value_name = "PROGRAM")]
    notify_command: Option<String>,
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Show what is spent, reserved and left
    Show(show::ShowArgs),
    /// Declare populations and set their budgets
    #[command(subcommand)]
    Budget(budget::BudgetCommand),
    /// Print entries for others: nothing that was computed from private data is among them
    Export(export::ExportArgs),
    /// Check every entry from the first
    ///
    /// Entries removed from the end leave no trace: note the head that is printed, somewhere else, and
    /// give it the next time.
    Verify {
        /// A head that was noted earlier
        #[arg(long, value_name = "HEX")]
        head: Option<String>,
    },
}

/// Runs the subcommand.
///
/// # Errors
/// A usage error for names, numbers and paths; another for a ledger that is damaged or cannot be
/// written.
pub(super) fn run(args: &LedgerArgs) -> Result<()> {
    let path = args.place.path()?;
    match &args.command {
        LedgerCommand::Show(show) => show::run(show, &args.place),
        LedgerCommand::Budget(command) => budget::run(command, path),
        LedgerCommand::Export(export) => export::run(export, &args.place),
        LedgerCommand::Verify { head } => verify(&args.place, head.as_deref()),
    }
}

impl Place {
    fn path(&self) -> Result<&std::path::Path> {
        let path = self
            .ledger
            .as_deref()
            .filter(|path| !path.as_os_str().is_empty());
        path.ok_or_else(|| usage("which ledger? Give --ledger FILE, or set PRIVET_LEDGER"))
    }

    /// Opens the ledger; to read alone, where that is all that is allowed.
    fn open(&self) -> Result<SharedLedger> {
        let hooks = Hooks {
            command: self.notify_command.clone().map(|program| vec![program]),
            file: self.notify_file.clone(),
        };
        let opened = SharedLedger::open_to_look(self.path()?, &hooks.notifier());
        opened.map_err(refused)
    }
}

fn verify(place: &Place, head: Option<&str>) -> Result<()> {
    let noted = head.map(|text| {
        Head::parse(text)
            .ok_or_else(|| usage(format!("--head {text}: a head has 64 hexadecimal digits")))
    });
    let noted = noted.transpose()?;
    let mut ledger = place.open()?;
    let verified = ledger
        .attempt(None, |ledger| ledger.verify(noted))
        .map_err(|error: LedgerError| refused(error))?;
    let since = match verified.noted {
        None => "none was given to compare with".to_string(),
        Some(entries) => format!("found; {} entries since", verified.entries - entries),
    };
    output::print(&format!(
        "{}: {} entries, all as they were written and within every budget\nhead        {}\nnoted head  \
         {since}\n",
        place.path()?.display(),
        verified.entries,
        verified.head,
    ))
}
