//! Large whole numbers as decimal text in JSON: readers elsewhere hold numbers as doubles, which
//! are exact up to 2^53 only.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest text of an `i128`, with its sign.
const LONGEST: usize = 40;

#[derive(Serialize)]
#[serde(transparent)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

fn parse<E: Error>(Text(text): &Text) -> Result<i128, E> {
    // One way to write a number: no plus sign, no leading zeros, no -0.
    match text.parse::<i128>() {
        Ok(number) if text.len() <= LONGEST && number.to_string() == *text => Ok(number),
        _ => Err(E::custom(
            "a whole number of at most 128 bits was expected, as decimal text",
        )),
    }
}

/// One number, for `#[serde(with)]`.
pub(crate) mod one {
    use super::{Deserialize, Deserializer, Serializer, Text, parse};

    pub(crate) fn serialize<S: Serializer>(
        number: &i128,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<i128, D::Error> {
        parse(&Text::deserialize(deserializer)?)
    }
}

/// A list of numbers, for `#[serde(with)]`.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, Serializer, Text, parse};

    pub(crate) fn serialize<S: Serializer>(
        list: &[i128],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(|number| Text(number.to_string())))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<i128>, D::Error> {
        let texts = Vec::<Text>::deserialize(deserializer)?;
        texts.iter().map(parse).collect()
    }
}
