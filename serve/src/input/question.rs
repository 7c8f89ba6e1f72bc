//! The body as a whole: its keys.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::kinds::unlike;
use super::list::{NumberRow, RowList};
use super::record::Record;
use super::scalar::Flag;
use super::{Place, Question, Reader, nearest};
use crate::{Form, Rows};

/// Reads a body.
pub(super) struct Seed<'a>(pub(super) &'a Reader<'a>);

const PROBABILITIES: &str = "probabilities";

impl<'a> Seed<'a> {
    fn unlike<E: Error>(&self, found: &str) -> E {
        let why = format!("is {found} where an object is needed: {}", self.example());
        self.0.refuse(Place::Body, &why)
    }

    /// The way out of most faults.
    fn example(&self) -> &'static str {
        match self.0.form {
            Form::Table { .. } => {
                r#"send {"records": [{...}]}, each record an object of fields by name"#
            }
            Form::Image { .. } | Form::Numbers { .. } => {
                r#"send {"inputs": [[...]]}, each row a flat array of numbers"#
            }
        }
    }

    fn rows<'de, A: MapAccess<'de>>(&self, map: &mut A) -> Result<Rows, A::Error> {
        let reader = self.0;
        match reader.form {
            Form::Table { fields } => {
                let row = |row| Record {
                    reader,
                    fields,
                    row,
                };
                map.next_value_seed(RowList { reader, row })
                    .map(Rows::Records)
            }
            Form::Image { .. } | Form::Numbers { .. } => {
                let row = |row| NumberRow(reader, row);
                map.next_value_seed(RowList { reader, row })
                    .map(Rows::Numbers)
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Question;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Question, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Question;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Question, A::Error> {
        let (mut rows, mut probabilities) = (None, None);
        while let Some(key) = map.next_key_seed(Key(&self))? {
            let twice = match key {
                PROBABILITIES => probabilities.is_some(),
                _ => rows.is_some(),
            };
            if twice {
                let why = "is given twice: keep one of the two";
                return Err(self.0.refuse(Place::Key(key), why));
            }
            match key {
                PROBABILITIES => {
                    let flag = Flag(self.0, Place::Key(key));
                    probabilities = Some(map.next_value_seed(flag)?);
                }
                _ => rows = Some(self.rows(&mut map)?),
            }
        }
        let key = self.0.form.rows_key();
        let rows = rows.ok_or_else(|| {
            let why = format!("has no `{key}`: {}", self.example());
            self.0.refuse(Place::Body, &why)
        })?;
        Ok(Question {
            rows,
            probabilities: probabilities.unwrap_or(false),
        })
    }
    unlike!(boolean number string null array);
}

/// Reads a key of the body.
struct Key<'a>(&'a Seed<'a>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = &'static str;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<&'static str, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = &'static str;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<&'static str, E> {
        let reader = self.0.0;
        let known = [reader.form.rows_key(), PROBABILITIES];
        if let Some(key) = known.into_iter().find(|key| *key == name) {
            return Ok(key);
        }
        let why = match name {
            "inputs" => format!(
                "has `inputs`, but this model takes records: {}",
                self.0.example()
            ),
            "records" => format!(
                "has `records`, but this model takes numbers: {}",
                self.0.example()
            ),
            _ => format!(
                "has a key that is not known{}",
                nearest::hint(name, known.into_iter())
            ),
        };
        Err(reader.refuse(Place::Body, &why))
    }
}
