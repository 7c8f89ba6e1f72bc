//! Settings of FixMatch.

use privet_training::augment::{ImageAugmentation, TableAugmentation};
use serde::{Deserialize, Serialize};

use super::SettingError;
use super::error::{at_least_one, check, not_negative};

/// `[student.fixmatch]`: Sohn et al., "FixMatch: Simplifying semi-supervised learning with
/// consistency and confidence" (2020), algorithm 1.
///
/// The network's own answer to a weakly changed input, where it is sure of it, is the label of the
/// same input strongly changed. The loss of a step with `B` labelled and `U` unlabelled rows is
/// `1/B sum cross-entropy + unlabeled_weight / U sum [largest probability >= confidence]
/// cross-entropy`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FixMatch {
    /// Probability from which on an answer counts, in `[0, 1]`.
    pub confidence: f64,
    /// Weight of the unlabelled rows.
    pub unlabeled_weight: f64,
    /// Unlabelled rows for each labelled one of a batch, at least 1. The paper's 7 takes larger and
    /// fewer steps for the same time.
    pub unlabeled_ratio: usize,
    /// Whether answers are first reweighted so that their mean distribution becomes that of the
    /// released labels (Berthelot et al. 2020, "ReMixMatch", section 3.1). Only for labels that were
    /// asked for at random.
    pub distribution_alignment: bool,
    /// Strong augmentation of images.
    pub images: ImageAugmentation,
    /// Strong augmentation of rows that are no images; the weak one is half its noise.
    pub tables: TableAugmentation,
}

impl Default for FixMatch {
    fn default() -> Self {
        Self {
            confidence: 0.95,
            unlabeled_weight: 1.0,
            unlabeled_ratio: 4,
            distribution_alignment: false,
            images: ImageAugmentation::default(),
            tables: TableAugmentation::default(),
        }
    }
}

impl FixMatch {
    pub(super) fn validate(&self) -> Result<(), SettingError> {
        let share = (0.0..=1.0).contains(&self.confidence);
        check(
            "fixmatch.confidence",
            self.confidence,
            share,
            "between 0 and 1",
        )?;
        not_negative("fixmatch.unlabeled_weight", self.unlabeled_weight)?;
        at_least_one("fixmatch.unlabeled_ratio", self.unlabeled_ratio)?;
        self.images.validate()?;
        Ok(self.tables.validate()?)
    }
}
