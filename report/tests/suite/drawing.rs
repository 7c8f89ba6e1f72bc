//! Figures as SVG, to the letter where it matters.

use privet_report::figure::{Axis, Bar, Bars, Body, Figure, Mark, Matrix, Plot, Point, Series};
use privet_report::svg;

fn figure(body: Body) -> Figure {
    Figure {
        name: "a-name".into(),
        title: "A & B".into(),
        caption: "What is <shown>.".into(),
        body,
    }
}

fn plot() -> Figure {
    let point = Point {
        error: Some(0.25),
        note: "n = 3 runs".into(),
        ..Point::at(1.0, 0.5)
    };
    figure(Body::Plot(Plot {
        x: Axis::linear("epsilon", 0.0, 2.0),
        y: Axis::shares("accuracy", 0.0, 1.0),
        series: vec![
            Series::reference("no privacy", [(0.0, 0.75), (2.0, 0.75)]),
            Series {
                label: "PATE".into(),
                look: Some(0),
                mark: Mark::Joined,
                points: vec![point],
            },
        ],
    }))
}

#[track_caller]
fn has(svg: &str, lines: &[&str]) {
    for line in lines {
        assert!(
            svg.lines().any(|found| found == *line),
            "no line `{line}` in\n{svg}"
        );
    }
}

#[test]
fn a_point_is_where_its_values_are() {
    // The area is 76 to 560 across and 38 to 318 down.
    let svg = svg::fragment(&plot());
    has(
        &svg,
        &[
            "<title id=\"a-name-title\">A &amp; B</title>",
            "<desc id=\"a-name-description\">What is &lt;shown&gt;.</desc>",
            "<polyline class=\"line\" stroke-dasharray=\"2 4\" points=\"76,108 560,108\"/>",
            "<line class=\"error\" x1=\"318\" y1=\"248\" x2=\"318\" y2=\"108\"/>",
            "<path class=\"mark\" transform=\"translate(318 178)\" data-x=\"318\" data-y=\"178\" d=\"M-5 0A5 5 0 1 1 5 \
         0A5 5 0 1 1 -5 0Z\"><title>PATE: 50 % at epsilon 1, standard deviation 25 %, n = 3 runs</title></path>",
            "<text class=\"quiet\" x=\"318\" y=\"336\" text-anchor=\"middle\">1</text>",
            "<text class=\"quiet\" x=\"68\" y=\"266.5\" text-anchor=\"end\">20 %</text>",
        ],
    );
    assert!(
        !svg.contains("<style>")
            && svg.contains("aria-labelledby=\"a-name-title a-name-description\"")
    );
    let (head, rows) = plot().table();
    assert_eq!(head, ["", "epsilon", "accuracy", "standard deviation", ""]);
    assert_eq!(rows[2], ["PATE", "1", "50 %", "25 %", "n = 3 runs"]);
}

#[test]
fn a_file_stands_alone_in_both_themes() {
    let document = svg::document(&plot());
    assert!(document.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    for part in [
        "prefers-color-scheme: dark",
        "--paper: #ffffff",
        ">A &amp; B</text>",
        "width=\"580\"",
    ] {
        assert!(document.contains(part), "{part}");
    }
}

#[test]
fn bars_are_as_long_as_their_values() {
    let bars = Bars {
        label: "seconds".into(),
        parts: vec!["teachers".into(), "student".into()],
        bars: vec![Bar {
            label: "run".into(),
            values: vec![3.0, 1.0],
        }],
    };
    let svg = svg::fragment(&figure(Body::Bars(bars)));
    let width = |hint: &str| -> f64 {
        let line = svg.lines().find(|line| line.contains(hint)).unwrap();
        let after = line.split_once(" width=\"").unwrap().1;
        after.split_once('"').unwrap().0.parse().unwrap()
    };
    assert!((width("run: teachers 3.0 s") - 3.0 * width("run: student 1.0 s")).abs() < 0.03);
    assert!(svg.contains(">4.0 s</text>"));
}

#[test]
fn a_matrix_tells_right_from_wrong() {
    let matrix = Matrix {
        classes: vec!["low".into(), "high".into()],
        counts: vec![vec![4, 0], vec![1, 3]],
    };
    let svg = svg::fragment(&figure(Body::Matrix(matrix)));
    for (class, hint) in [
        ("cell s0", "low taken for low: 4 of this class, 100.00 %"),
        ("cell s1", "low taken for high: 0 of this class, 0.00 %"),
        ("cell s1", "high taken for low: 1 of this class, 25.00 %"),
    ] {
        let line = svg.lines().find(|line| line.contains(hint)).unwrap();
        assert!(line.contains(&format!("class=\"{class}\"")), "{line}");
    }
    assert!(svg.contains("fill-opacity=\"0.45\"") && svg.contains("fill-opacity=\"0.23\""));
}

#[test]
fn a_histogram_is_made_of_columns() {
    let points = [(0.5, 2.0), (1.5, 1.0)]
        .map(|(x, y)| Point::at(x, y))
        .to_vec();
    let body = Body::Plot(Plot {
        x: Axis::linear("gap", 0.0, 2.0),
        y: Axis::linear("questions", 0.0, 2.0),
        series: vec![Series {
            label: "q".into(),
            look: Some(0),
            mark: Mark::Steps,
            points,
        }],
    });
    has(
        &svg::fragment(&figure(body)),
        &[
            "<polyline class=\"line\" stroke-dasharray=\"none\" points=\"76,318 76,38 318,38 318,178 560,178 560,318\"/>",
        ],
    );
}
