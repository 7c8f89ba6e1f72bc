//! `released/privacy.json`, as a report reads it.

use privet_accountant::{DpEvent, NeighboringRelation};
use serde::{Deserialize, Deserializer, Serialize};

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
    /// How it came about; of files that an earlier version wrote, nothing is known.
    #[serde(default)]
    pub origin: Origin,
}

/// How a release came about, in public constants that no other released file holds: who receives labels
/// alone has this from those who released them. What is not there is not stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Size of the private part, in units of privacy: declared, never counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_size: Option<u64>,
    /// Whether the run was charged in a ledger of all runs on the same people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_ledger: Option<bool>,
    /// PATE: whether teachers elsewhere cast the votes, so that the run takes their word for what a unit
    /// changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub votes_from_elsewhere: Option<bool>,
    /// PATE: rounds of questions; those after the first are chosen with released labels of the earlier ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_rounds: Option<u64>,
}

impl Privacy {
    /// Whether a choice among several models by their scores on private records is part of the cost.
    #[must_use]
    pub fn pays_for_selection(&self) -> bool {
        is_selection(&self.events)
    }
}

/// Whether an event holds a private selection.
#[must_use]
pub fn is_selection(event: &DpEvent) -> bool {
    holds(event, &|event| {
        matches!(event, DpEvent::RepeatAndSelect { .. })
    })
}

/// Whether an event or one of those that it is made of is as asked.
pub(crate) fn holds(event: &DpEvent, asked: &impl Fn(&DpEvent) -> bool) -> bool {
    asked(event)
        || match event {
            DpEvent::Composed { events, .. } => events.iter().any(|event| holds(event, asked)),
            DpEvent::SelfComposed { event, .. } | DpEvent::RepeatAndSelect { event, .. } => {
                holds(event, asked)
            }
            _ => false,
        }
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
