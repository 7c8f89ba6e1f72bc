//! The numbers inside events: each type holds only valid values.

use serde::Serialize;

use super::EventError;

macro_rules! validated_f64 {
    ($(#[$meta:meta])* $name:ident, $field:literal, $allowed:literal, $valid:expr) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(f64);

        impl $name {
            /// Checks and wraps `value`.
            ///
            /// # Errors
            #[doc = concat!("[`EventError::OutOfRange`] unless `value` is ", $allowed, ".")]
            pub fn new(value: f64) -> Result<Self, EventError> {
                let valid: fn(f64) -> bool = $valid;
                if valid(value) {
                    Ok(Self(value + 0.0)) // -0 becomes +0
                } else {
                    Err(EventError::OutOfRange { field: $field, value, allowed: $allowed })
                }
            }

            /// The plain number.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }
    };
}

validated_f64!(
    /// Scale of the noise divided by the largest norm of one record's contribution: finite and
    /// at least 0 (0 is no noise at all, so no privacy).
    NoiseMultiplier,
    "noise_multiplier",
    "a finite number, 0 or larger",
    |value| value >= 0.0 && value.is_finite()
);
validated_f64!(
    /// Probability that a record is in the sample: at least 0, at most 1.
    SamplingProbability,
    "sampling_probability",
    "a number between 0 and 1",
    |value| (0.0..=1.0).contains(&value)
);
validated_f64!(
    /// Scale of the noise on vote counts, in votes (standard deviation of a Gaussian, scale b of
    /// a Laplace): finite and at least 0 (0 is no noise at all, so no privacy).
    VoteNoiseScale,
    "scale",
    "a finite number of votes, 0 or larger",
    |value| value >= 0.0 && value.is_finite()
);

validated_f64!(
    /// beta of a smooth sensitivity: by what factor, as a logarithm, neighbours can differ in it.
    Smoothness,
    "smoothness",
    "a finite number above 0",
    |value| value > 0.0 && value.is_finite()
);
validated_f64!(
    /// By how many standard deviations of its noise a released bound lies above its value: finite
    /// and at least 0.
    Shift,
    "shift",
    "a finite number, 0 or larger",
    |value| value >= 0.0 && value.is_finite()
);
validated_f64!(
    /// The epsilon that a mechanism is known to have: finite and at least 0, in nats.
    EpsilonParameter,
    "epsilon",
    "a finite number, 0 or larger",
    |value| value >= 0.0 && value.is_finite()
);
validated_f64!(
    /// The delta that a mechanism is known to have: a probability.
    DeltaParameter,
    "delta",
    "a number between 0 and 1",
    |value| (0.0..=1.0).contains(&value)
);
validated_f64!(
    /// A parameter of zero-concentrated differential privacy: finite and at least 0.
    Rho,
    "rho",
    "a finite number, 0 or larger",
    |value| value >= 0.0 && value.is_finite()
);
validated_f64!(
    /// A standard deviation in the unit of the values beside it: finite and above 0.
    StandardDeviation,
    "standard_deviation",
    "a finite number above 0",
    |value| value > 0.0 && value.is_finite()
);

macro_rules! at_least_one {
    ($(#[$meta:meta])* $name:ident, $int:ty, $field:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name($int);

        impl $name {
            /// Checks and wraps `value`.
            ///
            /// # Errors
            /// [`EventError::Zero`] if `value` is 0.
            pub fn new(value: $int) -> Result<Self, EventError> {
                if value == 0 { Err(EventError::Zero { field: $field }) } else { Ok(Self(value)) }
            }

            /// The plain number.
            #[must_use]
            pub const fn get(self) -> $int {
                self.0
            }
        }
    };
}

at_least_one!(
    /// How many times an event happens: at least 1.
    Count,
    u64,
    "count"
);
at_least_one!(
    /// The most ballots that one change of neighbour can alter: at least 1.
    ChangedVotes,
    u32,
    "changed_votes"
);

impl ChangedVotes {
    /// One ballot: what data-dependent bounds are proved for.
    pub const ONE: Self = Self(1);
}

impl Count {
    /// Once.
    pub(crate) const ONE: Self = Self(1);

    /// Checks and wraps a count that is spelled `field` in JSON.
    pub(super) fn named(field: &'static str, value: u64) -> Result<Self, EventError> {
        Self::new(value).map_err(|_| EventError::Zero { field })
    }
}

/// The largest contribution of one record, a whole number from 1 to [`MAX`](Self::MAX).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Sensitivity(u64);

impl Sensitivity {
    /// The largest sensitivity: the costs are sums over as many integers.
    pub const MAX: u64 = 1_000_000;

    /// Checks and wraps `value`.
    ///
    /// # Errors
    /// [`EventError::OutOfRange`] unless `value` is in 1..=[`MAX`](Self::MAX).
    pub fn new(value: u64) -> Result<Self, EventError> {
        if (1..=Self::MAX).contains(&value) {
            Ok(Self(value))
        } else {
            Err(EventError::OutOfRange {
                field: "sensitivity",
                value: value as f64,
                allowed: "a whole number from 1 to 1000000",
            })
        }
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// How many different answers a randomized response can have: at least 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct NumBuckets(u64);

impl NumBuckets {
    /// Checks and wraps `value`.
    ///
    /// # Errors
    /// [`EventError::OutOfRange`] if `value` is below 2.
    pub fn new(value: u64) -> Result<Self, EventError> {
        if value >= 2 {
            Ok(Self(value))
        } else {
            Err(EventError::OutOfRange {
                field: "num_buckets",
                value: value as f64,
                allowed: "a whole number, 2 or larger",
            })
        }
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl From<VoteNoiseScale> for NoiseMultiplier {
    /// The same number: votes count against a sensitivity that is given in votes.
    fn from(scale: VoteNoiseScale) -> Self {
        Self(scale.get())
    }
}
