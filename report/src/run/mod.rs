//! What run directories hold.

mod evaluation;
mod find;
mod inside;
mod privacy;
mod read;
mod result;
mod settings;

use std::path::PathBuf;

pub use evaluation::{Confusion, Evaluation};
pub use inside::{Inside, Membership, RocPoint, VoteGaps};
pub(crate) use privacy::holds;
pub use privacy::{ByAccountant, Origin, Privacy, PublicData, is_selection};
pub use read::audited;
pub(crate) use read::{agree, damaged, json, optional, text};
pub use result::{
    Cost, Distilled, LabelledBy, PrivacyResult, RunResult, SanitizedEpsilon, Seconds, Steps,
    Utility,
};
pub(crate) use settings::flat;
pub use settings::{FOLD, Settings, variant};

use crate::ReportError;

/// One finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name on pages: that of its directory, different from those of the others.
    pub name: String,
    /// Its directory.
    pub directory: PathBuf,
    /// `result.json`.
    pub result: RunResult,
    /// `released/privacy.json`.
    pub privacy: Privacy,
    /// `released/statement.md`.
    pub statement: String,
    /// `evaluation.json`; none of runs before there was one.
    pub evaluation: Option<Evaluation>,
    /// `config.resolved.toml`.
    pub settings: Settings,
    /// What depends on private data without a mechanism.
    pub inside: Inside,
}

impl Run {
    /// Whether anything is guaranteed.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.privacy.private
            && self
                .result
                .privacy
                .as_ref()
                .is_some_and(|privacy| privacy.private)
    }

    /// Whether its data set was declared a public benchmark, of which everything may be shown. Without
    /// a word of it, it was not.
    #[must_use]
    pub fn is_public_benchmark(&self) -> bool {
        let evaluation = self.evaluation.as_ref();
        evaluation.is_some_and(|evaluation| evaluation.public_benchmark)
    }

    /// The population whose budget it is charged to, where its config names one.
    #[must_use]
    pub fn population(&self) -> Option<&str> {
        self.settings.get("ledger.population").map(String::as_str)
    }

    /// Its method as people write it.
    #[must_use]
    pub fn method(&self) -> &str {
        match self.result.method.as_str() {
            "pate" => "PATE",
            "dp-sgd" => "noisy SGD",
            "baseline" => "no privacy",
            other => other,
        }
    }
}

/// The runs of a report, and what could not be read.
#[derive(Debug, Default)]
pub struct Runs {
    /// Finished runs, in the order in which they were named.
    pub runs: Vec<Run>,
    /// What is left out, and why.
    pub left_out: Vec<ReportError>,
}

impl Runs {
    /// Reads run directories and directories of sweeps.
    ///
    /// A directory that is named twice is read once. One that cannot be shown does not stop the others.
    #[must_use]
    pub fn read(paths: &[PathBuf]) -> Self {
        let mut runs = Self::default();
        for found in find::directories(paths) {
            match found.and_then(|directory| Run::read(&directory)) {
                Ok(run) => runs.runs.push(run),
                Err(error) => runs.left_out.push(error),
            }
        }
        find::name_apart(&mut runs.runs);
        runs
    }
}
