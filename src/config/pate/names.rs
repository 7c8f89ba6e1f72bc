//! The mechanisms of PATE by their names, in configs and on the command line.

use clap::ValueEnum;
use privet_accountant::VoteNoise;
use privet_mechanisms::VoteSign;
use serde::{Deserialize, Serialize};

/// How votes become labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MechanismName {
    /// Laplace noise on each count, then the largest (Papernot et al. 2017)
    Lnmax,
    /// Gaussian noise on each count, then the largest (Papernot et al. 2018)
    Gnmax,
    /// GNMax that answers only where a noisy check finds enough agreement (Papernot et al. 2018)
    ConfidentGnmax,
    /// GNMax that answers only where a noisy check finds that the teachers contradict the student
    /// (Papernot et al. 2018)
    InteractiveGnmax,
    /// The records nearest to the query, out of a random sample, vote for their own label; no
    /// teacher is trained (Zhu et al. 2020)
    PrivateKnn,
    /// Every record votes for its own label on the queries nearest to it; no teacher is trained, and the
    /// number of queries costs nothing
    NearestQuestions,
    /// Every teacher gives a vector over the labels; those whose noisy sum reaches a threshold are
    /// on (Zhu et al. 2020)
    MultiLabel,
}

/// The noise on votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NoiseName {
    /// Normal
    Gaussian,
    /// Laplace
    Laplace,
    /// On the integers, with the density of the normal distribution
    DiscreteGaussian,
    /// On the integers, with the density of the Laplace distribution
    DiscreteLaplace,
}

/// Which entries the vectors of teachers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SignName {
    /// None below 0, such as bits or probabilities
    NonNegative,
    /// Any, such as logits
    Any,
}

impl MechanismName {
    /// As it is typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lnmax => "lnmax",
            Self::Gnmax => "gnmax",
            Self::ConfidentGnmax => "confident-gnmax",
            Self::InteractiveGnmax => "interactive-gnmax",
            Self::PrivateKnn => "private-knn",
            Self::NearestQuestions => "nearest-questions",
            Self::MultiLabel => "multi-label",
        }
    }

    /// What the noise on counts is called: its scale parameter.
    pub(crate) fn scale_name(self) -> &'static str {
        match self {
            Self::Lnmax => "scale",
            _ => "sigma",
        }
    }

    /// Whether a query is checked before it is answered.
    pub(crate) fn must_check(self) -> bool {
        matches!(self, Self::ConfidentGnmax | Self::InteractiveGnmax)
    }

    /// Whether it can be.
    pub(crate) fn may_check(self) -> bool {
        self.must_check() || self == Self::PrivateKnn
    }

    /// Whether the records themselves vote, and no teacher does.
    pub(crate) fn records_vote(self) -> bool {
        matches!(self, Self::PrivateKnn | Self::NearestQuestions)
    }

    /// Its noise: the named one, or that of the paper; none where it does not take the named one.
    pub(crate) fn noise(self, named: Option<NoiseName>) -> Option<VoteNoise> {
        use NoiseName::{DiscreteGaussian, DiscreteLaplace, Gaussian, Laplace};
        let allowed: &[NoiseName] = match self {
            Self::Lnmax => &[Laplace, DiscreteLaplace],
            Self::PrivateKnn | Self::NearestQuestions | Self::MultiLabel => &[Gaussian],
            _ => &[Gaussian, DiscreteGaussian],
        };
        let noise = named.unwrap_or(allowed[0]);
        allowed.contains(&noise).then(|| noise.law())
    }
}

impl NoiseName {
    const fn law(self) -> VoteNoise {
        match self {
            Self::Gaussian => VoteNoise::Gaussian,
            Self::Laplace => VoteNoise::Laplace,
            Self::DiscreteGaussian => VoteNoise::DiscreteGaussian,
            Self::DiscreteLaplace => VoteNoise::DiscreteLaplace,
        }
    }
}

impl SignName {
    /// The sign, where none is named that of bits.
    pub(crate) fn sign(named: Option<Self>) -> VoteSign {
        match named {
            None | Some(Self::NonNegative) => VoteSign::NonNegative,
            Some(Self::Any) => VoteSign::Any,
        }
    }
}
