//! The names of curves, in rows above the drawing.

use super::writer::Writer;
use super::{WIDTH, look, place};

/// One name.
pub(super) struct Entry<'a> {
    pub(super) label: &'a str,
    pub(super) look: Option<usize>,
    pub(super) sample: Sample,
}

/// What stands beside a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    Line,
    Shape,
    LineAndShape,
    Box,
}

const ROW: f64 = 22.0;
const LEFT: f64 = 16.0;

/// Draws the names from the top; returns the height that they take.
pub(super) fn draw(svg: &mut Writer, entries: &[Entry<'_>]) -> f64 {
    let (mut x, mut row) = (LEFT, 0.0);
    for entry in entries {
        let width = 40.0 + 7.0 * entry.label.chars().count() as f64;
        if x > LEFT && x + width > WIDTH - 8.0 {
            (x, row) = (LEFT, row + 1.0);
        }
        let y = 14.0 + ROW * row;
        sample(svg, entry, x, y);
        let (at, base) = (place(x + 28.0), place(y + 4.5));
        svg.element("text", &[("x", &at), ("y", &base)], entry.label);
        x += width;
    }
    match entries.is_empty() {
        true => 8.0,
        false => 14.0 + ROW * (row + 1.0) - 6.0,
    }
}

fn sample(svg: &mut Writer, entry: &Entry<'_>, x: f64, y: f64) {
    let class = look(entry.look);
    svg.open("g", &[("class", &class)]);
    if matches!(entry.sample, Sample::Line | Sample::LineAndShape) {
        let points = format!("{},{y} {},{y}", place(x), place(x + 22.0));
        line(svg, entry.look, &points);
    }
    if matches!(entry.sample, Sample::Shape | Sample::LineAndShape) {
        let at = format!("translate({} {y})", place(x + 11.0));
        let path = shape(entry.look);
        svg.empty(
            "path",
            &[("class", "mark"), ("transform", &at), ("d", path)],
        );
    }
    if entry.sample == Sample::Box {
        let (x, y) = (place(x + 4.0), place(y - 7.0));
        svg.empty(
            "rect",
            &[
                ("class", "bar"),
                ("x", &x),
                ("y", &y),
                ("width", "14"),
                ("height", "14"),
            ],
        );
    }
    svg.close("g");
}

/// A line with the dashes of its look, so that curves are told apart without colour too.
pub(super) fn line(svg: &mut Writer, look: Option<usize>, points: &str) {
    let dashes = match look.map(|look| look % 6) {
        None => "2 4",
        Some(0) => "none",
        Some(1) => "9 4",
        Some(2) => "4 3",
        Some(3) => "12 3 3 3",
        Some(4) => "6 2",
        Some(_) => "1 3",
    };
    svg.empty(
        "polyline",
        &[
            ("class", "line"),
            ("stroke-dasharray", dashes),
            ("points", points),
        ],
    );
}

/// The outline of a point, around the origin.
pub(super) fn shape(look: Option<usize>) -> &'static str {
    match look.unwrap_or(0) % 6 {
        0 => "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0Z",
        1 => "M-4.5 -4.5H4.5V4.5H-4.5Z",
        2 => "M0 -6L5.5 4.5H-5.5Z",
        3 => "M0 -6.2L6.2 0L0 6.2L-6.2 0Z",
        4 => "M0 6L5.5 -4.5H-5.5Z",
        _ => "M-6 -2H-2V-6H2V-2H6V2H2V6H-2V2H-6Z",
    }
}
