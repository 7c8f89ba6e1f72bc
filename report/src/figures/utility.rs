//! Accuracy on public test data against epsilon.

use super::slug;
use super::statistics::{Curve, Study};
use crate::figure::{Axis, Body, Figure, Mark, Plot, Point, Series};
use crate::numbers::percent;

/// How many times the range of accuracies the majority class may lie below them and be drawn: a line
/// farther off would leave them no room.
const FARTHEST: f64 = 4.0;

/// What a range of accuracies counts as at least.
const SMALLEST_RANGE: f64 = 0.05;

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
    series.extend(study.curves.iter().enumerate().map(curve));
    let far = majority_far_below(study);
    if let Some(majority) = study.majority.filter(|_| far.is_none()) {
        let line = Series {
            look: Some(5),
            ..Series::reference("majority class", ends(majority))
        };
        // Behind the curves.
        series.insert(usize::from(study.baseline.is_some()), line);
    }
    let points = series.iter().flat_map(|series| &series.points);
    let (least, largest) = range(points.map(|point| (point.y, point.error)));
    let room = 0.06 * (largest - least).max(0.01);
    let y = Axis::shares(
        "accuracy on public test data",
        (least - room).max(0.0),
        (largest + room).min(1.0),
    );
    Some(Figure {
        name: slug(&["accuracy", &study.dataset]),
        title: format!("Accuracy and privacy on {}", study.dataset),
        caption: format!(
            "Accuracy on public test data against epsilon: further left is more private, further up is more \
             accurate. Error bars are one standard deviation over repetitions; what a bar does not show is a \
             single run. {}",
            match far {
                None => {
                    "The lines are a model without privacy, where one was measured, and the answer that is always \
                     the most frequent class."
                        .into()
                }
                Some(majority) => format!(
                    "A line is a model without privacy, where one was measured. The answer that is always the most \
                     frequent class is right in {}, far below.",
                    percent(majority)
                ),
            }
        ),
        body: Body::Plot(Plot { x, y, series }),
    })
}

/// The accuracy of the majority class where it lies too far below all others to be drawn: it is told in
/// words instead.
#[must_use]
pub fn majority_far_below(study: &Study) -> Option<f64> {
    let measured = study.curves.iter().flat_map(|curve| &curve.points);
    let measured = measured.chain(&study.baseline);
    // An accuracy that stands alone has nothing else to be compared with.
    if measured.clone().count() == 1 {
        return None;
    }
    let (least, largest) = range(measured.map(|spread| (spread.mean, spread.deviation)));
    let reach = FARTHEST * (largest - least).max(SMALLEST_RANGE);
    study.majority.filter(|majority| least - majority > reach)
}

/// The least and the largest accuracy, with their errors.
fn range(accuracies: impl Iterator<Item = (f64, Option<f64>)>) -> (f64, f64) {
    accuracies.fold((1.0f64, 0.0f64), |(low, high), (accuracy, error)| {
        let error = error.unwrap_or(0.0);
        (low.min(accuracy - error), high.max(accuracy + error))
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

#[cfg(test)]
mod tests {
    use super::super::Spread;
    use super::*;

    fn drawn(accuracies: &[f64], majority: f64) -> Figure {
        let point = |(epsilon, &mean)| Spread {
            epsilon,
            mean,
            deviation: None,
            runs: 1,
        };
        let study = Study {
            dataset: "clinic".into(),
            curves: vec![Curve {
                label: "PATE".into(),
                points: [1.0, 2.0].into_iter().zip(accuracies).map(point).collect(),
            }],
            baseline: None,
            majority: Some(majority),
        };
        utility(&study).unwrap()
    }

    fn lines(figure: &Figure) -> usize {
        match &figure.body {
            Body::Plot(plot) => plot.series.len(),
            _ => 0,
        }
    }

    #[test]
    fn a_majority_class_far_below_is_told_and_not_drawn() {
        let near = drawn(&[0.6, 0.8], 0.5);
        assert_eq!(lines(&near), 2);
        assert!(!near.caption.contains("far below"), "{}", near.caption);
        let far = drawn(&[0.98, 0.99], 0.125);
        assert_eq!(lines(&far), 1);
        assert!(far.caption.contains("12.50 %"), "{}", far.caption);
        let Body::Plot(plot) = &far.body else {
            panic!("no plot")
        };
        assert!(plot.y.low > 0.9, "{}", plot.y.low);
        assert_eq!(lines(&drawn(&[0.98], 0.125)), 2);
    }
}
