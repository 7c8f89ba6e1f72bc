//! `[distillation]`: which public examples a model of what was released labels for a student.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// `[distillation]`: which public examples are labelled for a student by a model of what was released: the
/// model of noisy SGD itself, or a regression of PATE's labels on the features. All of it is
/// post-processing, and costs nothing.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DistillationTable {
    /// Share of the public pool that is labelled, in (0, 1]: the examples that the model is surest of. A
    /// student may learn from the others without labels.
    #[serde(default = "all")]
    pub(crate) keep: f64,
}

fn all() -> f64 {
    1.0
}

impl Default for DistillationTable {
    fn default() -> Self {
        Self { keep: all() }
    }
}

impl DistillationTable {
    /// The share that is labelled, which must be one.
    pub(in crate::config) fn share(self) -> Result<f64> {
        let keep = self.keep;
        ensure!(
            keep > 0.0 && keep <= 1.0,
            "[distillation] keep = {keep}: it is a share of the public pool, above 0 and at most 1, for \
             example 0.9"
        );
        Ok(keep)
    }
}
