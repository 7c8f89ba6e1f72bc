//! Numbers and names as text. An epsilon is rounded so that it never looks better than it is.

pub(crate) use privet_report::numbers::{epsilon, percent};

/// A name as a CSV field.
pub(crate) fn csv_field(name: &str) -> String {
    match name.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_string(),
    }
}
