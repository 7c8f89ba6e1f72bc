//! The curves of a plan: its cost as it grows, and what an attacker can tell.

use privet_report::cost::{never_above_later, sizes};
use privet_report::figure::{Axis, Body, Figure, Plot, Series};

use super::trade_off;
use crate::account::Plan;
use crate::account::cost::rdp;
use crate::account::digits::all;
use crate::account::exact;
use crate::account::plan::Repetition;
use crate::account::question::{Asked, Question};

/// Points on a curve of the cost over steps.
const POINTS: u64 = 48;
/// What lies further below the largest value of a logarithmic axis is left out.
const LEAST: f64 = 1e-12;

/// The figures of a plan, from left to right.
pub(super) fn figures(plan: &Plan, question: Question) -> Vec<Figure> {
    let growth = plan
        .repetition
        .as_ref()
        .map(|repetition| growth(repetition, question));
    let trade_off = trade_off::figure(&plan.event, question);
    growth.into_iter().chain([trade_off]).collect()
}

/// The sought number after each of the first steps.
fn growth(repetition: &Repetition, question: Question) -> Figure {
    let (given, value) = question.asked.given();
    let sought = question.asked.sought();
    let logarithmic = matches!(question.asked, Asked::DeltaAt { .. });
    let mut guarantee = Vec::new();
    let mut comparison = Vec::new();
    for count in sizes(repetition.count, POINTS) {
        let Ok(event) = (repetition.first)(count) else {
            continue;
        };
        let push = |points: &mut Vec<(f64, f64)>, value: f64| {
            if value.is_finite() && (value > 0.0 || !logarithmic) {
                points.push((count as f64, value));
            }
        };
        if let Ok(exact) = exact::bracket(&event, question) {
            push(&mut guarantee, exact.upper);
        }
        if let Ok(rdp) = rdp(&event, question) {
            push(&mut comparison, rdp.value);
        }
    }
    never_above_later(&mut guarantee);
    never_above_later(&mut comparison);
    let values = || guarantee.iter().chain(&comparison).map(|&(_, value)| value);
    let largest = values().fold(0.0, f64::max);
    let y = match logarithmic {
        true => {
            let least = values().fold(f64::INFINITY, f64::min);
            Axis::powers_of_ten(sought, least.max(LEAST * largest), largest)
        }
        false => Axis::linear(sought, 0.0, 1.05 * largest),
    };
    for points in [&mut guarantee, &mut comparison] {
        points.retain(|&(_, value)| value >= y.low);
    }
    Figure {
        name: "growth".into(),
        title: format!("{sought} at {given} {}", all(value)),
        caption: format!("The {sought} of the first {}.", repetition.unit),
        body: Body::Plot(Plot {
            x: Axis::linear(repetition.unit, 0.0, repetition.count as f64),
            y,
            series: lines(guarantee, comparison),
        }),
    }
}

/// The guarantee's curve, and RDP's beside it; alone, RDP's is the guarantee.
pub(super) fn lines(guarantee: Vec<(f64, f64)>, comparison: Vec<(f64, f64)>) -> Vec<Series> {
    match (guarantee.is_empty(), comparison.is_empty()) {
        (true, true) => Vec::new(),
        (true, false) => vec![Series::line("guarantee (RDP)", 0, comparison)],
        (false, true) => vec![Series::line("guarantee", 0, guarantee)],
        (false, false) => vec![
            Series::line("guarantee", 0, guarantee),
            Series::line("by RDP", 1, comparison),
        ],
    }
}
