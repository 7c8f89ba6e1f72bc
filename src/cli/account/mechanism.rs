//! A mechanism of PATE on the command line.

use anyhow::Result;
use clap::Args;
use privet_accountant::{NeighboringRelation, VoteNoise};

use crate::account::PateScales;
use crate::cli::privacy_options::{ballots, count, noise, norm, sampling_probability, threshold};
use crate::config::pate::{MechanismName, NoiseName, SignName};
use crate::errors::usage;

/// The mechanism. What is calibrated is left out.
#[derive(Debug, Args)]
pub(in crate::cli) struct MechanismOptions {
    /// How votes become labels
    #[arg(long, value_enum, value_name = "NAME")]
    pub(in crate::cli) mechanism: MechanismName,
    /// The noise on counts [default: that of the paper]
    #[arg(long, value_enum, value_name = "NAME")]
    noise: Option<NoiseName>,
    /// Standard deviation of the noise on each count, in votes (all but lnmax)
    #[arg(long, value_name = "VOTES", value_parser = noise, allow_negative_numbers = true)]
    sigma: Option<f64>,
    /// Scale of the Laplace noise on each count, in votes (lnmax)
    #[arg(long, value_name = "VOTES", value_parser = noise, allow_negative_numbers = true)]
    scale: Option<f64>,
    /// Votes that the largest noisy count must reach to be answered (confident-gnmax,
    /// interactive-gnmax, private-knn), or the noisy sum of a label to be on (multi-label)
    #[arg(long, value_name = "VOTES", value_parser = threshold, allow_negative_numbers = true)]
    threshold: Option<f64>,
    /// Standard deviation of the noise on that check, in votes (confident-gnmax, interactive-gnmax,
    /// private-knn)
    #[arg(long, value_name = "VOTES", value_parser = noise, allow_negative_numbers = true)]
    sigma_threshold: Option<f64>,
    /// Number of queries; of a file with votes, its first so many [default: all]
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(in crate::cli) queries: Option<u64>,
    /// The most queries that are answered, a cap that labelling keeps to [default: all of them]
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(in crate::cli) max_answers: Option<u64>,
    /// Ballots that a neighbouring data set can change [default: 2 for replace-one, else 1]
    #[arg(long, value_name = "N", value_parser = ballots, allow_negative_numbers = true)]
    changed_votes: Option<u32>,
    /// Probability with which a record is looked at for a query (private-knn)
    #[arg(long, value_name = "Q", value_parser = sampling_probability, allow_negative_numbers = true)]
    sampling_probability: Option<f64>,
    /// On how many of the queries, those nearest to it, a record votes (nearest-questions)
    #[arg(long, value_name = "N", value_parser = ballots, allow_negative_numbers = true)]
    questions_per_record: Option<u32>,
    /// The L2 norm to which a teacher's vector is clipped (multi-label)
    #[arg(long, value_name = "NORM", value_parser = norm, allow_negative_numbers = true)]
    clipping_norm: Option<f64>,
    /// Which entries that vector has (multi-label) [default: non-negative]
    #[arg(long, value_enum, value_name = "NAME")]
    vote_sign: Option<SignName>,
}

impl MechanismOptions {
    /// The scale of the noise on counts, under the name that it has for the mechanism.
    ///
    /// # Errors
    /// A usage error for an option of another mechanism.
    pub(in crate::cli) fn scale(&self) -> Result<Option<f64>> {
        let mechanism = self.mechanism;
        let name = mechanism.name();
        let (right, wrong, option) = match mechanism {
            MechanismName::Lnmax => (self.scale, self.sigma, "--sigma"),
            _ => (self.sigma, self.scale, "--scale"),
        };
        let is_knn = mechanism == MechanismName::PrivateKnn;
        let by_label = mechanism == MechanismName::MultiLabel;
        let may_check = mechanism.may_check();
        let foreign = [
            (wrong.is_some(), false, option),
            (
                self.sigma_threshold.is_some() || (self.threshold.is_some() && !by_label),
                may_check,
                "--threshold and --sigma-threshold",
            ),
            (self.max_answers.is_some(), may_check, "--max-answers"),
            (
                self.changed_votes.is_some(),
                !mechanism.records_vote(),
                "--changed-votes",
            ),
            (
                self.questions_per_record.is_some(),
                mechanism == MechanismName::NearestQuestions,
                "--questions-per-record",
            ),
            (
                self.sampling_probability.is_some(),
                is_knn,
                "--sampling-probability",
            ),
            (self.clipping_norm.is_some(), by_label, "--clipping-norm"),
            (self.vote_sign.is_some(), by_label, "--vote-sign"),
        ];
        match foreign.iter().find(|(given, read, _)| *given && !read) {
            Some((_, _, option)) => Err(usage(format!(
                "{option} has no meaning for --mechanism {name}: leave it out (the scale of its \
                 noise is --{})",
                mechanism.scale_name()
            ))),
            None => Ok(right),
        }
    }

    /// The mechanism with these numbers.
    ///
    /// # Errors
    /// A usage error for a missing number.
    pub(in crate::cli) fn scales(
        &self,
        scale: f64,
        queries: u64,
        relation: NeighboringRelation,
    ) -> Result<PateScales> {
        let mechanism = self.mechanism;
        if mechanism.must_check() && self.sigma_threshold.is_none() {
            return Err(self.missing("--sigma-threshold"));
        }
        if mechanism == MechanismName::PrivateKnn && self.sampling_probability.is_none() {
            return Err(self.missing("--sampling-probability"));
        }
        if mechanism == MechanismName::NearestQuestions && self.questions_per_record.is_none() {
            return Err(self.missing("--questions-per-record"));
        }
        if mechanism == MechanismName::MultiLabel && self.clipping_norm.is_none() {
            return Err(self.missing("--clipping-norm"));
        }
        if let (Some(_), None) = (self.max_answers, self.sigma_threshold) {
            return Err(usage(
                "--max-answers needs a check, --sigma-threshold: without one every query is answered; \
                 give fewer --queries instead",
            ));
        }
        let most = self.max_answers.unwrap_or(queries);
        if most > queries {
            return Err(usage(format!(
                "--max-answers {most} is more than the {queries} queries: leave it out"
            )));
        }
        let default = match relation {
            NeighboringRelation::ReplaceOne => 2,
            NeighboringRelation::AddOrRemoveOne | NeighboringRelation::ReplaceSpecial => 1,
        };
        Ok(PateScales {
            mechanism,
            noise: self.noise()?,
            scale,
            sigma_threshold: self.sigma_threshold,
            threshold: self.threshold,
            queries,
            max_answers: most,
            changed_votes: self.changed_votes.unwrap_or(default),
            // Those that the mechanism does not have are not looked at.
            sampling_probability: self.sampling_probability.unwrap_or(1.0),
            questions_per_record: self.questions_per_record.unwrap_or(1),
            clipping: (
                self.clipping_norm.unwrap_or(1.0),
                SignName::sign(self.vote_sign),
            ),
        })
    }

    fn noise(&self) -> Result<VoteNoise> {
        self.mechanism.noise(self.noise).ok_or_else(|| {
            usage(format!(
                "--noise: --mechanism {} has another noise: leave it out for that of the paper",
                self.mechanism.name()
            ))
        })
    }

    /// The scale, which must be given.
    pub(in crate::cli) fn given_scale(&self) -> Result<f64> {
        let missing = || self.missing(&format!("--{}", self.mechanism.scale_name()));
        self.scale()?.ok_or_else(missing)
    }

    /// Refuses a check without its threshold, where answers are looked at.
    pub(in crate::cli) fn require_threshold(&self) -> Result<()> {
        let checks = self.mechanism.must_check() || self.sigma_threshold.is_some();
        match checks && self.threshold.is_none() {
            true => Err(self.missing("--threshold")),
            false => Ok(()),
        }
    }

    pub(in crate::cli) fn missing(&self, option: &str) -> anyhow::Error {
        usage(format!(
            "--mechanism {} needs {option}",
            self.mechanism.name()
        ))
    }
}
