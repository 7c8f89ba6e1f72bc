//! Counts in coloured cells: right answers in one colour, wrong ones in another.

use super::writer::Writer;
use super::{WIDTH, look, place};
use crate::figure::Matrix;
use crate::numbers;

/// Beyond so many classes the cells are too small for numbers.
const MOST_NUMBERS: usize = 16;
/// The strongest colour that dark and light text are both legible on.
const STRONGEST: f64 = 0.45;

/// Draws it; returns the width and height that it takes.
pub(super) fn draw(svg: &mut Writer, matrix: &Matrix) -> (f64, f64) {
    let classes = matrix.classes.len().max(1);
    let longest = matrix.classes.iter().map(|class| class.chars().count());
    let longest = longest.max().unwrap_or(0).min(24) as f64;
    let left = 44.0 + 7.2 * longest;
    let slanted = longest > 4.0;
    let cell = ((WIDTH - left - 16.0) / classes as f64)
        .min(420.0 / classes as f64)
        .min(64.0);
    let top = 12.0;
    for (truth, name) in matrix.classes.iter().enumerate() {
        let y = top + cell * truth as f64;
        let (end, base) = (place(left - 8.0), place(y + cell / 2.0 + 4.5));
        svg.element(
            "text",
            &[
                ("class", "quiet"),
                ("x", &end),
                ("y", &base),
                ("text-anchor", "end"),
            ],
            &shown(name),
        );
        for (answer, taken) in matrix.classes.iter().enumerate() {
            let row = matrix.counts.get(truth);
            let count = row.and_then(|row| row.get(answer)).copied().unwrap_or(0);
            let share = matrix.share(truth, answer);
            let (opacity, hint) = (
                place(STRONGEST * share.sqrt()),
                format!(
                    "{name} taken for {taken}: {count} of this class, {}",
                    numbers::percent(share)
                ),
            );
            let x = left + cell * answer as f64;
            let class = format!("cell {}", look(Some(usize::from(truth != answer))));
            let (at, height, size) = (place(x), place(y), place(cell));
            svg.hinted(
                "rect",
                &[
                    ("class", &class),
                    ("x", &at),
                    ("y", &height),
                    ("width", &size),
                    ("height", &size),
                    ("fill-opacity", &opacity),
                ],
                &hint,
            );
            if classes <= MOST_NUMBERS && count > 0 {
                let (x, y) = (place(x + cell / 2.0), place(y + cell / 2.0 + 4.5));
                svg.element(
                    "text",
                    &[
                        ("x", &x),
                        ("y", &y),
                        ("text-anchor", "middle"),
                        ("pointer-events", "none"),
                    ],
                    &count.to_string(),
                );
            }
        }
    }
    let bottom = top + cell * classes as f64;
    for (answer, name) in matrix.classes.iter().enumerate() {
        let (x, y) = (left + cell * (answer as f64 + 0.5), bottom + 18.0);
        let turned = format!("rotate(-40 {} {})", place(x), place(y));
        let (x, y) = (place(x), place(y));
        let mut attributes = vec![("class", "quiet"), ("x", &x), ("y", &y)];
        match slanted {
            true => attributes.extend([("text-anchor", "end"), ("transform", turned.as_str())]),
            false => attributes.push(("text-anchor", "middle")),
        }
        svg.element("text", &attributes, &shown(name));
    }
    let room = if slanted { 22.0 + 4.8 * longest } else { 22.0 };
    let (middle, label) = (
        left + cell * classes as f64 / 2.0,
        place(bottom + room + 20.0),
    );
    svg.element(
        "text",
        &[
            ("x", &place(middle)),
            ("y", &label),
            ("text-anchor", "middle"),
        ],
        "answer of the model",
    );
    let turned = format!(
        "translate(18 {}) rotate(-90)",
        place(top + cell * classes as f64 / 2.0)
    );
    svg.element(
        "text",
        &[("transform", &turned), ("text-anchor", "middle")],
        "true class",
    );
    let width = left + cell * classes as f64 + 16.0;
    (width.max(240.0), bottom + room + 30.0)
}

/// A name that has room.
fn shown(name: &str) -> String {
    match name.chars().count() > 24 {
        true => name.chars().take(23).chain(['…']).collect(),
        false => name.into(),
    }
}
