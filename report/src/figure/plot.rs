//! Curves and points over two axes.

use super::Axis;

/// Curves and points over two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, later ones on top.
    pub series: Vec<Series>,
}

/// One curve or set of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub label: String,
    /// Which of the colours, dashes and shapes it has; none for a line that every reader knows.
    pub look: Option<usize>,
    /// How its points are drawn.
    pub mark: Mark,
    /// Its points, by rising x.
    pub points: Vec<Point>,
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Joined by a line; a point shows itself when it is pointed at.
    Line,
    /// As shapes, joined by a line.
    Joined,
    /// As shapes alone.
    Shapes,
    /// As the tops of columns of equal width: a histogram.
    Steps,
}

/// One point.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Horizontal value.
    pub x: f64,
    /// Vertical value.
    pub y: f64,
    /// Half the length of the error bar.
    pub error: Option<f64>,
    /// What else is said of it.
    pub note: String,
}

impl Point {
    /// A point without an error bar.
    #[must_use]
    pub fn at(x: f64, y: f64) -> Self {
        Self {
            x,
            y,
            error: None,
            note: String::new(),
        }
    }
}

impl Series {
    /// A curve through points.
    #[must_use]
    pub fn line(label: &str, look: usize, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self {
            label: label.into(),
            look: Some(look),
            mark: Mark::Line,
            points: points.into_iter().map(|(x, y)| Point::at(x, y)).collect(),
        }
    }

    /// A line to hold others against.
    #[must_use]
    pub fn reference(label: &str, ends: [(f64, f64); 2]) -> Self {
        Self {
            look: None,
            ..Self::line(label, 0, ends)
        }
    }
}

impl Plot {
    /// What is said of a point, in one line.
    #[must_use]
    pub fn hint(&self, series: &Series, point: &Point) -> String {
        let mut text = format!(
            "{}: {} at {} {}",
            series.label,
            self.y.text(point.y),
            self.x.label,
            self.x.text(point.x),
        );
        if let Some(error) = point.error {
            text.push_str(&format!(", standard deviation {}", self.y.text(error)));
        }
        if !point.note.is_empty() {
            text.push_str(&format!(", {}", point.note));
        }
        text
    }

    pub(super) fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let head = ["", &self.x.label, &self.y.label, "standard deviation", ""];
        let rows = self.series.iter().flat_map(|series| {
            series.points.iter().map(|point| {
                vec![
                    series.label.clone(),
                    self.x.text(point.x),
                    self.y.text(point.y),
                    point
                        .error
                        .map(|error| self.y.text(error))
                        .unwrap_or_default(),
                    point.note.clone(),
                ]
            })
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let mut head: Vec<String> = head.map(String::from).to_vec();
        let mut rows = rows;
        for column in [4, 3] {
            if rows.iter().all(|row| row[column].is_empty()) {
                head.remove(column);
                for row in &mut rows {
                    row.remove(column);
                }
            }
        }
        (head, rows)
    }
}
