//! The page: a form for one row, the probabilities of every class, and the guarantee.

use askama::Template;

use crate::{FieldKind, Form, ModelPage, Privacy, ServeError};

/// The page's style.
pub(crate) const STYLE: &str = include_str!("page.css");

/// The page's script: what every form needs, and what this one does.
pub(crate) fn script(form: &Form) -> String {
    let parts = match form {
        Form::Image { .. } => [
            include_str!("picture.js"),
            include_str!("image.js"),
            include_str!("page.js"),
        ],
        Form::Table { .. } => [include_str!("table.js"), "", include_str!("page.js")],
        Form::Numbers { .. } => [include_str!("numbers.js"), "", include_str!("page.js")],
    };
    parts.concat()
}

/// The page as HTML, escaped throughout.
///
/// # Errors
/// None that is known: writing into memory cannot fail.
pub(crate) fn html(page: &ModelPage) -> Result<String, ServeError> {
    Page { page }.render().map_err(|error| ServeError::Model {
        key: "page".to_owned(),
        problem: format!("cannot be written ({error})"),
        remedy: "shorten its title and names".to_owned(),
    })
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    page: &'a ModelPage,
}
