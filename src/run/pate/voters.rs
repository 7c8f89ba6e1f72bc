//! Who votes, and how many ballots a record can change.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use privet_mechanisms::ChangedVotes;
use privet_teachers::PartitionRule;
use privet_training::data::Dataset;
use privet_training::network::Architecture;

use crate::config::{Experiment, Pate};
use crate::run::baseline::training_architecture;
use crate::run::plan::declared_size;
use crate::run::stage::Stage;

/// Who votes.
pub(super) enum Voters {
    /// Teachers of this run.
    Teachers {
        /// How records find their teacher.
        rule: PartitionRule,
        /// The network of each.
        architecture: Architecture,
    },
    /// Teachers elsewhere, whose votes are in a file.
    Elsewhere {
        /// The file.
        votes: PathBuf,
    },
}

impl Voters {
    /// The voters, and in how many ballots neighbouring data sets differ.
    pub(super) fn new(
        config: &Pate,
        experiment: &Experiment,
        dataset: &Dataset,
        stage: &Stage,
    ) -> Result<(Self, ChangedVotes)> {
        let table = &config.teachers;
        if let Stage::Labels { votes: Some(votes) } = stage {
            let changed = table.changed_votes.context(
                "[teachers] changed_votes is missing: say in how many ballots the votes of \
                 neighbouring data sets can differ; 1 where each record was in the shard of one \
                 teacher and shards did not depend on other records",
            )?;
            let votes = votes.clone();
            return Ok((Self::Elsewhere { votes }, ChangedVotes::new(changed)?));
        }
        ensure!(
            table.changed_votes.is_none(),
            "[teachers] changed_votes is for votes cast elsewhere (privet label --votes): leave it \
             out, it follows from the partition"
        );
        let (count, size) = (table.count, declared_size(dataset)?);
        ensure!(
            count <= size,
            "[teachers] count = {count}, but the data set declares {size} private records: a \
             teacher needs records of its own; use fewer teachers"
        );
        let relation = config.privacy.relation;
        let rule = PartitionRule::for_relation(relation, experiment.file.seed);
        let changed = rule
            .changed_votes(relation)
            .context("no partition bounds how many teachers a neighbour changes")?;
        let training = table.training()?;
        let architecture = training_architecture(&training, experiment, dataset, "teachers")?;
        Ok((Self::Teachers { rule, architecture }, changed))
    }
}
