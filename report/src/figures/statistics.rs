//! Accuracy of the private runs on one data set, over repetitions.

use std::collections::{BTreeMap, BTreeSet};

use crate::numbers;
use crate::repetitions::{Repetitions, Tested};
use crate::run::{FOLD, Run, Settings, variant};

/// Where there would be more curves than this, fewer settings tell them apart, and at last their method alone.
const MOST_CURVES: usize = 6;

/// How many settings a legend names at most.
const MOST_KEYS: usize = 3;

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
    let groups: Vec<(&str, Vec<(Settings, &Run)>)> = methods
        .into_iter()
        .map(|method| (method, of_method(method)))
        .collect();
    let drawn = |most: usize| -> Vec<Curve> {
        let curves = groups.iter();
        curves
            .flat_map(|(method, runs)| curves_of(method, runs, most))
            .collect()
    };
    // As many keys in the legend as give no more curves than a figure has room for.
    let mut curves = drawn(MOST_KEYS);
    for most in (0..MOST_KEYS).rev() {
        if curves.len() <= MOST_CURVES {
            break;
        }
        curves = drawn(most);
    }
    curves
}

/// The curves of one method, told apart by so many keys at most.
fn curves_of(method: &str, runs: &[(Settings, &Run)], most: usize) -> Vec<Curve> {
    let settings: Vec<&Settings> = runs.iter().map(|(settings, _)| settings).collect();
    let told = telling(&settings, &differing(&settings), most);
    let mut groups: BTreeMap<String, Vec<(Settings, &Run)>> = BTreeMap::new();
    for (settings, run) in runs {
        let label = label(method, settings, &told);
        groups
            .entry(label)
            .or_default()
            .push((settings.clone(), run));
    }
    let curve = |(label, runs): (String, Vec<(Settings, &Run)>)| Curve {
        label,
        points: points(&runs),
    };
    groups.into_iter().map(curve).collect()
}

/// The keys in which runs differ.
fn differing(runs: &[&Settings]) -> Vec<String> {
    let keys: BTreeSet<&String> = runs.iter().flat_map(|settings| settings.keys()).collect();
    let values = |key: &String| -> BTreeSet<Option<&String>> {
        runs.iter().map(|settings| settings.get(key)).collect()
    };
    keys.into_iter()
        .filter(|key| values(key).len() > 1)
        .cloned()
        .collect()
}

/// The first of these keys, `most` at most, without those that tell no more runs apart than the others do.
fn telling(runs: &[&Settings], differ: &[String], most: usize) -> Vec<String> {
    let apart = |keys: &[&String]| {
        let told = runs.iter().map(|settings| -> Vec<Option<&String>> {
            keys.iter().map(|&key| settings.get(key)).collect()
        });
        told.collect::<BTreeSet<_>>().len()
    };
    let mut told: Vec<&String> = differ.iter().take(most).collect();
    let all = apart(&told);
    for place in (0..told.len()).rev() {
        let mut fewer = told.clone();
        fewer.remove(place);
        if apart(&fewer) == all {
            told = fewer;
        }
    }
    told.into_iter().cloned().collect()
}

fn label(method: &str, settings: &Settings, differ: &[String]) -> String {
    let told = differ.iter().map(|key| {
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
    fn keys_that_tell_no_more_apart_are_not_told() {
        let run = |pairs: &[(&str, &str)]| -> Settings {
            let pairs = pairs.iter();
            pairs
                .map(|&(key, value)| (key.into(), value.into()))
                .collect()
        };
        let runs = [
            run(&[("mechanism", "gnmax"), ("queries", "60"), ("rate", "1")]),
            run(&[("mechanism", "nearest"), ("queries", "200"), ("rate", "1")]),
            run(&[("mechanism", "nearest"), ("queries", "200"), ("rate", "2")]),
        ];
        let runs: Vec<&Settings> = runs.iter().collect();
        let differ = differing(&runs);
        assert_eq!(differ, ["mechanism", "queries", "rate"]);
        assert_eq!(telling(&runs, &differ, 3), ["mechanism", "rate"]);
        assert_eq!(telling(&runs, &differ, 1), ["mechanism"]);
        assert_eq!(
            telling(&runs[..2], &differing(&runs[..2]), 3),
            ["mechanism"]
        );
        assert!(telling(&runs[..1], &differing(&runs[..1]), 3).is_empty());
    }

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
