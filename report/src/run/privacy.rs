//! `released/privacy.json`, as a report reads it.

use privet_accountant::{DpEvent, NeighboringRelation};
use serde::{Deserialize, Deserializer};

/// The guarantee with everything that it rests on.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Privacy {
    /// False without privacy, and for noise that somebody can predict.
    pub private: bool,
    /// What was charged.
    pub events: DpEvent,
    /// Of what one is protected: `record` or `user`.
    pub unit: String,
    /// When two data sets count as neighbours; none without privacy.
    #[serde(default)]
    pub neighboring_relation: Option<NeighboringRelation>,
    /// The headline; none without privacy.
    #[serde(default, deserialize_with = "number_or_inf")]
    pub epsilon: Option<f64>,
    /// Delta of the headline; none without privacy.
    #[serde(default)]
    pub delta: Option<f64>,
    /// What was done to the records, in words.
    #[serde(default)]
    pub mechanism: Vec<String>,
    /// What the guarantee rests on.
    #[serde(default)]
    pub assumptions: Vec<String>,
    /// What a reader should know before relying on it.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The same events by every accountant.
    #[serde(default)]
    pub by_accountant: Vec<ByAccountant>,
    /// What was taken as public.
    pub public_data: PublicData,
}

/// What one accountant says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ByAccountant {
    /// Its name.
    pub accountant: String,
    /// How its own measure became epsilon and delta, where it has one.
    #[serde(default)]
    pub conversion: Option<String>,
    /// Epsilon; none for infinity.
    #[serde(default, deserialize_with = "number_or_inf")]
    pub epsilon: Option<f64>,
}

/// What was taken as public, and on whose word.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PublicData {
    /// Where it comes from.
    pub source: String,
    /// Who says that it is public.
    pub declared_by: String,
}

/// A number, where infinity stands as `"inf"`.
fn number_or_inf<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Finite(f64),
        Text(String),
    }
    match Option::<Number>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Number::Finite(value)) => Ok(Some(value)),
        Some(Number::Text(text)) if text == "inf" => Ok(Some(f64::INFINITY)),
        Some(Number::Text(text)) => Err(serde::de::Error::custom(format!(
            "{text:?} is no number and not \"inf\""
        ))),
    }
}
