//! Which runs are on the same people.

use std::collections::BTreeSet;

use crate::run::Run;

/// For each run the first one on the same people: data sets of one name, or one population, directly or
/// by way of other runs.
pub(super) fn of(runs: &[Run]) -> Vec<usize> {
    let mut people: Vec<usize> = (0..runs.len()).collect();
    for (here, run) in runs.iter().enumerate() {
        for (there, other) in runs.iter().enumerate().take(here) {
            let population = run.population();
            let same_population = population.is_some() && population == other.population();
            if run.result.dataset == other.result.dataset || same_population {
                let (a, b) = (people[here], people[there]);
                let (first, second) = (a.min(b), a.max(b));
                for of in people.iter_mut().filter(|of| **of == second) {
                    *of = first;
                }
            }
        }
    }
    people
}

/// What the people `of` are called: their populations, else their data sets.
pub(super) fn name(runs: &[Run], people: &[usize], of: usize) -> String {
    let theirs = || runs.iter().zip(people).filter(|(_, people)| **people == of);
    let populations: BTreeSet<&str> = theirs().filter_map(|(run, _)| run.population()).collect();
    let names = match populations.is_empty() {
        true => theirs()
            .map(|(run, _)| run.result.dataset.as_str())
            .collect(),
        false => populations,
    };
    names.into_iter().collect::<Vec<&str>>().join(", ")
}
