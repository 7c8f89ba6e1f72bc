//! `[teachers]`: how many there are, and how each learns.

use anyhow::{Context as _, Result, ensure};
use privet_teachers::{LinearDiscriminant, RidgeRegression};
use privet_training::augment::Augmentation;
use privet_training::network::NetworkSpec;
use privet_training::optimizer::OptimizerSpec;
use privet_training::plain::PlainTraining;
use serde::{Deserialize, Serialize};

use crate::config::experiment::training;

/// `[teachers]`: how many there are, and how each learns: a network by descent, which needs `epochs`,
/// `batch_size` and `optimizer`, or one of `ridge` and `linear_discriminant`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeachersTable {
    /// Number of teachers, each with a shard of its own.
    pub(crate) count: usize,
    /// Votes cast by teachers elsewhere (`privet label --votes`): in how many ballots neighbouring data
    /// sets differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changed_votes: Option<u32>,
    /// Teachers trained at the same time; the number of processors when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workers: Option<usize>,
    /// In place of a network: ridge regression, in closed form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ridge: Option<RidgeRegression>,
    /// In place of a network: linear discriminant analysis, in closed form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) linear_discriminant: Option<LinearDiscriminant>,
    /// The network of every teacher.
    #[serde(default)]
    pub(crate) network: NetworkSpec,
    /// Passes over a shard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) epochs: Option<usize>,
    /// Examples a step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) batch_size: Option<usize>,
    /// The optimizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) optimizer: Option<OptimizerSpec>,
    /// Random changes of images, drawn anew each time that they are seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) augment: Option<Augmentation>,
}

impl TeachersTable {
    /// Refuses values that no run can honour.
    pub(in crate::config) fn check(&self) -> Result<()> {
        ensure!(
            self.count >= 1,
            "[teachers] count = 0: PATE needs at least one teacher"
        );
        ensure!(
            self.count <= 1_000_000,
            "[teachers] count = {}: at most 1000000 teachers are supported",
            self.count
        );
        ensure!(
            self.workers != Some(0),
            "[teachers] workers = 0: give at least 1, or leave it out"
        );
        ensure!(
            self.changed_votes != Some(0),
            "[teachers] changed_votes = 0: at least one ballot depends on a record"
        );
        let descends = self.epochs.or(self.batch_size).is_some()
            || self.optimizer.is_some()
            || self.augment.is_some();
        let closed = [self.ridge.is_some(), self.linear_discriminant.is_some()];
        ensure!(
            [descends, closed[0], closed[1]]
                .iter()
                .filter(|given| **given)
                .count()
                <= 1,
            "[teachers] learn in one way: give network, epochs, batch_size and optimizer, or ridge, \
             or linear_discriminant"
        );
        if descends {
            self.training()?;
        }
        Ok(())
    }

    /// The training of one teacher.
    pub(crate) fn training(&self) -> Result<PlainTraining> {
        let missing = |key| format!("[teachers] {key} is missing: it says how each teacher learns");
        let plain = PlainTraining {
            network: self.network.clone(),
            epochs: self.epochs.with_context(|| missing("epochs"))?,
            batch_size: self.batch_size.with_context(|| missing("batch_size"))?,
            optimizer: self.optimizer.with_context(|| missing("optimizer"))?,
            augment: self.augment,
        };
        training("teachers", plain)
    }
}
