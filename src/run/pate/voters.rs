//! Who votes, and how many ballots a neighbour can change.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use privet_mechanisms::ChangedVotes;
use privet_teachers::{LinearDiscriminant, PartitionRule, RidgeRegression};
use privet_training::data::Dataset;
use privet_training::network::Architecture;
use privet_training::plain::PlainTraining;

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
        /// What each of them is.
        teacher: Teacher,
    },
    /// Teachers elsewhere, whose votes are in a file.
    Elsewhere {
        /// The file.
        votes: PathBuf,
    },
    /// The private records themselves.
    Records,
}

/// What a teacher is and how it learns.
#[derive(Debug)]
pub(super) enum Teacher {
    /// A network, by gradient descent.
    Network(Box<Architecture>, Box<PlainTraining>),
    /// Ridge regression.
    Ridge(RidgeRegression),
    /// Linear discriminant analysis.
    LinearDiscriminant(LinearDiscriminant),
}

impl Voters {
    /// The voters, and in how many ballots neighbouring data sets differ.
    pub(super) fn new(
        config: &Pate,
        experiment: &Experiment,
        dataset: &Dataset,
        stage: &Stage,
    ) -> Result<(Self, ChangedVotes)> {
        if let Some(name) = config.aggregation.of_records() {
            ensure!(
                matches!(stage, Stage::All | Stage::Labels { votes: None }),
                "[aggregator] mechanism = \"{name}\" has no teachers: use privet run, or privet label \
                 without votes"
            );
            // A plan of its own says what it costs.
            return Ok((Self::Records, ChangedVotes::ONE));
        }
        let table = config.teachers()?;
        if let Stage::Labels { votes: Some(votes) } = stage {
            let votes = votes.clone();
            return Ok((Self::Elsewhere { votes }, changed_elsewhere(config)?));
        }
        ensure!(
            table.changed_votes.is_none(),
            "[teachers] changed_votes is for votes cast elsewhere (privet label --votes): leave it \
             out, it follows from the partition"
        );
        let (count, size) = (table.count, declared_size(dataset)?);
        ensure!(
            count <= size,
            "[teachers] count = {count}, but [data] declared_size = {size} private records (users, where \
             [privacy] unit protects users): a teacher needs some of its own; use fewer teachers"
        );
        let (rule, changed) = partition(config, experiment.file.seed)?;
        let teacher = match (table.ridge, table.linear_discriminant) {
            (Some(ridge), _) => Teacher::Ridge(ridge),
            (None, Some(discriminant)) => Teacher::LinearDiscriminant(discriminant),
            (None, None) => {
                let training = table.training()?;
                let network = training_architecture(&training, experiment, dataset, "teachers")?;
                Teacher::Network(Box::new(network), Box::new(training))
            }
        };
        Ok((Self::Teachers { rule, teacher }, changed))
    }
}

/// How records find their teacher, and in how many ballots neighbouring data sets differ then.
fn partition(config: &Pate, seed: u64) -> Result<(PartitionRule, ChangedVotes)> {
    let relation = config.privacy.relation;
    let rule = match config.privacy.unit {
        Some(_) => PartitionRule::UnitHash { seed },
        None => PartitionRule::for_relation(relation, seed),
    };
    let changed = rule
        .changed_votes(relation)
        .context("no partition bounds how many teachers a neighbour changes")?;
    Ok((rule, changed))
}

/// In how many ballots neighbouring data sets differ where votes were cast elsewhere.
pub(super) fn changed_elsewhere(config: &Pate) -> Result<ChangedVotes> {
    changed_votes(config)?.context(
        "[teachers] changed_votes is missing: say in how many ballots the votes of neighbouring data \
         sets can differ, where no shard depended on the records of others: 1 under \
         add-or-remove-one; under replace-one 2, or 1 where records were given to teachers by their \
         place alone",
    )
}

/// The number that the config gives for votes cast elsewhere.
fn changed_votes(config: &Pate) -> Result<Option<ChangedVotes>> {
    let given = config.teachers()?.changed_votes;
    Ok(given.map(ChangedVotes::new).transpose()?)
}

/// In how many ballots neighbouring data sets differ, whoever votes.
///
/// # Errors
/// A mechanism without teachers.
pub(crate) fn ballots_of_a_neighbour(config: &Pate, seed: u64) -> Result<ChangedVotes> {
    match changed_votes(config)? {
        Some(given) => Ok(given),
        None => Ok(partition(config, seed)?.1),
    }
}
