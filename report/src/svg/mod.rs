//! Figures as SVG: as a fragment of a page, and as a file of its own.

mod bars;
mod legend;
mod matrix;
mod plot;
mod writer;

use crate::figure::{Body, Figure};
use writer::Writer;

/// Colours of both themes.
pub const THEME: &str = include_str!("theme.css");
/// How the parts of a figure look.
pub const STYLE: &str = include_str!("figure.css");

/// Width of every figure.
const WIDTH: f64 = 680.0;
/// Height of the title of a file of its own.
const TITLE: f64 = 34.0;
/// How many colours there are.
const LOOKS: usize = 6;

/// An element for a page that holds [`THEME`] and [`STYLE`].
#[must_use]
pub fn fragment(figure: &Figure) -> String {
    drawn(figure, false)
}

/// A file that stands alone, light or dark as the reader prefers.
#[must_use]
pub fn document(figure: &Figure) -> String {
    drawn(figure, true)
}

fn drawn(figure: &Figure, alone: bool) -> String {
    let mut body = Writer::default();
    let height = match &figure.body {
        Body::Plot(plot) => plot::draw(&mut body, plot, &figure.name),
        Body::Bars(bars) => bars::draw(&mut body, bars),
        Body::Matrix(matrix) => matrix::draw(&mut body, matrix),
    };
    let top = if alone { TITLE } else { 0.0 };
    let mut svg = Writer::default();
    let (view, title, description) = (
        format!("0 {} {WIDTH} {}", -top, height + top),
        format!("{}-title", figure.name),
        format!("{}-description", figure.name),
    );
    let labels = format!("{title} {description}");
    let (width, height) = (WIDTH.to_string(), (height + top).to_string());
    let mut attributes = vec![
        ("xmlns", "http://www.w3.org/2000/svg"),
        ("class", "figure"),
        ("viewBox", &view),
        ("role", "img"),
        ("aria-labelledby", &labels),
    ];
    if alone {
        attributes.extend([("width", width.as_str()), ("height", height.as_str())]);
    }
    svg.open("svg", &attributes);
    svg.element("title", &[("id", &title)], &figure.title);
    svg.element("desc", &[("id", &description)], &figure.caption);
    if alone {
        svg.raw(&format!("<style>\n{THEME}{STYLE}</style>\n"));
        let (y, height) = ((-top).to_string(), height.as_str());
        svg.empty(
            "rect",
            &[
                ("class", "paper"),
                ("y", &y),
                ("width", &width),
                ("height", height),
            ],
        );
        svg.element(
            "text",
            &[("class", "heading"), ("x", "16"), ("y", "-10")],
            &figure.title,
        );
    }
    svg.raw(&body.finish());
    svg.close("svg");
    svg.finish()
}

/// A coordinate: two decimals are finer than any screen.
fn place(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// The class of a colour.
fn look(index: Option<usize>) -> String {
    match index {
        None => "reference".into(),
        Some(index) => format!("s{}", index % LOOKS),
    }
}
