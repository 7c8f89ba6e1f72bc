//! What is guaranteed to the people in the training data, in the words that a reader sees.

use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::SerializeStruct};

/// A guarantee of differential privacy, as the run's `privacy.json` states it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guarantee {
    /// Epsilon: what the model tells of any one unit is bounded by a factor `e^epsilon` in
    /// probability, but for `delta`. In nats.
    pub epsilon: f64,
    /// Delta: the probability that is not bounded.
    pub delta: f64,
    /// Whom one unit covers, such as `record` or `user`.
    pub unit: String,
    /// How neighbouring data sets differ, such as `add-or-remove-one`.
    pub neighboring: String,
    /// Which accountant bounds it, such as `pld`.
    pub accountant: String,
    /// The statement in plain words, shown with its line breaks.
    pub statement: String,
}

/// Above these a guarantee bounds nothing that matters: at epsilon 100 an outcome may be `e^100`, about
/// 2.7e43, times as probable with a record as without it, and at delta 0.1 one data set in ten be published
/// whole.
const MOST_EPSILON: f64 = 100.0;
const MOST_DELTA: f64 = 0.1;

impl Guarantee {
    /// Whether it protects anybody in effect. NaN does not.
    fn protects(&self) -> bool {
        self.epsilon <= MOST_EPSILON && self.delta <= MOST_DELTA
    }

    /// Epsilon for the page.
    pub(crate) fn epsilon_text(&self) -> String {
        rounded_up(self.epsilon)
    }

    /// Delta for the page, such as `1e-5`.
    pub(crate) fn delta_text(&self) -> String {
        format!("{:e}", self.delta)
    }
}

/// Whether the model may be shown to people who may not see its training data.
///
/// As JSON: `"private"`, `"guarantee"` and `"not_private"` side by side. Private is a model with a guarantee
/// that protects somebody in effect; any other says in `"not_private"` why it is not.
#[derive(Debug, Clone, PartialEq)]
pub enum Privacy {
    /// A guarantee holds.
    Guaranteed(Guarantee),
    /// None holds, or none is known.
    NotPrivate {
        /// Why, and what follows, in a sentence.
        why: String,
    },
}

impl Privacy {
    /// The guarantee.
    ///
    /// # Errors
    /// Why there is none, or why it protects nobody in effect: epsilon is above 100, or delta above 0.1.
    pub fn protection(&self) -> Result<&Guarantee, Cow<'_, str>> {
        match self {
            Self::NotPrivate { why } => Err(why.into()),
            Self::Guaranteed(guarantee) if guarantee.protects() => Ok(guarantee),
            Self::Guaranteed(guarantee) => Err(format!(
                "Epsilon {} at delta {} protects nobody in effect (epsilon above {MOST_EPSILON}, or delta \
                 above {MOST_DELTA}): answers may reveal the records that the model was trained on.",
                guarantee.epsilon_text(),
                guarantee.delta_text(),
            )
            .into()),
        }
    }
}

impl Serialize for Privacy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stated = match self {
            Self::Guaranteed(guarantee) => Some(guarantee),
            Self::NotPrivate { .. } => None,
        };
        let protection = self.protection();
        let mut object = serializer.serialize_struct("Privacy", 3)?;
        object.serialize_field("private", &protection.is_ok())?;
        object.serialize_field("guarantee", &stated)?;
        object.serialize_field("not_private", &protection.err())?;
        object.end()
    }
}

/// With at most four decimals, and never below the value; a very large one, which has none, by its power of
/// ten.
fn rounded_up(value: f64) -> String {
    if value >= 1e9 {
        return format!("{value:e}");
    }
    let mut digits = (value * 1e4).ceil();
    // The product is rounded: what is printed must not look better than it is.
    if digits / 1e4 < value {
        digits += 1.0;
    }
    format!("{}", digits / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_protects_nobody_is_no_protection() {
        let of = |epsilon, delta| {
            Privacy::Guaranteed(Guarantee {
                epsilon,
                delta,
                unit: "record".into(),
                neighboring: "add-or-remove-one".into(),
                accountant: "pld".into(),
                statement: String::new(),
            })
        };
        for (epsilon, delta) in [(0.0, 0.0), (100.0, 0.1), (8.0, 1e-5)] {
            assert!(of(epsilon, delta).protection().is_ok());
        }
        for (epsilon, delta) in [(100.1, 1e-5), (1e300, 1e-5), (f64::NAN, 0.0), (1.0, 0.11)] {
            let privacy = of(epsilon, delta);
            let why = privacy.protection().unwrap_err();
            assert!(why.contains("protects nobody in effect"), "{why}");
        }
    }

    #[test]
    fn epsilon_never_looks_better_than_it_is() {
        for (value, text) in [
            (1.0, "1"),
            (0.9812, "0.9812"),
            (0.981_23, "0.9813"),
            (1.000_000_1, "1.0001"),
            (7.99, "7.99"),
            (1e300, "1e300"),
        ] {
            assert_eq!(rounded_up(value), text);
        }
        let mut value = 0.01_f64;
        for _ in 0..10_000 {
            value *= 1.000_7;
            assert!(rounded_up(value).parse::<f64>().unwrap() >= value);
        }
    }
}
