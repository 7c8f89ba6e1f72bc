//! Lists: the rows, and the numbers of a row.

use std::fmt;

use axum::http::StatusCode;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use super::kinds::unlike;
use super::scalar::Number;
use super::{Place, Reader};
use crate::Form;

/// Reads the value of `inputs` or `records`: one row or more, each by a seed of its own.
pub(super) struct RowList<'a, F> {
    pub(super) reader: &'a Reader<'a>,
    /// The seed of a row by its number.
    pub(super) row: F,
}

impl<F> RowList<'_, F> {
    fn place(&self) -> Place<'static> {
        Place::Key(self.reader.form.rows_key())
    }

    fn unlike<E: Error>(&self, found: &str) -> E {
        let why =
            format!("is {found} where an array of rows is needed: put even a single row in one");
        self.reader.refuse(self.place(), &why)
    }
}

impl<'de, F, S> DeserializeSeed<'de> for RowList<'_, F>
where
    F: Fn(usize) -> S,
    S: DeserializeSeed<'de>,
{
    type Value = Vec<S::Value>;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, F, S> Visitor<'de> for RowList<'_, F>
where
    F: Fn(usize) -> S,
    S: DeserializeSeed<'de>,
{
    type Value = Vec<S::Value>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let most = self.reader.most_rows;
        let mut rows = Vec::new();
        while rows.len() < most {
            match seq.next_element_seed((self.row)(rows.len()))? {
                Some(row) => rows.push(row),
                None if rows.is_empty() => {
                    let why = "is empty: give one row or more";
                    return Err(self.reader.refuse(self.place(), why));
                }
                None => return Ok(rows),
            }
        }
        match seq.next_element::<IgnoredAny>()? {
            Some(_) => {
                let why = format!("has more than {most} rows: send them in several requests");
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                Err(self.reader.refuse_as(status, self.place(), &why))
            }
            None => Ok(rows),
        }
    }
    unlike!(boolean number string null object);
}

/// Reads a row of numbers, as many as the form says, each within its bounds.
pub(super) struct NumberRow<'a>(pub(super) &'a Reader<'a>, pub(super) usize);

impl<'a> NumberRow<'a> {
    fn unlike<E: Error>(&self, found: &str) -> E {
        let why = format!(
            "is {found} where {} is needed{}",
            self.wanted(),
            match found {
                "a number" => ": put each row in square brackets of its own",
                _ => "",
            }
        );
        self.refuse(&why)
    }

    fn refuse<E: Error>(&self, why: &str) -> E {
        self.0
            .refuse(Place::Row(self.0.form.rows_key(), self.1), why)
    }

    /// What a row is, in words.
    fn wanted(&self) -> String {
        match self.0.form {
            Form::Image {
                channels,
                height,
                width,
                ..
            } => format!(
                "a flat array of {} numbers ({channels} x {height} x {width} pixels, row by row)",
                self.0.form.width()
            ),
            form => format!("an array of {} numbers", form.width()),
        }
    }

    fn within_bounds<E: Error>(&self, value: f64, position: usize) -> Result<f64, E> {
        match self.0.form {
            Form::Image {
                minimum, maximum, ..
            } if !(*minimum..=*maximum).contains(&value) => {
                let place = Place::Number(self.0.form.rows_key(), self.1, position);
                let why =
                    format!("is outside {minimum}..{maximum}: give raw pixels, before any scaling");
                Err(self.0.refuse(place, &why))
            }
            Form::Numbers {
                minimum, maximum, ..
            } => Ok(value.clamp(*minimum, *maximum)),
            _ => Ok(value),
        }
    }
}

impl<'de> DeserializeSeed<'de> for NumberRow<'_> {
    type Value = Vec<f64>;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NumberRow<'_> {
    type Value = Vec<f64>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of numbers")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let width = self.0.form.width();
        let mut row = Vec::with_capacity(width);
        for position in 0..width {
            let place = Place::Number(self.0.form.rows_key(), self.1, position);
            match seq.next_element_seed(Number(self.0, place))? {
                Some(value) => row.push(self.within_bounds(value, position)?),
                None => {
                    let why = format!("has {position} numbers where {} is needed", self.wanted());
                    return Err(self.refuse(&why));
                }
            }
        }
        match seq.next_element::<IgnoredAny>()? {
            Some(_) => {
                let why = format!("has more numbers than {}", self.wanted());
                Err(self.refuse(&why))
            }
            None => Ok(row),
        }
    }
    unlike!(boolean number string null object);
}
