//! Which classes of the public test data are taken for which.

use super::slug;
use crate::figure::{Body, Figure, Matrix};
use crate::numbers;
use crate::run::Run;

/// The confusion matrix of a run; none where it has no model or says nothing of it.
#[must_use]
pub fn confusion(run: &Run) -> Option<Figure> {
    let confusion = run.evaluation.as_ref()?.confusion.as_ref()?;
    Some(Figure {
        name: slug(&["confusion", &run.name]),
        title: format!("{}: which classes are taken for which", run.name),
        caption: format!(
            "Public test examples by their true class (rows) and the model's answer (columns). Right answers lie \
             on the diagonal: {} of all. The stronger the colour, the larger the share of its row.",
            numbers::percent(confusion.accuracy())
        ),
        body: Body::Matrix(Matrix {
            classes: confusion.classes().to_vec(),
            counts: confusion.counts().to_vec(),
        }),
    })
}
