//! The trade-off curve: how well an attacker can do who wants to tell two neighbours apart.

use privet_accountant::DpEvent;
use privet_report::cost::TradeOff;
use privet_report::figure::{Axis, Body, Figure, Plot, Series};

use super::curves::lines;
use crate::account::cost::rdp;
use crate::account::exact;
use crate::account::question::{Asked, Question};

/// The lowest false-negative rate at each false-positive rate.
pub(super) fn figure(event: &DpEvent, question: Question) -> Figure {
    let exact = |at| exact::bracket(event, at).map(|exact| exact.upper);
    let renyi = |at| rdp(event, at).map(|rdp| rdp.value);
    let mut series = lines(curve(question, &exact), curve(question, &renyi));
    let ends = [(0.0, 1.0), (1.0, 0.0)];
    series.push(Series::reference("nothing told: epsilon 0", ends));
    Figure {
        name: "trade-off".into(),
        title: "least errors of an attacker".into(),
        caption: "No attacker who tells two neighbours apart gets below the curve.".into(),
        body: Body::Plot(Plot {
            x: Axis::linear("false-positive rate", 0.0, 1.0),
            y: Axis::linear("false-negative rate", 0.0, 1.0),
            series,
        }),
    }
}

/// The curve that all guarantees together imply; empty where there is none.
fn curve(question: Question, bound: &dyn Fn(Question) -> Result<f64, String>) -> Vec<(f64, f64)> {
    let ask = |asked| bound(Question { asked, ..question }).ok();
    match ask(Asked::EpsilonAt { delta: 1e-4 }) {
        Some(largest) => TradeOff::of(largest, |epsilon| ask(Asked::DeltaAt { epsilon })).points(),
        None => Vec::new(),
    }
}
