//! Where in a body something stands.

use std::fmt;

/// A place, in the form's own words: no key or value of the client's is in it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// The whole body.
    Body,
    /// The value of a key.
    Key(&'static str),
    /// A row.
    Row(&'static str, usize),
    /// A number of a row.
    Number(&'static str, usize, usize),
    /// A field of a row.
    Field(&'static str, usize, &'a str),
}

impl<'a> Place<'a> {
    /// The row, from 0.
    pub(crate) fn row(self) -> Option<usize> {
        match self {
            Self::Body | Self::Key(_) => None,
            Self::Row(_, row) | Self::Number(_, row, _) | Self::Field(_, row, _) => Some(row),
        }
    }

    /// The field of the form.
    pub(crate) fn field(self) -> Option<&'a str> {
        match self {
            Self::Field(_, _, field) => Some(field),
            _ => None,
        }
    }

    /// As a JSON Pointer (RFC 6901), where `~` is `~0` and `/` is `~1`.
    pub(crate) fn pointer(self) -> String {
        match self {
            Self::Body => String::new(),
            Self::Key(key) => format!("/{key}"),
            Self::Row(key, row) => format!("/{key}/{row}"),
            Self::Number(key, row, position) => format!("/{key}/{row}/{position}"),
            Self::Field(key, row, field) => {
                let field = field.replace('~', "~0").replace('/', "~1");
                format!("/{key}/{row}/{field}")
            }
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => write!(f, "the body"),
            Self::Key(key) => write!(f, "`{key}`"),
            Self::Row(key, row) => write!(f, "{key}[{row}]"),
            Self::Number(key, row, position) => write!(f, "{key}[{row}][{position}]"),
            Self::Field(key, row, field) => write!(f, "{key}[{row}], field `{field}`,"),
        }
    }
}
