//! Single values: a number, a text, true or false.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

use super::kinds::unlike;
use super::{Place, Reader, is_too_large};

/// Reads a finite number.
#[derive(Clone, Copy)]
pub(super) struct Number<'a>(pub(super) &'a Reader<'a>, pub(super) Place<'a>);

impl Number<'_> {
    fn unlike<E: Error>(&self, found: &str) -> E {
        let way_out = match found {
            "a string" => "write it without quotes",
            "null" => "give a value: none may be missing",
            "an array" | "an object" => "a row is a flat list, not nested",
            _ => "write 1 or 0",
        };
        let why = format!("is {found} where a number is needed: {way_out}");
        self.0.refuse(self.1, &why)
    }
}

impl<'de> DeserializeSeed<'de> for Number<'_> {
    type Value = f64;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<f64, D::Error> {
        json.deserialize_any(self)
            .map_err(|error| match is_too_large(&error) {
                true => {
                    let why = "is beyond 1.8e308, the largest double: give a smaller number";
                    self.0.refuse(self.1, why)
                }
                false => error,
            })
    }
}

impl<'de> Visitor<'de> for Number<'_> {
    type Value = f64;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }
    unlike!(boolean string null array object);
}

/// Reads one of a list of texts, and gives its position.
#[derive(Clone, Copy)]
pub(super) struct Category<'a>(
    pub(super) &'a Reader<'a>,
    pub(super) Place<'a>,
    pub(super) &'a [String],
);

impl Category<'_> {
    fn unlike<E: Error>(&self, found: &str) -> E {
        let way_out = match found {
            "null" => "give one of its values: none may be missing",
            _ => "write the value in quotes",
        };
        let why = format!("is {found} where a string is needed: {way_out}");
        self.0.refuse(self.1, &why)
    }
}

impl<'de> DeserializeSeed<'de> for Category<'_> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<usize, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Category<'_> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        let Self(reader, place, values) = self;
        values
            .iter()
            .position(|value| value == text)
            .ok_or_else(|| {
                let hint = super::nearest::hint(text, values.iter().map(String::as_str));
                reader.refuse(place, &format!("is none of its values{hint}"))
            })
    }
    unlike!(boolean number null array object);
}

/// Reads true or false.
#[derive(Clone, Copy)]
pub(super) struct Flag<'a>(pub(super) &'a Reader<'a>, pub(super) Place<'a>);

impl Flag<'_> {
    fn unlike<E: Error>(&self, found: &str) -> E {
        let why = format!("is {found}: write true or false, without quotes");
        self.0.refuse(self.1, &why)
    }
}

impl<'de> DeserializeSeed<'de> for Flag<'_> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Flag<'_> {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }
    unlike!(number string null array object);
}
