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
const WIDTH: f64 = 580.0;
/// Height of the title of a file of its own.
const TITLE: f64 = 34.0;
/// How many colours there are.
const LOOKS: usize = 6;

/// An element for a page that holds [`THEME`] and [`STYLE`].
#[must_use]
pub fn fragment(figure: &Figure) -> String {
    let drawing = Drawing::of(figure);
    let mut svg = Writer::default();
    let (title, description) = (
        format!("{}-title", figure.name),
        format!("{}-description", figure.name),
    );
    svg.open(
        "svg",
        &[
            ("class", "figure"),
            (
                "viewBox",
                &format!("0 0 {} {}", place(drawing.width), place(drawing.height)),
            ),
            ("role", "img"),
            ("aria-labelledby", &format!("{title} {description}")),
            (
                "style",
                &format!("max-width: {}px", place(1.4 * drawing.width)),
            ),
        ],
    );
    svg.element("title", &[("id", &title)], &figure.title);
    svg.element("desc", &[("id", &description)], &figure.caption);
    svg.raw(&drawing.body);
    svg.close("svg");
    svg.finish()
}

/// A file that stands alone, light or dark as the reader prefers.
#[must_use]
pub fn document(figure: &Figure) -> String {
    let drawing = Drawing::of(figure);
    let mut svg = Writer::default();
    let size = (drawing.width, drawing.height + TITLE);
    file(&mut svg, (&figure.title, &figure.caption), size);
    svg.open("g", &[("transform", &format!("translate(0 {TITLE})"))]);
    svg.raw(&drawing.body);
    svg.close("g");
    svg.close("svg");
    svg.finish()
}

/// A file with figures beside each other, under a title of their own.
#[must_use]
pub fn beside(title: &str, figures: &[Figure]) -> String {
    let drawings: Vec<Drawing> = figures.iter().map(Drawing::of).collect();
    let heights = drawings.iter().map(|drawing| drawing.height);
    let height = heights.fold(0.0, f64::max) + 2.0 * TITLE;
    let width: f64 = drawings.iter().map(|drawing| drawing.width).sum();
    let mut svg = Writer::default();
    file(&mut svg, (title, title), (width, height));
    let mut x = 0.0;
    for (figure, drawing) in figures.iter().zip(drawings) {
        let place = format!("translate({} {})", place(x), 2.0 * TITLE);
        svg.open("g", &[("transform", &place)]);
        heading(&mut svg, -10.0, &figure.title);
        svg.raw(&drawing.body);
        svg.close("g");
        x += drawing.width;
    }
    svg.close("svg");
    svg.finish()
}

/// What is inside a figure.
struct Drawing {
    body: String,
    width: f64,
    height: f64,
}

impl Drawing {
    fn of(figure: &Figure) -> Self {
        let mut body = Writer::default();
        let (width, height) = match &figure.body {
            Body::Plot(plot) => (WIDTH, plot::draw(&mut body, plot, &figure.name)),
            Body::Bars(bars) => (WIDTH, bars::draw(&mut body, bars)),
            Body::Matrix(matrix) => matrix::draw(&mut body, matrix),
        };
        Self {
            body: body.finish(),
            width,
            height,
        }
    }
}

/// Begins a file with its style, its paper and its title.
fn file(svg: &mut Writer, (title, caption): (&str, &str), (width, height): (f64, f64)) {
    let width = width.max(32.0 + 8.5 * title.chars().count() as f64);
    let (width, height) = (place(width), place(height));
    let view = format!("0 0 {width} {height}");
    svg.open(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("class", "figure"),
            ("width", &width),
            ("height", &height),
            ("viewBox", &view),
            ("role", "img"),
        ],
    );
    svg.element("title", &[], title);
    svg.element("desc", &[], caption);
    svg.raw(&format!("<style>\n{THEME}{STYLE}</style>\n"));
    svg.empty(
        "rect",
        &[("class", "paper"), ("width", &width), ("height", &height)],
    );
    heading(svg, 24.0, title);
}

fn heading(svg: &mut Writer, y: f64, text: &str) {
    svg.element(
        "text",
        &[("class", "heading"), ("x", "16"), ("y", &place(y))],
        text,
    );
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
