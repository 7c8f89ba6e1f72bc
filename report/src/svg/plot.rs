//! Curves and points over two axes.

use super::legend::{self, Entry, Sample, line, shape};
use super::writer::Writer;
use super::{WIDTH, look, place};
use crate::figure::{Axis, Mark, Plot, Point, Scale, Series};

/// The rectangle between the axes.
#[derive(Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// Half the width of the end of an error bar.
const CAP: f64 = 4.0;

/// Draws it; returns the height that it takes.
pub(super) fn draw(svg: &mut Writer, plot: &Plot, name: &str) -> f64 {
    let top = legend::draw(svg, &entries(plot)) + 8.0;
    let area = Area {
        left: 76.0,
        top,
        width: WIDTH - 76.0 - 20.0,
        height: 280.0,
    };
    frame(svg, plot, area);
    let clip = format!("{name}-area");
    svg.open("clipPath", &[("id", &clip)]);
    rectangle(svg, "", area);
    svg.close("clipPath");
    let clipped = format!("url(#{clip})");
    svg.open("g", &[("clip-path", &clipped)]);
    svg.open("g", &[("class", "data")]);
    for series in &plot.series {
        curve(svg, plot, series, area);
    }
    svg.close("g");
    svg.close("g");
    top + area.height + 52.0
}

fn entries(plot: &Plot) -> Vec<Entry<'_>> {
    plot.series.iter().map(entry).collect()
}

fn entry(series: &Series) -> Entry<'_> {
    Entry {
        label: &series.label,
        look: series.look,
        sample: match series.mark {
            Mark::Line | Mark::Steps => Sample::Line,
            Mark::Joined => Sample::LineAndShape,
            Mark::Shapes => Sample::Shape,
        },
    }
}

/// Grid, ticks, axes and their labels. What a script needs to draw them anew stands in `data-`.
fn frame(svg: &mut Writer, plot: &Plot, area: Area) {
    let scale = |axis: &Axis| match axis.scale {
        Scale::Linear => "linear",
        Scale::Logarithmic => "logarithmic",
    };
    let attributes = [
        ("class", "frame".to_string()),
        ("data-left", place(area.left)),
        ("data-top", place(area.top)),
        ("data-width", place(area.width)),
        ("data-height", place(area.height)),
        (
            "data-x",
            format!(
                "{:e} {:e} {} {}",
                plot.x.low,
                plot.x.high,
                scale(&plot.x),
                plot.x.percent
            ),
        ),
        (
            "data-y",
            format!(
                "{:e} {:e} {} {}",
                plot.y.low,
                plot.y.high,
                scale(&plot.y),
                plot.y.percent
            ),
        ),
    ];
    let attributes = attributes
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    svg.open("g", &attributes);
    svg.open("g", &[("class", "ticks")]);
    let (right, bottom) = (place(area.left + area.width), place(area.top + area.height));
    let (left, top) = (place(area.left), place(area.top));
    for (value, at) in placed(&plot.x) {
        let x = place(area.left + at * area.width);
        svg.empty(
            "line",
            &[
                ("class", "grid"),
                ("x1", &x),
                ("x2", &x),
                ("y1", &top),
                ("y2", &bottom),
            ],
        );
        let below = place(area.top + area.height + 18.0);
        let text = plot.x.text(value);
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
    for (value, at) in placed(&plot.y) {
        let height = area.top + (1.0 - at) * area.height;
        let y = place(height);
        svg.empty(
            "line",
            &[
                ("class", "grid"),
                ("x1", &left),
                ("x2", &right),
                ("y1", &y),
                ("y2", &y),
            ],
        );
        let (beside, base) = (place(area.left - 8.0), place(height + 4.5));
        let text = plot.y.text(value);
        svg.element(
            "text",
            &[
                ("class", "quiet"),
                ("x", &beside),
                ("y", &base),
                ("text-anchor", "end"),
            ],
            &text,
        );
    }
    svg.close("g");
    rectangle(svg, "axis", area);
    svg.close("g");
    let middle = place(area.left + area.width / 2.0);
    let below = place(area.top + area.height + 42.0);
    svg.element(
        "text",
        &[("x", &middle), ("y", &below), ("text-anchor", "middle")],
        &plot.x.label,
    );
    let turned = format!(
        "translate(18 {}) rotate(-90)",
        place(area.top + area.height / 2.0)
    );
    svg.element(
        "text",
        &[("transform", &turned), ("text-anchor", "middle")],
        &plot.y.label,
    );
}

fn placed(axis: &Axis) -> Vec<(f64, f64)> {
    let ticks = axis.ticks().into_iter();
    ticks
        .filter_map(|value| Some((value, axis.place(value)?)))
        .collect()
}

fn rectangle(svg: &mut Writer, class: &str, area: Area) {
    let (x, y) = (place(area.left), place(area.top));
    let (width, height) = (place(area.width), place(area.height));
    svg.empty(
        "rect",
        &[
            ("class", class),
            ("x", &x),
            ("y", &y),
            ("width", &width),
            ("height", &height),
        ],
    );
}

fn curve(svg: &mut Writer, plot: &Plot, series: &Series, area: Area) {
    let at = |x: f64, y: f64| -> Option<(f64, f64)> {
        let across = plot.x.place(x)?.clamp(-10.0, 10.0);
        let up = plot.y.place(y)?.clamp(-10.0, 10.0);
        Some((
            area.left + across * area.width,
            area.top + (1.0 - up) * area.height,
        ))
    };
    let group = format!("series {}", look(series.look));
    svg.open("g", &[("class", &group)]);
    let corners = match series.mark {
        Mark::Steps => steps(&series.points),
        _ => series
            .points
            .iter()
            .map(|point| (point.x, point.y))
            .collect(),
    };
    let path: Vec<String> = corners
        .into_iter()
        .filter_map(|(x, y)| at(x, y))
        .map(|(x, y)| format!("{},{}", place(x), place(y)))
        .collect();
    if series.mark != Mark::Shapes && path.len() > 1 {
        line(svg, series.look, &path.join(" "));
    }
    for point in &series.points {
        if let Some(error) = point.error
            && let (Some(low), Some(high)) =
                (at(point.x, point.y - error), at(point.x, point.y + error))
        {
            error_bar(svg, low, high.1);
        }
        if let Some((x, y)) = at(point.x, point.y) {
            let class = match series.mark {
                Mark::Line | Mark::Steps => "mark hidden",
                Mark::Joined | Mark::Shapes => "mark",
            };
            let (x, y) = (place(x), place(y));
            let transform = format!("translate({x} {y})");
            let attributes = [
                ("class", class),
                ("transform", &transform),
                ("data-x", &x),
                ("data-y", &y),
                ("d", shape(series.look)),
            ];
            svg.hinted("path", &attributes, &plot.hint(series, point));
        }
    }
    svg.close("g");
}

fn error_bar(svg: &mut Writer, low: (f64, f64), high: f64) {
    let (x, left, right) = (place(low.0), place(low.0 - CAP), place(low.0 + CAP));
    let (bottom, top) = (place(low.1), place(high));
    for (x1, y1, x2, y2) in [
        (&x, &bottom, &x, &top),
        (&left, &bottom, &right, &bottom),
        (&left, &top, &right, &top),
    ] {
        svg.empty(
            "line",
            &[
                ("class", "error"),
                ("x1", x1),
                ("y1", y1),
                ("x2", x2),
                ("y2", y2),
            ],
        );
    }
}

/// The outline of columns as wide as the points are apart, centred on them.
fn steps(points: &[Point]) -> Vec<(f64, f64)> {
    let half = match points {
        [first, second, ..] => (second.x - first.x) / 2.0,
        _ => 0.5,
    };
    let mut corners = Vec::with_capacity(2 * points.len() + 2);
    let ends = (points.first(), points.last());
    corners.extend(ends.0.map(|point| (point.x - half, 0.0)));
    for point in points {
        corners.extend([(point.x - half, point.y), (point.x + half, point.y)]);
    }
    corners.extend(ends.1.map(|point| (point.x + half, 0.0)));
    corners
}
