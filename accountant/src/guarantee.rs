//! A differential privacy guarantee with everything that it depends on.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::NeighboringRelation;

/// (epsilon, delta)-differential privacy, with what the two numbers mean and where they come from.
///
/// For all neighbouring data sets x, x' under `neighboring_relation` and all sets S of outcomes,
/// `Pr[M(x) in S] <= exp(epsilon) Pr[M(x') in S] + delta`. Both numbers are upper bounds, rounded
/// up. In JSON an infinite number is the string `"inf"`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Guarantee {
    /// Epsilon, in nats; infinite when nothing is guaranteed.
    #[serde(serialize_with = "number_or_inf")]
    pub epsilon: f64,
    /// Delta, a probability.
    pub delta: f64,
    /// When two data sets count as neighbours.
    pub neighboring_relation: NeighboringRelation,
    /// The accountant that computed the bound, such as `rdp`.
    pub accountant: &'static str,
    /// How the accountant's own measure became epsilon and delta, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<&'static str>,
    /// The Renyi order at which the bound holds, for accountants that search one.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "option_or_inf"
    )]
    pub optimal_order: Option<f64>,
}

impl fmt::Display for Guarantee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            epsilon,
            delta,
            neighboring_relation,
            accountant,
            ..
        } = self;
        // Never below the value: what is shown is as much an upper bound as what is computed.
        let shown = (epsilon * 1e6).ceil() / 1e6;
        let shown = if shown < *epsilon {
            shown + 1e-6
        } else {
            shown
        };
        write!(
            formatter,
            "epsilon = {shown:.6}, delta = {delta:e} ({neighboring_relation}, {accountant})"
        )
    }
}

fn number_or_inf<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_infinite() {
        serializer.serialize_str("inf")
    } else {
        serializer.serialize_f64(*value)
    }
}

fn option_or_inf<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => number_or_inf(value, serializer),
        None => serializer.serialize_none(),
    }
}
