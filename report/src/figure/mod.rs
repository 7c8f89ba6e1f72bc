//! What is drawn: data only, without sizes or colours.

mod axis;
mod bars;
mod matrix;
mod plot;

pub use axis::{Axis, Scale};
pub use bars::{Bar, Bars};
pub use matrix::Matrix;
pub use plot::{Mark, Plot, Point, Series};

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Name of its files, of letters, digits and hyphens.
    pub name: String,
    /// The title.
    pub title: String,
    /// What it shows, in a sentence or two: the caption, and the text for whoever does not see it.
    pub caption: String,
    /// The drawing.
    pub body: Body,
}

/// The kinds of drawings.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Curves and points over two axes.
    Plot(Plot),
    /// Horizontal bars made of parts.
    Bars(Bars),
    /// A table of counts with coloured cells.
    Matrix(Matrix),
}

impl Figure {
    /// Its numbers as a table: the names of the columns, and the rows.
    #[must_use]
    pub fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        match &self.body {
            Body::Plot(plot) => plot.table(),
            Body::Bars(bars) => bars.table(),
            Body::Matrix(matrix) => matrix.table(),
        }
    }
}
