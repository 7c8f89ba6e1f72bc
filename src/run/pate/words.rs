//! Voters and noise in words, for the reports.

use privet_accountant::VoteNoise;
use privet_report::run::Origin;

use super::mechanism::Mechanism;
use super::voters::{Teacher, Voters};
use crate::config::Pate;
use crate::config::pate::Answering;

/// What was done to the private records, each sentence by itself.
pub(super) fn of(config: &Pate, voters: &Voters, mechanism: &Mechanism) -> Vec<String> {
    let grouped = config.privacy.unit.as_ref().map(|unit| {
        let used = match unit.maximum_records {
            Some(most) => format!("of which the first {most} are used"),
            None => "all of which are used".to_owned(),
        };
        format!(
            "unit: a user is all records with one value in the column \"{}\", {used}; they are in the \
             shard of one teacher",
            unit.column
        )
    });
    let each = [voters_in_words(config, voters), answers(config, mechanism)];
    let sanitized = config.sanitize.map(|settings| {
        format!(
            "bound: an upper bound on the cost of these very votes at the Renyi order {}, with Gaussian noise of {} \
             times its smooth sensitivity (beta {}), rounded up after the noise; its value and sensitivity are \
             computed in floating point",
            settings.order().get(),
            settings.noise_multiplier(),
            settings.beta()
        )
    });
    grouped.into_iter().chain(each).chain(sanitized).collect()
}

/// What whoever has the released files alone should know of how the labels came about.
pub(super) fn origin(config: &Pate, voters: &Voters) -> Origin {
    Origin {
        votes_from_elsewhere: Some(matches!(voters, Voters::Elsewhere { .. })),
        question_rounds: Some(config.questions.rounds),
        ..Origin::default()
    }
}

fn voters_in_words(config: &Pate, voters: &Voters) -> String {
    let count = config.teachers().map_or(0, |table| table.count);
    match voters {
        Voters::Teachers { teacher, .. } => {
            let kind = match teacher {
                Teacher::Network(..) => "networks",
                Teacher::Ridge(_) => "linear classifiers (ridge regression)",
                Teacher::LinearDiscriminant(_) => "linear classifiers (discriminant analysis)",
            };
            format!("votes: {count} teachers, {kind} trained on disjoint shards, one ballot each")
        }
        Voters::Elsewhere { .. } => {
            let what = match config.is_multi_label() {
                true => "vectors over the labels",
                false => "counts",
            };
            format!("votes: {count} teachers elsewhere, whose {what} came from a file")
        }
        Voters::Records => match config.aggregation.answering {
            Answering::NearestRecords {
                neighbors,
                sampling_probability,
            } => format!(
                "votes: for each question a fresh sample of the records, each with probability \
                     {sampling_probability}; the {neighbors} nearest of it vote with their own labels"
            ),
            Answering::NearestQuestions { per_record: 1 } => {
                "votes: every record votes with its own label on the question nearest to it".into()
            }
            Answering::NearestQuestions { per_record } => format!(
                "votes: every record votes with its own label on the {per_record} questions nearest \
                     to it"
            ),
            Answering::Teachers | Answering::Interactive { .. } | Answering::Labels { .. } => {
                String::new()
            }
        },
    }
}

fn answers(config: &Pate, mechanism: &Mechanism) -> String {
    let aggregation = &config.aggregation;
    let noise = match aggregation.noise {
        VoteNoise::Gaussian => "Gaussian noise of standard deviation",
        VoteNoise::Laplace => "Laplace noise of scale",
        VoteNoise::DiscreteGaussian => "discrete Gaussian noise of scale",
        VoteNoise::DiscreteLaplace => "discrete Laplace noise of scale",
    };
    let (queries, scale) = (aggregation.queries, mechanism.scale);
    if let Answering::Labels {
        clipping_norm,
        threshold,
        ..
    } = aggregation.answering
    {
        return format!(
            "labels: for each of {queries} questions every teacher's vector is clipped to an L2 norm of \
             {clipping_norm}, the vectors are summed, {noise} {scale} is added to each sum, and a label \
             is on where its noisy sum reaches {threshold}"
        );
    }
    let answers =
        format!("the class with the largest count after {noise} {scale} votes on each is released");
    let Some(check) = aggregation.check else {
        return format!("labels: for each of {queries} questions {answers}");
    };
    let score = match aggregation.answering {
        Answering::Interactive { .. } => "by which the counts exceed the student's prediction",
        _ => "of the largest count",
    };
    format!(
        "labels: of {queries} questions those are answered whose number of votes {score} reaches {} \
         after noise of scale {}; for at most {} of them {answers}",
        check.threshold, check.scale, mechanism.max_answers
    )
}

/// What the cost rests on beside what that of every PATE rests on.
pub(super) fn assumptions(config: &Pate, voters: &Voters) -> Vec<String> {
    let sentence = match (voters, &config.privacy.unit) {
        (Voters::Teachers { .. }, None) => {
            "a record belongs to the shard of one teacher, found by its own hash or place, so that a \
             neighbouring data set changes no more ballots than the events state"
        }
        (Voters::Teachers { .. }, Some(_)) => {
            "all records of a user belong to the shard of one teacher, found by a hash of the user's \
             name, so that a neighbouring data set changes no more ballots than the events state; a \
             person under two spellings of the name is two users"
        }
        (Voters::Elsewhere { .. }, _) if config.is_multi_label() => {
            "that a neighbouring data set changes the vectors of no more teachers than the events \
             state is the word of whoever collected the votes"
        }
        (Voters::Elsewhere { .. }, _) => {
            "that a neighbouring data set changes no more ballots than the events state is the word \
             of whoever counted the votes"
        }
        (Voters::Records, _)
            if matches!(
                config.aggregation.answering,
                Answering::NearestQuestions { .. }
            ) =>
        {
            "on which questions a record votes depends on that record and public values alone, and all \
             questions were known before the first was answered"
        }
        (Voters::Records, _) => {
            "samples are drawn afresh for each question and not revealed; which of two records is \
             nearer depends on these two and public values alone"
        }
    };
    let questions = match config.questions.rounds {
        1 => {
            "the examples asked about, their inputs and their number are public and were chosen without \
             the private records"
        }
        _ => {
            "the examples asked about were chosen from released labels and public data alone: those of \
             later rounds by a student of the labels released before; their inputs and their number are \
             public"
        }
    };
    vec![sentence.to_owned(), questions.to_owned()]
}
