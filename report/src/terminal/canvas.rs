//! A small plot made of letters.

use super::Letters;
use crate::figure::{Axis, Body, Mark, Plot};
use crate::figures::{Study, majority_far_below, utility};
use crate::numbers::percent;

const WIDTH: usize = 64;
const HEIGHT: usize = 16;

/// Accuracy against epsilon; none where no private model was measured.
pub(super) fn plot(study: &Study, letters: Letters) -> Option<String> {
    let figure = utility(study)?;
    match &figure.body {
        Body::Plot(plot) => {
            let mut text = drawn(plot, letters);
            if let Some(majority) = majority_far_below(study) {
                let majority = percent(majority);
                text.push_str(&format!(
                    "{:>9}  majority class, far below: {majority}\n",
                    ""
                ));
            }
            Some(text)
        }
        _ => None,
    }
}

fn drawn(plot: &Plot, letters: Letters) -> String {
    let (shapes, path, lines, corner) = match letters {
        Letters::Unicode => (
            ['●', '■', '▲', '◆', '▼', '✚'],
            '·',
            ['╌', '┄'],
            ["│", "└", "─", "┤", "┬"],
        ),
        Letters::Ascii => (
            ['o', '#', '^', '*', 'v', '+'],
            '.',
            ['-', '~'],
            ["|", "+", "-", "+", "+"],
        ),
    };
    let mut grid = vec![vec![' '; WIDTH]; HEIGHT];
    let mut legend = Vec::new();
    let mut references = lines.iter().cycle();
    for series in &plot.series {
        let shape = match series.mark {
            Mark::Line => *references.next().unwrap_or(&'-'),
            _ => shapes[series.look.unwrap_or(0) % shapes.len()],
        };
        legend.push(format!("{shape} {}", series.label));
        let cell = |x: f64, y: f64| cell(plot, x, y);
        if series.mark != Mark::Shapes {
            let between = if series.mark == Mark::Line {
                shape
            } else {
                path
            };
            for pair in series.points.windows(2) {
                for (column, row) in joined(plot, (pair[0].x, pair[0].y), (pair[1].x, pair[1].y)) {
                    set(&mut grid, column, row, between);
                }
            }
        }
        if series.mark != Mark::Line {
            for point in &series.points {
                if let Some((column, row)) = cell(point.x, point.y) {
                    set(&mut grid, column, row, shape);
                }
            }
        }
    }
    let mut text = String::new();
    let ticks = ticks(&plot.y, HEIGHT);
    for (row, cells) in grid.iter().enumerate() {
        let tick = ticks.iter().find(|(place, _)| HEIGHT - 1 - place == row);
        let (label, edge) = tick.map_or(("", corner[0]), |(_, label)| (label.as_str(), corner[3]));
        let cells: String = cells.iter().collect();
        text.push_str(&format!("{label:>9} {edge}{}\n", cells.trim_end()));
    }
    let below = self::ticks(&plot.x, WIDTH);
    let mut axis = vec![corner[2]; WIDTH];
    let mut names = vec![' '; WIDTH + 12];
    let mut free = 0;
    for (place, label) in below {
        axis[place] = corner[4];
        let start = place.saturating_sub(label.chars().count() / 2);
        if start < free {
            continue;
        }
        for (offset, letter) in label.chars().enumerate() {
            if let Some(name) = names.get_mut(start + offset) {
                *name = letter;
            }
        }
        free = start + label.chars().count() + 1;
    }
    let names: String = names.into_iter().collect();
    text.push_str(&format!("{:>9} {}{}\n", "", corner[1], axis.concat()));
    text.push_str(&format!("{:>9}  {}\n", "", names.trim_end()));
    text.push_str(&format!("{:>9}  epsilon;  {}\n", "", legend.join("   ")));
    text
}

/// The cell of a point; row 0 is the highest.
fn cell(plot: &Plot, x: f64, y: f64) -> Option<(usize, usize)> {
    let within = |place: f64, size: usize| {
        (0.0..=1.0)
            .contains(&place)
            .then(|| (place * (size - 1) as f64).round() as usize)
    };
    let column = within(plot.x.place(x)?, WIDTH)?;
    let row = within(plot.y.place(y)?, HEIGHT)?;
    Some((column, HEIGHT - 1 - row))
}

/// The cells of a line: one in each column.
fn joined(plot: &Plot, from: (f64, f64), to: (f64, f64)) -> Vec<(usize, usize)> {
    let (Some(start), Some(end)) = (cell(plot, from.0, from.1), cell(plot, to.0, to.1)) else {
        return Vec::new();
    };
    let width = end.0.saturating_sub(start.0).max(1) as f64;
    (start.0..=end.0)
        .map(|column| {
            let share = (column - start.0) as f64 / width;
            let row = start.1 as f64 + share * (end.1 as f64 - start.1 as f64);
            (column, row.round() as usize)
        })
        .collect()
}

fn set(grid: &mut [Vec<char>], column: usize, row: usize, letter: char) {
    if let Some(cell) = grid.get_mut(row).and_then(|row| row.get_mut(column)) {
        *cell = letter;
    }
}

/// Places and names of the ticks on an axis of so many cells.
fn ticks(axis: &Axis, cells: usize) -> Vec<(usize, String)> {
    let place = |value: f64| Some((axis.place(value)? * (cells - 1) as f64).round() as usize);
    let ticks = axis.ticks().into_iter();
    let placed = ticks.filter_map(|value| Some((place(value)?, axis.text(value))));
    placed.filter(|(place, _)| *place < cells).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Curve, Spread};

    #[test]
    fn points_are_where_they_belong() {
        let point = |epsilon: f64, mean: f64| Spread {
            epsilon,
            mean,
            deviation: None,
            runs: 1,
        };
        let mut study = Study {
            dataset: "d".into(),
            curves: vec![Curve {
                label: "PATE".into(),
                points: vec![point(1.0, 0.5), point(2.0, 0.9)],
            }],
            baseline: Some(point(0.0, 0.95)),
            majority: Some(0.2),
        };
        let text = plot(&study, Letters::Ascii).unwrap();
        assert!(text.is_ascii());
        let column = |line: &str| line.find('o');
        let rows: Vec<(usize, usize)> = text
            .lines()
            .take(HEIGHT)
            .enumerate()
            .filter_map(|(row, line)| Some((row, column(line)?)))
            .collect();
        // The better point stands higher and further right.
        assert!(
            matches!(rows[..], [(high, right), (low, left)] if high < low && right > left),
            "{text}"
        );
        assert!(
            text.contains("o PATE")
                && text.contains("- no privacy")
                && text.contains("~ majority class")
        );
        assert!(!plot(&study, Letters::Unicode).unwrap().is_ascii());
        // What cannot be drawn is told.
        study.curves[0].points.remove(0);
        let text = plot(&study, Letters::Ascii).unwrap();
        assert!(
            text.contains("majority class, far below: 20.00 %") && !text.contains("~ majority"),
            "{text}"
        );
    }
}
