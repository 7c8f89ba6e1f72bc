//! A mechanism by its public numbers, whoever gives them: a config or the command line.

use privet_accountant::{DpEvent, VoteNoise};
use privet_mechanisms::{
    ConfidentGnMax, ConfidentScales, GnMax, InteractiveGnMax, InteractiveParameters, KnnCheck,
    LnMax, MechanismError, MultiLabel, MultiLabelParameters, NearestQuestions,
    NearestQuestionsParameters, NoisyMax, PrivateKnn, PrivateKnnParameters, VoteQueries,
};

use crate::config::pate::{Answering, Check};

/// The numbers of a mechanism.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReleaseNumbers {
    /// Who votes, and who is asked.
    pub(crate) answering: Answering,
    /// The noise on counts.
    pub(crate) noise: VoteNoise,
    /// Its scale, in votes.
    pub(crate) scale: f64,
    /// What a query must pass to be answered.
    pub(crate) check: Option<Check>,
    /// The most answers.
    pub(crate) max_answers: u64,
    /// How many teachers there are; 0 where there are none.
    pub(crate) teachers: u32,
    /// Classes or labels, queries, and changed votes.
    pub(crate) queries: VoteQueries,
}

/// What releases labels.
pub(crate) enum Release {
    /// Of the votes of teachers.
    NoisyMax(Box<dyn NoisyMax>),
    /// Of the votes of the nearest records.
    PrivateKnn(Box<PrivateKnn>),
    /// Of the votes of all records on the questions nearest to them.
    NearestQuestions(Box<NearestQuestions>),
    /// Of the vectors of teachers.
    MultiLabel(Box<MultiLabel>),
}

impl Release {
    /// What all that it may release costs.
    pub(crate) fn event(&self) -> DpEvent {
        match self {
            Self::NoisyMax(plan) => plan.event(),
            Self::PrivateKnn(plan) => plan.event(),
            Self::NearestQuestions(plan) => plan.event(),
            Self::MultiLabel(plan) => plan.event(),
        }
    }
}

impl ReleaseNumbers {
    /// The mechanism, with its event.
    ///
    /// # Errors
    /// A number that the mechanism does not take.
    pub(crate) fn plan(self) -> Result<Release, MechanismError> {
        let Self {
            answering,
            noise,
            scale,
            check,
            max_answers,
            teachers,
            queries,
        } = self;
        let scales = check.map(|check| ConfidentScales {
            threshold: check.threshold,
            threshold_scale: check.scale,
            vote_scale: scale,
        });
        let of_teachers: Box<dyn NoisyMax> = match (answering, scales) {
            (
                Answering::NearestRecords {
                    neighbors,
                    sampling_probability,
                },
                _,
            ) => {
                return Ok(Release::PrivateKnn(Box::new(PrivateKnn::new(
                    PrivateKnnParameters {
                        classes: queries.classes,
                        queries: queries.queries,
                        neighbours: neighbors,
                        sampling_probability,
                        vote_scale: scale,
                        check: check.map(|check| KnnCheck {
                            threshold: check.threshold,
                            threshold_scale: check.scale,
                        }),
                        max_answers,
                    },
                )?)));
            }
            (Answering::NearestQuestions { per_record }, _) => {
                return Ok(Release::NearestQuestions(Box::new(NearestQuestions::new(
                    NearestQuestionsParameters {
                        classes: queries.classes,
                        queries: queries.queries,
                        ballots: per_record,
                        vote_scale: scale,
                    },
                )?)));
            }
            (
                Answering::Labels {
                    clipping_norm,
                    sign,
                    threshold,
                },
                _,
            ) => {
                return Ok(Release::MultiLabel(Box::new(MultiLabel::new(
                    MultiLabelParameters {
                        labels: queries.classes,
                        teachers,
                        queries: queries.queries,
                        changed_votes: queries.changed_votes,
                        norm: clipping_norm,
                        sign,
                        threshold,
                        scale,
                    },
                )?)));
            }
            (Answering::Interactive { confidence }, Some(scales)) => {
                let parameters = InteractiveParameters {
                    scales,
                    teachers,
                    confidence,
                    max_answers,
                };
                Box::new(InteractiveGnMax::with_noise(noise, parameters, queries)?)
            }
            (_, Some(scales)) => Box::new(ConfidentGnMax::with_noise(
                noise,
                scales,
                max_answers,
                queries,
            )?),
            (_, None) if matches!(noise, VoteNoise::Laplace | VoteNoise::DiscreteLaplace) => {
                Box::new(LnMax::with_noise(noise, scale, queries)?)
            }
            (_, None) => Box::new(GnMax::with_noise(noise, scale, queries)?),
        };
        Ok(Release::NoisyMax(of_teachers))
    }
}
