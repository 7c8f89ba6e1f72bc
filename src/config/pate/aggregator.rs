//! `[aggregator]`: how votes become labels.

use anyhow::{Result, anyhow, bail, ensure};
use privet_accountant::VoteNoise;
use privet_mechanisms::VoteSign;
use serde::{Deserialize, Serialize};

use super::names::{MechanismName, NoiseName, SignName};

/// `[aggregator]`: how votes become labels. A key that the mechanism does not read is refused.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AggregatorTable {
    /// The mechanism.
    mechanism: MechanismName,
    /// Public examples asked about.
    queries: u64,
    /// Mechanisms with a threshold: the run stops after this many answers, and the cost is that of
    /// all of them. As many as the budget allows when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_answers: Option<u64>,
    /// The kind of noise; that of the paper when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    noise: Option<NoiseName>,
    /// Laplace noise: its scale, in votes; calibrated when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<f64>,
    /// Gaussian noise: its standard deviation, in votes; calibrated when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    sigma: Option<f64>,
    /// Votes that the noisy score of an answered query must reach: `confident-gnmax` and
    /// `interactive-gnmax` need it, `private-knn` may have it. Multi-label voting, which needs it: what
    /// the noisy sum of a label must reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    /// Standard deviation of the noise on that score, in votes; needed with `threshold`, but for
    /// multi-label voting.
    #[serde(skip_serializing_if = "Option::is_none")]
    sigma_threshold: Option<f64>,
    /// Interactive-GNMax, which needs it: how sure of a label the student must be for it to be reinforced.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    /// Private kNN, which needs it: how many of the nearest records vote.
    #[serde(skip_serializing_if = "Option::is_none")]
    neighbors: Option<u32>,
    /// Private kNN, which needs it: probability with which a record is looked at for a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    sampling_probability: Option<f64>,
    /// Nearest questions, which need it: on how many of the queries, those nearest to it, a record votes.
    #[serde(skip_serializing_if = "Option::is_none")]
    questions_per_record: Option<u32>,
    /// Multi-label voting: the L2 norm to which a teacher's vector is clipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    clipping_norm: Option<f64>,
    /// Multi-label voting: which entries vectors have; none below 0 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    vote_sign: Option<SignName>,
}

/// What `[aggregator]` means.
#[derive(Clone, Debug)]
pub(crate) struct Aggregation {
    /// The mechanism.
    pub(super) mechanism: MechanismName,
    /// Public examples asked about.
    pub(crate) queries: u64,
    /// The noise on counts.
    pub(crate) noise: VoteNoise,
    /// Its scale, in votes; calibrated when absent.
    pub(crate) scale: Option<f64>,
    /// Where the config gives that scale.
    pub(crate) scale_key: &'static str,
    /// What a query must pass to be answered.
    pub(crate) check: Option<Check>,
    /// The most answers; as many as the budget allows when absent, or all without a check.
    pub(crate) max_answers: Option<u64>,
    /// Who votes, and who is asked.
    pub(crate) answering: Answering,
}

/// A threshold on a noisy score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    /// The threshold, in votes.
    pub(crate) threshold: f64,
    /// Scale of the noise on the score, in votes.
    pub(crate) scale: f64,
}

/// Who votes, and who is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answering {
    /// The teachers.
    Teachers,
    /// The teachers where they contradict the student, the student where it is sure.
    Interactive {
        /// How sure it must be.
        confidence: f64,
    },
    /// The nearest records of a sample.
    NearestRecords {
        /// How many.
        neighbors: u32,
        /// Probability with which a record is in the sample.
        sampling_probability: f64,
    },
    /// The records, each about the questions nearest to it.
    NearestQuestions {
        /// How many.
        per_record: u32,
    },
    /// The teachers, each by a vector over the labels.
    Labels {
        /// The L2 norm to which a vector is clipped.
        clipping_norm: f64,
        /// Which entries it has.
        sign: VoteSign,
        /// What the noisy sum of a label must reach.
        threshold: f64,
    },
}

impl Aggregation {
    /// The name of the mechanism where the records themselves vote; none where teachers do.
    pub(crate) fn of_records(&self) -> Option<&'static str> {
        let mechanism = self.mechanism;
        mechanism.records_vote().then(|| mechanism.name())
    }
}

impl AggregatorTable {
    /// What it means; every value checked, and every key that the mechanism does not read refused.
    pub(in crate::config) fn check(&self) -> Result<Aggregation> {
        use MechanismName::{InteractiveGnmax, Lnmax, MultiLabel, NearestQuestions, PrivateKnn};
        let mechanism = self.mechanism;
        ensure!(
            self.queries >= 1,
            "[aggregator] queries = 0: ask at least one question"
        );
        let is_laplace = mechanism == Lnmax;
        let is_knn = mechanism == PrivateKnn;
        let (must_check, may_check) = (mechanism.must_check(), mechanism.may_check());
        let by_label = mechanism == MultiLabel;
        self.refuse_foreign(&[
            ("scale", self.scale.is_some(), is_laplace),
            ("sigma", self.sigma.is_some(), !is_laplace),
            ("threshold", self.threshold.is_some(), may_check || by_label),
            ("clipping_norm", self.clipping_norm.is_some(), by_label),
            ("vote_sign", self.vote_sign.is_some(), by_label),
            ("sigma_threshold", self.sigma_threshold.is_some(), may_check),
            ("max_answers", self.max_answers.is_some(), may_check),
            (
                "confidence",
                self.confidence.is_some(),
                mechanism == InteractiveGnmax,
            ),
            ("neighbors", self.neighbors.is_some(), is_knn),
            (
                "sampling_probability",
                self.sampling_probability.is_some(),
                is_knn,
            ),
            (
                "questions_per_record",
                self.questions_per_record.is_some(),
                mechanism == NearestQuestions,
            ),
        ])?;
        let check = match (self.threshold, self.sigma_threshold) {
            _ if by_label => None,
            (None, None) if !must_check => None,
            (threshold, scale) => Some(Check {
                threshold: self.required("threshold", threshold)?,
                scale: self.required("sigma_threshold", scale)?,
            }),
        };
        noise_scale("sigma_threshold", self.sigma_threshold)?;
        ensure!(
            self.threshold.is_none_or(f64::is_finite),
            "[aggregator] threshold = {}: it must be a finite number of votes",
            self.threshold.unwrap_or_default()
        );
        if let Some(max_answers) = self.max_answers {
            ensure!(
                (1..=self.queries).contains(&max_answers),
                "[aggregator] max_answers = {max_answers}: it must lie between 1 and queries = {}",
                self.queries
            );
            ensure!(
                check.is_some(),
                "[aggregator] max_answers: without a threshold every query is answered; ask fewer \
                 queries instead"
            );
        }
        let (scale, scale_key) = match is_laplace {
            true => (self.scale, "scale"),
            false => (self.sigma, "sigma"),
        };
        noise_scale(scale_key, scale)?;
        Ok(Aggregation {
            mechanism,
            queries: self.queries,
            noise: self.noise()?,
            scale,
            scale_key: match is_laplace {
                true => "[aggregator] scale",
                false => "[aggregator] sigma",
            },
            check,
            max_answers: self.max_answers,
            answering: self.answering()?,
        })
    }

    fn answering(&self) -> Result<Answering> {
        Ok(match self.mechanism {
            MechanismName::InteractiveGnmax => {
                let confidence = self.required("confidence", self.confidence)?;
                ensure!(
                    (0.0..=1.0).contains(&confidence),
                    "[aggregator] confidence = {confidence}: it must be a probability, for example \
                     0.9"
                );
                Answering::Interactive { confidence }
            }
            MechanismName::PrivateKnn => {
                let neighbors = self.required("neighbors", self.neighbors)?;
                let probability =
                    self.required("sampling_probability", self.sampling_probability)?;
                ensure!(
                    neighbors >= 1,
                    "[aggregator] neighbors = 0: at least one record must vote"
                );
                ensure!(
                    probability > 0.0 && probability <= 1.0,
                    "[aggregator] sampling_probability = {probability}: it must be above 0 and at \
                     most 1"
                );
                Answering::NearestRecords {
                    neighbors,
                    sampling_probability: probability,
                }
            }
            MechanismName::NearestQuestions => {
                let per_record =
                    self.required("questions_per_record", self.questions_per_record)?;
                ensure!(
                    (1..=self.queries).contains(&per_record.into()),
                    "[aggregator] questions_per_record = {per_record}: it must lie between 1 and queries = \
                     {}; 1 or 2 are common",
                    self.queries
                );
                Answering::NearestQuestions { per_record }
            }
            MechanismName::MultiLabel => {
                let norm = self.required("clipping_norm", self.clipping_norm)?;
                ensure!(
                    (2f64.powi(-20)..=2f64.powi(16)).contains(&norm),
                    "[aggregator] clipping_norm = {norm}: it must lie between 2^-20 and 2^16"
                );
                Answering::Labels {
                    clipping_norm: norm,
                    sign: SignName::sign(self.vote_sign),
                    threshold: self.required("threshold", self.threshold)?,
                }
            }
            _ => Answering::Teachers,
        })
    }

    fn noise(&self) -> Result<VoteNoise> {
        let noise = self.mechanism.noise(self.noise);
        noise.ok_or_else(|| {
            anyhow!(
                "[aggregator] noise: mechanism = \"{}\" has another noise: leave the key out for \
                 that of the paper",
                self.mechanism.name()
            )
        })
    }

    /// A key that the mechanism does not read is more likely a mistake than a wish.
    fn refuse_foreign(&self, keys: &[(&str, bool, bool)]) -> Result<()> {
        match keys.iter().find(|(_, given, read)| *given && !read) {
            Some((key, ..)) => bail!(
                "[aggregator] {key} has no meaning for mechanism = \"{}\": leave it out",
                self.mechanism.name()
            ),
            None => Ok(()),
        }
    }

    fn required<T>(&self, key: &str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| {
            anyhow!(
                "[aggregator] {key} is missing: mechanism = \"{}\" needs it",
                self.mechanism.name()
            )
        })
    }
}

/// The scale of noise on votes, where one is given.
fn noise_scale(key: &str, scale: Option<f64>) -> Result<()> {
    match scale {
        Some(scale) if !(scale.is_finite() && scale > 0.0) => bail!(
            "[aggregator] {key} = {scale}: it must be a finite number of votes above 0, or be left \
             out where it can be calibrated"
        ),
        _ => Ok(()),
    }
}
