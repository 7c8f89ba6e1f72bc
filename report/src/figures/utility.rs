//! Accuracy on public test data against epsilon.

use super::slug;
use super::statistics::{Curve, Study};
use crate::figure::{Axis, Body, Figure, Mark, Plot, Point, Series};

/// Test accuracy against epsilon, a curve for each method; none where no private model was measured.
#[must_use]
pub fn utility(study: &Study) -> Option<Figure> {
    let epsilons = || study.curves.iter().flat_map(|curve| &curve.points);
    epsilons().next()?;
    let x = Axis::around_positive("epsilon", epsilons().map(|point| point.epsilon));
    let ends = |value: f64| [(x.low, value), (x.high, value)];
    let mut series: Vec<Series> = Vec::new();
    if let Some(baseline) = &study.baseline {
        let mut line = Series::reference("no privacy", ends(baseline.mean));
        for point in &mut line.points {
            point.note = baseline.repetitions();
        }
        series.push(line);
    }
    series.extend(study.majority.map(|majority| Series {
        look: Some(5),
        ..Series::reference("majority class", ends(majority))
    }));
    series.extend(study.curves.iter().enumerate().map(curve));
    let accuracies = series.iter().flat_map(|series| &series.points);
    let (least, largest) = accuracies.fold((1.0f64, 0.0f64), |(low, high), point| {
        let error = point.error.unwrap_or(0.0);
        (low.min(point.y - error), high.max(point.y + error))
    });
    let room = 0.06 * (largest - least).max(0.01);
    let y = Axis::shares(
        "accuracy on public test data",
        (least - room).max(0.0),
        (largest + room).min(1.0),
    );
    Some(Figure {
        name: slug(&["accuracy", &study.dataset]),
        title: format!("Accuracy and privacy on {}", study.dataset),
        caption: "Accuracy on public test data against epsilon: further left is more private, further up is \
                  more accurate. Error bars are one standard deviation over repetitions; what a bar does not \
                  show is a single run. The lines are a model without privacy, where one was measured, and the \
                  answer that is always the most frequent class."
            .into(),
        body: Body::Plot(Plot { x, y, series }),
    })
}

fn curve((look, curve): (usize, &Curve)) -> Series {
    let alone = |pair: &[super::Spread]| matches!(pair, [a, b] if a.epsilon < b.epsilon);
    let is_function = curve.points.windows(2).all(alone);
    Series {
        label: curve.label.clone(),
        look: Some(look % 5),
        // A line through several points at one epsilon would join what belongs to different settings.
        mark: if is_function {
            Mark::Joined
        } else {
            Mark::Shapes
        },
        points: (curve.points.iter())
            .map(|point| Point {
                x: point.epsilon,
                y: point.mean,
                error: point.deviation,
                note: point.repetitions(),
            })
            .collect(),
    }
}
