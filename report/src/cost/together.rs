//! What all runs of a page cost together.

use privet_accountant::{DpEvent, NeighboringRelation};

use super::bound::{self, Bound};
use super::people;
use crate::run::Run;

/// Private runs on the same people that can be composed.
#[derive(Clone, Debug, PartialEq)]
pub struct Together {
    /// The population that the runs are charged to, where they say so, else the name of the data set.
    pub name: String,
    /// When two data sets count as neighbours.
    pub relation: NeighboringRelation,
    /// Of what one is protected.
    pub unit: String,
    /// Positions of its runs.
    pub runs: Vec<usize>,
    /// All of them as one guarantee.
    pub whole: Whole,
    /// Runs on the same people that are not private: of these nothing is bounded.
    pub not_private: usize,
    /// Whether private runs on the same people are under another relation or unit, which cannot be
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

/// Private runs by people, relation and unit, each group composed. Runs that appear twice count twice.
///
/// It is the cost of runs that were fixed in advance, as those of a grid are. Runs are taken to be on the
/// same people where their data sets have one name or they are charged to one population.
#[must_use]
pub fn together(runs: &[Run]) -> Vec<Together> {
    let people = people::of(runs);
    let mut groups: Vec<(usize, Together)> = Vec::new();
    for (position, (run, of)) in runs.iter().zip(&people).enumerate() {
        let Some(relation) = run
            .privacy
            .neighboring_relation
            .filter(|_| run.is_private())
        else {
            continue;
        };
        let unit = &run.privacy.unit;
        let same = |(people, group): &&mut (usize, Together)| {
            people == of && group.relation == relation && group.unit == *unit
        };
        match groups.iter_mut().find(same) {
            Some((_, group)) => group.runs.push(position),
            None => {
                let group = Together {
                    name: people::name(runs, &people, *of),
                    relation,
                    unit: unit.clone(),
                    runs: vec![position],
                    whole: NOTHING,
                    not_private: (runs.iter().zip(&people))
                        .filter(|(run, people)| *people == of && !run.is_private())
                        .count(),
                    others: false,
                };
                groups.push((*of, group));
            }
        }
    }
    let all: Vec<usize> = groups.iter().map(|(people, _)| *people).collect();
    let finished = groups.into_iter().map(|(people, group)| {
        let shown: Vec<&Run> = group.runs.iter().filter_map(|&run| runs.get(run)).collect();
        Together {
            whole: whole(&shown, group.relation),
            others: all.iter().filter(|other| **other == people).count() > 1,
            ..group
        }
    });
    finished.collect()
}

/// No guarantee at all.
const NOTHING: Whole = Whole {
    epsilon: f64::INFINITY,
    delta: 1.0,
    how: How::Added,
};

fn whole(runs: &[&Run], relation: NeighboringRelation) -> Whole {
    let mut events: Vec<(DpEvent, u64)> = Vec::new();
    let (mut epsilons, mut deltas) = (Vec::new(), Vec::new());
    for run in runs {
        let Some((event, _, epsilon, delta)) = bound::stated(run) else {
            return NOTHING;
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
