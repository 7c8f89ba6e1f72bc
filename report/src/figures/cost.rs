//! Wall time by phase.

use super::slug;
use crate::figure::{Bar, Bars, Body, Figure};
use crate::run::Run;

/// Wall time of each run by phase. Times of private phases may tell something of the records: these runs
/// must be of declared public benchmarks, or the figure is for the owner alone.
#[must_use]
pub fn cost(runs: &[&Run]) -> Option<Figure> {
    let mut parts: Vec<String> = Vec::new();
    for run in runs {
        for (name, _) in run.result.cost.wall_seconds.phases() {
            if !parts.iter().any(|part| part == name) {
                parts.push(name.into());
            }
        }
    }
    parts.push("the rest".into());
    let bar = |run: &&Run| {
        let seconds = &run.result.cost.wall_seconds;
        let phases = seconds.phases();
        let mut values: Vec<f64> = parts
            .iter()
            .map(|part| {
                let phase = phases.iter().find(|(name, _)| name == part);
                phase.map_or(0.0, |(_, seconds)| seconds.max(0.0))
            })
            .collect();
        let counted: f64 = values.iter().sum();
        if let Some(rest) = values.last_mut() {
            *rest = (seconds.total - counted).max(0.0);
        }
        let resumed = if run.result.cost.resumed {
            " (resumed)"
        } else {
            ""
        };
        Bar {
            label: format!("{}{resumed}", run.name),
            values,
        }
    };
    let bars: Vec<Bar> = runs.iter().map(bar).collect();
    (!bars.is_empty()).then(|| Figure {
        name: slug(&["time by phase"]),
        title: "Time by phase".into(),
        caption: "Wall time of each phase on the machine that ran it; of a resumed run, that of its last process."
            .into(),
        body: Body::Bars(Bars {
            label: "seconds".into(),
            parts: parts.clone(),
            bars,
        }),
    })
}
