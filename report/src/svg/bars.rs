//! Horizontal bars made of parts.

use super::legend::{self, Entry, Sample};
use super::writer::Writer;
use super::{WIDTH, look, place};
use crate::figure::{Axis, Bars};
use crate::numbers;

const ROW: f64 = 34.0;
const THICK: f64 = 20.0;
const RIGHT: f64 = 96.0;

/// Draws them; returns the height that they take.
pub(super) fn draw(svg: &mut Writer, bars: &Bars) -> f64 {
    let parts = bars.parts.iter().enumerate();
    let entries: Vec<Entry<'_>> = parts
        .map(|(index, label)| Entry {
            label,
            look: Some(index),
            sample: Sample::Box,
        })
        .collect();
    let top = legend::draw(svg, &entries) + 8.0;
    let longest = bars.bars.iter().map(|bar| bar.label.chars().count());
    let left = (24.0 + 7.2 * longest.max().unwrap_or(0) as f64).min(WIDTH / 2.0);
    let totals = bars.bars.iter().map(crate::figure::Bar::total);
    let axis = Axis::linear(&bars.label, 0.0, totals.fold(0.0, f64::max));
    let width = WIDTH - left - RIGHT;
    let bottom = top + ROW * bars.bars.len() as f64;
    for tick in axis.ticks() {
        let Some(at) = axis.place(tick) else { continue };
        let (x, y1, y2) = (place(left + at * width), place(top), place(bottom));
        svg.empty(
            "line",
            &[
                ("class", "grid"),
                ("x1", &x),
                ("x2", &x),
                ("y1", &y1),
                ("y2", &y2),
            ],
        );
        let below = place(bottom + 16.0);
        let text = axis.text(tick);
        svg.element(
            "text",
            &[
                ("class", "quiet"),
                ("x", &x),
                ("y", &below),
                ("text-anchor", "middle"),
            ],
            &text,
        );
    }
    for (index, bar) in bars.bars.iter().enumerate() {
        let y = top + ROW * index as f64 + (ROW - THICK) / 2.0;
        let base = place(y + THICK / 2.0 + 4.5);
        let end = place(left - 8.0);
        svg.element(
            "text",
            &[("x", &end), ("y", &base), ("text-anchor", "end")],
            &bar.label,
        );
        let mut from = 0.0;
        for (part, value) in bar.values.iter().enumerate() {
            let (Some(start), Some(stop)) = (axis.place(from), axis.place(from + value)) else {
                continue;
            };
            from += value;
            let name = bars.parts.get(part).map_or("", String::as_str);
            let hint = format!("{}: {name} {}", bar.label, numbers::seconds(*value));
            let class = format!("bar {}", look(Some(part)));
            let (x, length) = (place(left + start * width), place((stop - start) * width));
            let (y, thick) = (place(y), place(THICK));
            svg.hinted(
                "rect",
                &[
                    ("class", &class),
                    ("x", &x),
                    ("y", &y),
                    ("width", &length),
                    ("height", &thick),
                ],
                &hint,
            );
        }
        let after = place(left + axis.place(from).unwrap_or(0.0) * width + 6.0);
        svg.element(
            "text",
            &[("x", &after), ("y", &base)],
            &numbers::seconds(bar.total()),
        );
    }
    let middle = place(left + width / 2.0);
    let label = place(bottom + 38.0);
    svg.element(
        "text",
        &[("x", &middle), ("y", &label), ("text-anchor", "middle")],
        &bars.label,
    );
    bottom + 48.0
}
