//! What the service says of its model.

mod check;
mod form;
mod guarantee;

use serde::Serialize;

pub use form::{Field, FieldKind, Form};
pub use guarantee::{Guarantee, Privacy};

use crate::ServeError;

/// What stands on the page and in `GET /v1/model`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelPage {
    /// The page's title, such as the model's name.
    pub title: String,
    /// Name of the data set that the model was trained for.
    pub dataset: String,
    /// Name of each class, by its number.
    pub classes: Vec<String>,
    /// What a row is.
    pub form: Form,
    /// What is guaranteed to the people in the training data.
    #[serde(flatten)]
    pub privacy: Privacy,
}

impl ModelPage {
    /// Refuses a description that no request could meet or no answer could name.
    pub(crate) fn check(&self) -> Result<(), ServeError> {
        check::page(self)
    }
}
