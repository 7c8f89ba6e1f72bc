//! What all runs of a page cost together.

use privet_accountant::{DpEvent, NeighboringRelation};

use super::bound::{self, Bound};
use crate::run::Run;

/// Private runs on one data set that can be composed.
#[derive(Clone, Debug, PartialEq)]
pub struct Together {
    /// Name of the data set.
    pub dataset: String,
    /// When two data sets count as neighbours.
    pub relation: NeighboringRelation,
    /// Of what one is protected.
    pub unit: String,
    /// Positions of its runs.
    pub runs: Vec<usize>,
    /// All of them as one guarantee.
    pub whole: Whole,
    /// Runs of the same data set that are not private: of these nothing is bounded.
    pub not_private: usize,
    /// Whether private runs of the same data set are under another relation or unit, which cannot be
    /// composed with these.
    pub others: bool,
}

/// A guarantee of several runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Whole {
    /// Epsilon; infinite where nothing is guaranteed.
    pub epsilon: f64,
    /// Delta, a probability.
    pub delta: f64,
    /// How it was found.
    pub how: How,
}

/// How several runs became one guarantee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is one run, as it states.
    Alone,
    /// The events of all, composed by this accountant at the one delta of all.
    Composed(&'static str),
    /// The events of all, composed by this accountant at the sum of their deltas.
    ComposedAtSum(&'static str),
    /// Both epsilons and deltas added up, since no accountant bounds the events together.
    Added,
}

/// Private runs by data set, relation and unit, each group composed. Runs that appear twice count
/// twice.
///
/// It is the cost of runs that were fixed in advance, as those of a grid are. Data sets are told apart
/// by their names.
#[must_use]
pub fn together(runs: &[Run]) -> Vec<Together> {
    let mut groups: Vec<Together> = Vec::new();
    for (position, run) in runs.iter().enumerate() {
        let Some(relation) = run
            .privacy
            .neighboring_relation
            .filter(|_| run.is_private())
        else {
            continue;
        };
        let (dataset, unit) = (&run.result.dataset, &run.privacy.unit);
        let same = |group: &&mut Together| {
            group.dataset == *dataset && group.relation == relation && group.unit == *unit
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.runs.push(position),
            None => groups.push(Together {
                dataset: dataset.clone(),
                relation,
                unit: unit.clone(),
                runs: vec![position],
                whole: Whole {
                    epsilon: f64::INFINITY,
                    delta: 1.0,
                    how: How::Added,
                },
                not_private: (runs.iter())
                    .filter(|other| !other.is_private() && other.result.dataset == *dataset)
                    .count(),
                others: false,
            }),
        }
    }
    let names: Vec<String> = groups.iter().map(|group| group.dataset.clone()).collect();
    for group in &mut groups {
        let shown: Vec<&Run> = group.runs.iter().filter_map(|&run| runs.get(run)).collect();
        group.whole = whole(&shown, group.relation);
        group.others = names.iter().filter(|name| **name == group.dataset).count() > 1;
    }
    groups
}

fn whole(runs: &[&Run], relation: NeighboringRelation) -> Whole {
    let mut events: Vec<(DpEvent, u64)> = Vec::new();
    let (mut epsilons, mut deltas) = (Vec::new(), Vec::new());
    for run in runs {
        let Some((event, _, epsilon, delta)) = bound::stated(run) else {
            return Whole {
                epsilon: f64::INFINITY,
                delta: 1.0,
                how: How::Added,
            };
        };
        epsilons.push(epsilon);
        deltas.push(delta);
        match events.iter_mut().find(|(known, _)| *known == event) {
            Some((_, count)) => *count += 1,
            None => events.push((event, 1)),
        }
    }
    if let ([epsilon], [delta]) = (&epsilons[..], &deltas[..]) {
        return Whole {
            epsilon: *epsilon,
            delta: *delta,
            how: How::Alone,
        };
    }
    let largest = epsilons.iter().copied().fold(0.0, f64::max);
    let sum = at_most_one(sum(&deltas));
    let common = deltas
        .first()
        .copied()
        .filter(|first| deltas.iter().all(|delta| delta == first));
    let composed = |delta: f64| -> Option<(f64, &'static str)> {
        let bound = Bound::of(&events, relation, delta).ok()?;
        let epsilon = bound
            .epsilon(delta)
            .ok()
            .filter(|epsilon| epsilon.is_finite())?;
        // What is composed of all is never less than what one of them states.
        Some((epsilon.max(largest), bound.accountant()))
    };
    let at_common = common.and_then(|delta| Some((composed(delta)?, delta)));
    if let Some(((epsilon, accountant), delta)) = at_common {
        return Whole {
            epsilon,
            delta,
            how: How::Composed(accountant),
        };
    }
    match composed(sum) {
        Some((epsilon, accountant)) => Whole {
            epsilon,
            delta: sum,
            how: How::ComposedAtSum(accountant),
        },
        None => Whole {
            epsilon: self::sum(&epsilons),
            delta: sum,
            how: How::Added,
        },
    }
}

/// A sum, rounded up.
fn sum(values: &[f64]) -> f64 {
    values
        .iter()
        .fold(0.0, |sum: f64, value| (sum + value).next_up())
}

fn at_most_one(delta: f64) -> f64 {
    delta.min(1.0)
}
