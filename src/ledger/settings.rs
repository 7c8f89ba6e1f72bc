//! Where the ledger of all runs is, and whose budget a run is charged to: `[ledger]`, or the
//! environment.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Result;
use privet_ledger::{Notifier, PopulationId};
use serde::{Deserialize, Serialize};

use crate::errors::usage;

/// The environment's word for the database.
pub(crate) const PATH: &str = "PRIVET_LEDGER";
/// The environment's word for the population.
pub(crate) const POPULATION: &str = "PRIVET_POPULATION";
/// The environment's word for a file that gets a line for each notice.
pub(crate) const NOTIFY_FILE: &str = "PRIVET_LEDGER_NOTIFY_FILE";
/// The environment's word for a program that is told.
pub(crate) const NOTIFY_COMMAND: &str = "PRIVET_LEDGER_NOTIFY_COMMAND";

/// `[ledger]`: where all runs are charged. Without it the environment is asked.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LedgerTable {
    /// The database, relative to the config; `PRIVET_LEDGER` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<PathBuf>,
    /// Whose budget: a name that the owner of the data declared; `PRIVET_POPULATION` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) population: Option<String>,
    /// A program with its arguments that reads a notice on its standard input, when a budget is
    /// exhausted, a run has died after spending, or the ledger does not verify.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notify_command: Option<Vec<String>>,
    /// A file, relative to the config, that gets a line of JSON for each notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notify_file: Option<PathBuf>,
}

/// Who is told, by option or by environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks {
    /// A program with its arguments.
    pub(crate) command: Option<Vec<String>>,
    /// A file.
    pub(crate) file: Option<PathBuf>,
}

impl Hooks {
    /// What is not given is taken from the environment.
    pub(crate) fn notifier(self) -> Notifier {
        let command = || word(NOTIFY_COMMAND).map(|program| vec![program]);
        Notifier {
            command: self.command.or_else(command),
            file: self.file.or_else(|| word(NOTIFY_FILE).map(Into::into)),
        }
    }
}

/// A ledger, and whose budget in it.
#[derive(Clone, Debug)]
pub(crate) struct LedgerSettings {
    /// The database.
    pub(crate) path: PathBuf,
    /// The population.
    pub(crate) population: PopulationId,
    /// Who is told.
    pub(crate) notifier: Notifier,
}

impl LedgerSettings {
    /// What `[ledger]` and the environment say of a run that releases; none where they say nothing.
    ///
    /// A public benchmark needs no budget: it is charged only where everything is said.
    ///
    /// # Errors
    /// One of the two is missing, or no name.
    pub(crate) fn new(
        table: Option<&LedgerTable>,
        base: &Path,
        public_benchmark: bool,
    ) -> Result<Option<Self>> {
        let given = table.cloned().unwrap_or_default();
        let path = given.path.map(|path| base.join(path));
        let path = path.or_else(|| word(PATH).map(PathBuf::from));
        let population = given.population.or_else(|| word(POPULATION));
        let (path, population) = match (path, population) {
            (Some(path), Some(population)) => (path, population),
            (None, None) if table.is_none() => return Ok(None),
            _ if public_benchmark && table.is_none() => return Ok(None),
            (Some(path), None) => {
                return Err(usage(format!(
                    "[ledger] population is missing: {} holds budgets of populations, and this data \
                     set is private, so name the one that its records are drawn from, as its owner \
                     declared it with `privet ledger budget set` (or set {POPULATION})",
                    path.display()
                )));
            }
            (None, _) => {
                return Err(usage(format!(
                    "[ledger] path is missing: say where the ledger is that holds the population's \
                     budget (or set {PATH})"
                )));
            }
        };
        let population = PopulationId::new(population);
        let hooks = Hooks {
            command: given.notify_command,
            file: given.notify_file.map(|file| base.join(file)),
        };
        if hooks.command.as_ref().is_some_and(Vec::is_empty) {
            return Err(usage(
                "[ledger] notify_command = []: name a program and its arguments, for example \
                 [\"/usr/local/bin/tell-the-officer\"], or leave it out",
            ));
        }
        Ok(Some(Self {
            path,
            population: population.map_err(|error| usage(format!("[ledger] {error}")))?,
            notifier: hooks.notifier(),
        }))
    }
}

/// A word of the environment that says something.
fn word(name: &str) -> Option<String> {
    let value = env::var_os(name)?.to_string_lossy().into_owned();
    Some(value).filter(|value| !value.is_empty())
}
