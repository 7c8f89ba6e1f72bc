//! What is guaranteed to the people in the training data, in the words that a reader sees.

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

impl Guarantee {
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
/// As JSON: `"private"`, `"guarantee"` and `"not_private"` side by side, the last two of them `null` in turn.
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

impl Serialize for Privacy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (guarantee, why) = match self {
            Self::Guaranteed(guarantee) => (Some(guarantee), None),
            Self::NotPrivate { why } => (None, Some(why)),
        };
        let mut object = serializer.serialize_struct("Privacy", 3)?;
        object.serialize_field("private", &guarantee.is_some())?;
        object.serialize_field("guarantee", &guarantee)?;
        object.serialize_field("not_private", &why)?;
        object.end()
    }
}

/// With at most four decimals, and never below the value.
fn rounded_up(value: f64) -> String {
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
    fn epsilon_never_looks_better_than_it_is() {
        for (value, text) in [
            (1.0, "1"),
            (0.9812, "0.9812"),
            (0.981_23, "0.9813"),
            (1.000_000_1, "1.0001"),
            (7.99, "7.99"),
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
