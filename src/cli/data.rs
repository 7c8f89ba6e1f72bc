//! `privet data`: the data sets that are known by name, and getting those that are not embedded.

mod acquire;
mod show;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};

use crate::errors::usage;

/// List, describe, fetch and import data sets.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    #[command(flatten)]
    data_dir: DataDir,

    #[command(subcommand)]
    command: DataCommand,
}

/// Where data sets that are not embedded are kept: an option of every command that loads one.
#[derive(Debug, Clone, Args)]
pub(crate) struct DataDir {
    /// Where data sets that are not embedded are kept [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR", env = "PRIVET_DATA_DIR")]
    data_dir: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum DataCommand {
    /// List the data sets and whether they are at hand
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Describe a data set: shape, classes, licence, whom to credit
    Info {
        /// The data set
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Download a data set from a public mirror; a broken download goes on where it stopped
    Fetch {
        /// The data set
        name: String,
    },
    /// Copy a data set's published files from a folder on this machine
    Import {
        /// The data set
        name: String,
        /// The folder with the files, packed or not
        dir: PathBuf,
    },
}

/// Runs the subcommand.
///
/// # Errors
/// A usage error for an unknown name or files that are not the published ones; another for a failed
/// download or copy.
pub(crate) fn run(args: DataArgs) -> Result<()> {
    let directory = args.data_dir.resolve()?;
    let out = &mut std::io::stdout().lock();
    match args.command {
        DataCommand::List { json } => show::list(&directory, json, out),
        DataCommand::Info { name, json } => show::info(&name, &directory, json, out),
        DataCommand::Fetch { name } => acquire::fetch(&name, &directory, out),
        DataCommand::Import { name, dir } => acquire::import(&name, &dir, &directory, out),
    }
}

impl DataDir {
    /// The folder: the given one (from the option or `PRIVET_DATA_DIR`), or the platform's.
    ///
    /// # Errors
    /// A usage error when none is given and the system names no home directory.
    pub(crate) fn resolve(&self) -> Result<PathBuf> {
        match &self.data_dir {
            Some(given) if !given.as_os_str().is_empty() => Ok(given.clone()),
            _ => match choose_native_strategy() {
                Ok(platform) => Ok(platform.data_dir().join("privet")),
                Err(_) => Err(usage(
                    "this system names no home directory: say where data sets are kept with \
                     --data-dir or PRIVET_DATA_DIR",
                )),
            },
        }
    }
}
