//! Private examples as the units whose gradients are clipped.

use privet_mechanisms::Sensitive;

use crate::data::{Examples, UnitIndex};

/// Private examples, and which of them form a unit: what one neighbour has more than another.
///
/// A plan samples units, clips the mean gradient of each, and counts them.
#[derive(Clone, Copy, Debug)]
pub struct PrivateUnits<'a> {
    examples: &'a Sensitive<Examples>,
    index: Option<&'a Sensitive<UnitIndex>>,
}

impl<'a> PrivateUnits<'a> {
    /// Every record is a unit.
    pub fn of_records(examples: &'a Sensitive<Examples>) -> Self {
        Self {
            examples,
            index: None,
        }
    }

    /// The units of `index`, for example the records of one user each.
    pub fn of_groups(examples: &'a Sensitive<Examples>, index: &'a Sensitive<UnitIndex>) -> Self {
        Self {
            examples,
            index: Some(index),
        }
    }

    /// How many units there are: what a plan's run is started with.
    pub fn count(&self) -> Sensitive<usize> {
        match self.index {
            Some(index) => index.as_ref().map(UnitIndex::len),
            None => self.examples.as_ref().map(Examples::len),
        }
    }

    /// The records.
    pub fn examples(&self) -> &'a Sensitive<Examples> {
        self.examples
    }

    /// Whether every record is a unit.
    pub(crate) fn are_records(&self) -> bool {
        self.index.is_none()
    }

    /// The rows of a unit; `None` where the index has no such unit.
    pub(crate) fn rows(&self, unit: usize) -> Option<UnitRows<'a>> {
        match self.index {
            None => Some(UnitRows::One(unit)),
            Some(index) => index.expose_sensitive().rows(unit).map(UnitRows::Many),
        }
    }
}

/// The rows of one unit.
#[derive(Clone, Copy)]
pub(crate) enum UnitRows<'a> {
    One(usize),
    Many(&'a [usize]),
}

impl UnitRows<'_> {
    pub(crate) fn as_slice(&self) -> &[usize] {
        match self {
            Self::One(row) => std::slice::from_ref(row),
            Self::Many(rows) => rows,
        }
    }
}
