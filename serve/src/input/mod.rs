//! A request's body, read by the model's form.
//!
//! JSON is not parsed into a tree and then looked at: each value is checked where it stands, so that the
//! first fault ends the reading, nothing is kept that is too much, and every fault knows its place.

mod kinds;
mod list;
mod nearest;
mod place;
mod question;
mod record;
mod scalar;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::fmt;

use axum::http::StatusCode;
use serde::de::{DeserializeSeed, Error};

use crate::problem::Problem;
use crate::{Form, Rows};
use place::Place;

/// What a client asks.
#[derive(Debug)]
pub(crate) struct Question {
    /// At least one row, each as the form says.
    pub(crate) rows: Rows,
    /// Whether it wants the probability of every class.
    pub(crate) probabilities: bool,
}

/// Reads a body.
///
/// # Errors
/// 400 where it is no JSON, 413 for more than `most_rows` rows, 422 where it is not what the form says or has
/// a number that no double holds.
pub(crate) fn read(body: &[u8], form: &Form, most_rows: usize) -> Result<Question, Problem> {
    let reader = Reader {
        form,
        most_rows,
        fault: Cell::new(None),
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    question::Seed(&reader)
        .deserialize(&mut json)
        .and_then(|question| json.end().map(|()| question))
        .map_err(|error| reader.fault.take().unwrap_or_else(|| no_json(&error)))
}

/// Whether `serde_json` could not hold a number, which is JSON all the same. It has no other sign for this.
fn is_too_large(error: &impl fmt::Display) -> bool {
    error.to_string().starts_with("number out of range")
}

/// The words of `serde_json` about syntax say what it expected and where, not what it found.
fn no_json(error: &serde_json::Error) -> Problem {
    if is_too_large(error) {
        let detail = format!(
            "the body has a number beyond 1.8e308 where none is needed: line {}, column {}",
            error.line(),
            error.column()
        );
        return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    }
    let detail = format!(
        "the body is not JSON (RFC 8259, which knows neither NaN nor Infinity): {error}; check it with a \
         JSON tool, or see /openapi.json for what it takes"
    );
    Problem::new(StatusCode::BAD_REQUEST, detail)
}

/// What every part of the reading knows.
struct Reader<'a> {
    form: &'a Form,
    most_rows: usize,
    /// The first fault. Serde's own errors carry a text alone.
    fault: Cell<Option<Problem>>,
}

impl Reader<'_> {
    /// Notes that what stands at a place is not what the form says, and ends the reading.
    fn refuse<E: Error>(&self, place: Place<'_>, why: &str) -> E {
        self.refuse_as(StatusCode::UNPROCESSABLE_ENTITY, place, why)
    }

    fn refuse_as<E: Error>(&self, status: StatusCode, place: Place<'_>, why: &str) -> E {
        let problem = Problem::new(status, format!("{place} {why}")).at(
            place.row(),
            place.field(),
            Some(place.pointer()),
        );
        self.fault.set(Some(problem));
        E::custom("refused")
    }
}
