//! What depends on private data without a mechanism: for the owner, or of public benchmarks.

use super::slug;
use crate::figure::{Axis, Body, Figure, Mark, Plot, Point, Series};
use crate::run::Run;

/// How many votes the winners were ahead; none where no votes were kept.
#[must_use]
pub fn vote_gaps(run: &Run) -> Option<Figure> {
    let gaps = run.inside.vote_gaps.as_ref()?;
    let width = f64::from(gaps.width);
    let column = |(index, count): (usize, &u64)| {
        let low = index as u32 * gaps.width;
        let last = (low + gaps.width - 1).min(gaps.teachers);
        Point {
            note: format!("gaps of {low} to {last}"),
            ..Point::at((index as f64 + 0.5) * width, *count as f64)
        }
    };
    let points: Vec<Point> = gaps.counts.iter().enumerate().map(column).collect();
    let largest = points.iter().map(|point| point.y).fold(0.0, f64::max);
    Some(Figure {
        name: slug(&["vote gaps", &run.name]),
        title: format!("{}: how far the winners are ahead", run.name),
        caption: "Questions by the number of votes between the first and the second class. Where most are far ahead \
                  of the noise, answers are right and cost little in a data-dependent analysis."
            .into(),
        body: Body::Plot(Plot {
            x: Axis::linear("votes ahead", 0.0, width * gaps.counts.len() as f64),
            y: Axis::linear("questions", 0.0, 1.06 * largest),
            series: vec![Series {
                label: "questions".into(),
                look: Some(0),
                mark: Mark::Steps,
                points,
            }],
        }),
    })
}

/// How well members are told from others by the model's loss; none without an audit.
#[must_use]
pub fn membership(run: &Run) -> Option<Figure> {
    let found = run.inside.membership.as_ref()?;
    let curve = found.curve.iter();
    let curve = curve.map(|point| (point.false_positive_rate, point.true_positive_rate));
    Some(Figure {
        name: slug(&["membership", &run.name]),
        title: format!("{}: members by the loss", run.name),
        caption: format!(
            "What an attacker finds who takes records with a small loss for members: area under the curve {:.3}, \
             advantage {:.1} %. It describes one attack and bounds none.",
            found.area,
            100.0 * found.advantage
        ),
        body: Body::Plot(Plot {
            x: Axis::shares("others who are taken for members", 0.0, 1.0),
            y: Axis::shares("members who are found", 0.0, 1.0),
            series: vec![
                Series::reference("chance", [(0.0, 0.0), (1.0, 1.0)]),
                Series::line("by the loss", 0, curve),
            ],
        }),
    })
}
