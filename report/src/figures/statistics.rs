//! Accuracy of the private runs on one data set, over repetitions.

use std::collections::{BTreeMap, BTreeSet};

use crate::numbers;
use crate::repetitions::{Repetitions, Tested};
use crate::run::{FOLD, Run, Settings, variant};

/// More curves than this are not told apart by their settings but by their method alone.
const MOST_CURVES: usize = 6;

/// What is known of one data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Name of the data set.
    pub dataset: String,
    /// The private runs with a measured model.
    pub curves: Vec<Curve>,
    /// Accuracy without privacy, where a run measured it.
    pub baseline: Option<Spread>,
    /// Share of the most frequent class of the public test data, where it has labels.
    pub majority: Option<f64>,
}

/// Runs of one method that differ in privacy, noise and seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The method, and the settings that tell it from others.
    pub label: String,
    /// By rising epsilon.
    pub points: Vec<Spread>,
}

/// Repetitions with one epsilon.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// Epsilon of each of them; 0 for those without privacy.
    pub epsilon: f64,
    /// Mean of their accuracies.
    pub mean: f64,
    /// Their standard deviation (with n - 1); none of a single one.
    pub deviation: Option<f64>,
    /// How many there are, parts of one test set counted as one.
    pub runs: usize,
}

impl Spread {
    fn of(epsilon: f64, runs: &[Tested]) -> Option<Self> {
        let repetitions = Repetitions::of(runs);
        Some(Self {
            epsilon,
            mean: repetitions.mean()?,
            deviation: repetitions.deviation(),
            runs: repetitions.accuracies.len(),
        })
    }

    /// How many repetitions, in words.
    #[must_use]
    pub fn repetitions(&self) -> String {
        match self.runs {
            1 => "1 run".into(),
            count => format!("n = {count} runs"),
        }
    }
}

/// The data sets of the runs, in their order. Runs that are not private are on no curve.
#[must_use]
pub fn studies(runs: &[Run]) -> Vec<Study> {
    let mut names: Vec<&str> = Vec::new();
    for run in runs {
        if !names.contains(&run.result.dataset.as_str()) {
            names.push(&run.result.dataset);
        }
    }
    names.into_iter().map(|name| study(name, runs)).collect()
}

fn study(dataset: &str, runs: &[Run]) -> Study {
    let here = || runs.iter().filter(|run| run.result.dataset == dataset);
    let measured: Vec<&Run> = here()
        .filter(|run| run.is_private() && run.result.utility.test_accuracy.is_some())
        .collect();
    let anchors = here().filter_map(|run| match run.result.method.as_str() {
        "baseline" => tested(run, run.result.utility.test_accuracy),
        _ => tested(run, run.result.utility.baseline_accuracy),
    });
    let majority = here().filter_map(|run| run.result.utility.majority_accuracy);
    Study {
        dataset: dataset.into(),
        curves: curves(&measured),
        baseline: Spread::of(0.0, &anchors.collect::<Vec<_>>()),
        majority: majority.reduce(f64::max),
    }
}

fn tested(run: &Run, accuracy: Option<f64>) -> Option<Tested> {
    Some(Tested {
        seed: run.result.seed,
        fold: run
            .settings
            .get(FOLD)
            .and_then(|number| number.parse().ok()),
        accuracy: accuracy?,
        size: run.result.utility.test_size,
    })
}

fn curves(runs: &[&Run]) -> Vec<Curve> {
    let mut methods: Vec<&str> = Vec::new();
    for run in runs {
        if !methods.contains(&run.method()) {
            methods.push(run.method());
        }
    }
    let of_method = |method: &str| -> Vec<(Settings, &Run)> {
        let of = runs.iter().filter(|run| run.method() == method);
        of.map(|run| (variant(&run.settings), *run)).collect()
    };
    let told_apart: usize = methods
        .iter()
        .map(|method| {
            let variants = of_method(method).into_iter().map(|(variant, _)| variant);
            variants.collect::<BTreeSet<Settings>>().len()
        })
        .sum();
    let mut curves = Vec::new();
    for method in methods {
        let runs = of_method(method);
        let differ = differing(&runs);
        let mut groups: BTreeMap<String, Vec<(Settings, &Run)>> = BTreeMap::new();
        for (settings, run) in runs {
            let label = match told_apart <= MOST_CURVES {
                true => label(method, &settings, &differ),
                false => method.to_string(),
            };
            groups.entry(label).or_default().push((settings, run));
        }
        curves.extend(groups.into_iter().map(|(label, runs)| Curve {
            label,
            points: points(&runs),
        }));
    }
    curves
}

/// The keys in which runs differ.
fn differing(runs: &[(Settings, &Run)]) -> Vec<String> {
    let keys: BTreeSet<&String> = runs
        .iter()
        .flat_map(|(settings, _)| settings.keys())
        .collect();
    let values = |key: &String| -> BTreeSet<Option<&String>> {
        runs.iter().map(|(settings, _)| settings.get(key)).collect()
    };
    keys.into_iter()
        .filter(|key| values(key).len() > 1)
        .cloned()
        .collect()
}

fn label(method: &str, settings: &Settings, differ: &[String]) -> String {
    let told = differ.iter().take(3).map(|key| {
        let value = settings
            .get(key)
            .map_or("none".into(), |value| short(value));
        format!(", {key} = {value}")
    });
    [method.to_string()].into_iter().chain(told).collect()
}

/// A value as a legend has room for it: of a list of tables their kinds alone.
fn short(value: &str) -> String {
    const MOST: usize = 40;
    let kinds: Vec<&str> = value
        .split("kind = \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let text = match value.starts_with('[') && !kinds.is_empty() {
        true => kinds.join(" + "),
        false => value.to_owned(),
    };
    match text.chars().count() > MOST {
        true => text.chars().take(MOST - 1).chain(['…']).collect(),
        false => text,
    }
}

/// One point for the repetitions of one epsilon and one variant.
fn points(runs: &[(Settings, &Run)]) -> Vec<Spread> {
    let mut groups: Vec<(f64, &Settings, Vec<Tested>)> = Vec::new();
    for (settings, run) in runs {
        let test = tested(run, run.result.utility.test_accuracy);
        let (Some(epsilon), Some(test)) = (run.privacy.epsilon, test) else {
            continue;
        };
        let same = |group: &&mut (f64, &Settings, Vec<Tested>)| {
            group.1 == settings && numbers::epsilon(group.0) == numbers::epsilon(epsilon)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.2.push(test),
            None => groups.push((epsilon, settings, vec![test])),
        }
    }
    let mut points: Vec<Spread> = groups
        .into_iter()
        .filter_map(|(epsilon, _, accuracies)| Spread::of(epsilon, &accuracies))
        .collect();
    points.sort_by(|a, b| a.epsilon.total_cmp(&b.epsilon));
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_shortened_for_legends() {
        assert_eq!(short("3"), "3");
        let stages = "[{ by = \"feature\", kind = \"standardise\" }, { kind = \"pca\" }]";
        assert_eq!(short(stages), "standardise + pca");
        let long = short(&"x".repeat(41));
        assert!(long.chars().count() == 40 && long.ends_with('…'));
        assert_eq!(short(&"x".repeat(40)), "x".repeat(40));
    }
}
