//! A sweep as typed.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;
use toml::Table;

use crate::config::unknown_key;
use crate::errors::usage;

/// A sweep: what `privet sweep` reads. Every combination of the grid is tried with every point.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SweepFile {
    /// The config that points start from, relative to this file; a point may name another.
    pub(crate) base: Option<PathBuf>,
    /// Keys of the config that every point sets.
    #[serde(default)]
    pub(crate) set: Table,
    /// Keys of the config with a list of values for each; every combination is tried with every
    /// point.
    #[serde(default)]
    pub(crate) grid: Table,
    /// How one of the points is chosen, if one is to be.
    pub(crate) selection: Option<SelectionTable>,
    /// Points that are no grid. One that changes nothing when absent.
    #[serde(default)]
    pub(crate) points: Vec<PointTable>,
}

/// `[selection]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum SelectionTable {
    /// By the number of private records that a model predicts rightly, with noise: a random number of
    /// trials is run, and only the best is released. All of it is one mechanism with its own epsilon.
    Private {
        /// The mean of the number of trials.
        mean_trials: u32,
        /// Scale of the discrete Gaussian noise on the number of right predictions.
        score_noise: f64,
        /// The most that the whole selection may cost.
        epsilon: Option<f64>,
    },
    /// By the accuracy on public test data; the one that is chosen costs what all of them cost.
    PublicTest {},
    /// By the accuracy on private records without noise, which is refused: nothing would pay for it.
    RawPrivate {},
}

/// `[[points]]`: a place to start from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointTable {
    /// What it is called; the name of its config when absent.
    pub(crate) name: Option<String>,
    /// The config that it starts from; that of the sweep when absent.
    pub(crate) base: Option<PathBuf>,
    /// Keys of the config that it sets.
    #[serde(default)]
    pub(crate) set: Table,
}

impl SweepFile {
    /// Reads the file. Errors are the user's to mend.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| usage(format!("cannot read the sweep {name}: {error}")))?;
        toml::from_str(&text).map_err(|error| {
            let message = unknown_key::with_suggestion(error.to_string().trim_end());
            usage(format!("{name}: {message}"))
        })
    }
}
