//! From a sweep to its points.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use privet_report::run::FOLD;
use toml::{Table, Value};

use super::file::{PointTable, SweepFile};
use super::name;

/// One experiment of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    /// Its directory under `points/`.
    pub(crate) name: String,
    /// The config that it starts from.
    pub(crate) base: PathBuf,
    /// The keys that it sets, dotted, with their values.
    pub(crate) settings: Vec<(String, Value)>,
    /// The whole config, as its run directory keeps it.
    pub(crate) resolved: String,
}

/// Keys whose values make repetitions of one experiment.
pub(super) const REPEATED: [&str; 2] = ["seed", FOLD];

impl Point {
    /// The settings as `--set` takes them.
    pub(crate) fn assignments(&self) -> Vec<String> {
        let settings = self.settings.iter();
        settings
            .map(|(key, value)| format!("{key}={value}"))
            .collect()
    }

    /// What it is a repetition of: its name and settings without the seed and the fold.
    pub(crate) fn without_repetition(&self) -> String {
        let repeats = |key: &str| REPEATED.contains(&key);
        let settings = self.settings.iter().filter(|(key, _)| !repeats(key));
        let settings: Vec<String> = settings
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        format!("{} {}", self.base.display(), settings.join(" "))
    }
}

/// All points of a sweep whose file lies in `folder`, in the order of the file; the last key of the
/// grid changes first.
///
/// # Errors
/// A grid that is none, a key that is set twice, or two points of one name.
pub(crate) fn points(file: &SweepFile, folder: &Path) -> Result<Vec<Point>> {
    let common = leaves(&file.set);
    let grid = choices(&file.grid)?;
    let starts = match file.points.is_empty() {
        true => vec![PointTable::default()],
        false => file.points.clone(),
    };
    let mut points = Vec::new();
    for start in &starts {
        let Some(base) = start.base.as_ref().or(file.base.as_ref()) else {
            bail!(
                "base is missing: name the config that the points start from, base = \"FILE.toml\""
            );
        };
        let stem = base.file_stem().unwrap_or_default().to_string_lossy();
        let title = start.name.clone().unwrap_or_else(|| stem.into_owned());
        let own = leaves(&start.set);
        let called: &[(String, Value)] = if start.name.is_some() { &[] } else { &own };
        for chosen in combinations(&grid) {
            let settings = [common.clone(), own.clone(), chosen.clone()].concat();
            check_once(&settings)?;
            points.push(Point {
                name: name::of(&title, called.iter().chain(&chosen)),
                base: folder.join(base),
                settings,
                resolved: String::new(),
            });
        }
    }
    let mut names = BTreeSet::new();
    for Point { name, .. } in &points {
        ensure!(
            names.insert(name),
            "two points are called {name}: give each of [[points]] a name = \"...\" of its own, and \
             each value of a grid once"
        );
    }
    Ok(points)
}

/// The dotted keys of a table and of all tables in it.
fn leaves(table: &Table) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => {
                let below = super::point::leaves(inner).into_iter();
                leaves.extend(below.map(|(rest, value)| (format!("{key}.{rest}"), value)));
            }
            value => leaves.push((key.clone(), value.clone())),
        }
    }
    leaves
}

/// The keys of the grid with the values of each.
fn choices(grid: &Table) -> Result<Vec<(String, Vec<Value>)>> {
    let choices = leaves(grid).into_iter().map(|(key, value)| match value {
        Value::Array(values) if !values.is_empty() => Ok((key, values)),
        other => bail!(
            "[grid] {key} = {other}: give a list of values, for example {key} = [1, 2], or move it to \
             [set]"
        ),
    });
    choices.collect()
}

/// Every way to take one value of each key.
fn combinations(grid: &[(String, Vec<Value>)]) -> Vec<Vec<(String, Value)>> {
    let mut all = vec![Vec::new()];
    for (key, values) in grid {
        let longer = |begun: &Vec<(String, Value)>| -> Vec<Vec<(String, Value)>> {
            let pairs = values.iter().map(|value| (key.clone(), value.clone()));
            pairs
                .map(|pair| [begun.clone(), vec![pair]].concat())
                .collect()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

fn check_once(settings: &[(String, Value)]) -> Result<()> {
    let mut keys = BTreeSet::new();
    for (key, _) in settings {
        ensure!(
            keys.insert(key),
            "{key} is set twice: by two of [set], [[points]] and [grid]"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<String>> {
        let file: SweepFile = toml::from_str(text)?;
        let points = points(&file, Path::new("folder"))?;
        Ok(points.into_iter().map(|point| point.name).collect())
    }

    #[test]
    fn a_grid_is_every_combination_with_every_point() {
        let text = "base = \"a.toml\"\n[grid]\nprivacy.epsilon = [0.5, 1.0]\nseed = [0, 1, 2]\n\
                    [[points]]\nname = \"p\"\n[[points]]\nbase = \"b.toml\"\nset.teachers.count = 7\n";
        let names = names(text).unwrap();
        assert_eq!(names.len(), 12);
        assert_eq!(names[0], "p,privacy.epsilon=0.5,seed=0");
        assert_eq!(names[1], "p,privacy.epsilon=0.5,seed=1");
        assert_eq!(names[11], "b,teachers.count=7,privacy.epsilon=1.0,seed=2");
    }

    #[test]
    fn settings_become_assignments() {
        let text = "base = \"a.toml\"\nset.method = \"pate\"\n[grid]\nteachers.network = [{ preset = \
                    \"mlp\", hidden = [8] }]\n";
        let file: SweepFile = toml::from_str(text).unwrap();
        let points = points(&file, Path::new("folder")).unwrap();
        assert_eq!(points[0].base, Path::new("folder/a.toml"));
        let assignments = points[0].assignments();
        assert_eq!(assignments[0], "method=\"pate\"");
        assert_eq!(
            assignments[1],
            "teachers.network={ hidden = [8], preset = \"mlp\" }"
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (text, word) in [
            ("[grid]\nseed = [0]\n", "base is missing"),
            ("base = \"a.toml\"\n[grid]\nseed = 0\n", "list of values"),
            ("base = \"a.toml\"\n[grid]\nseed = []\n", "list of values"),
            ("base = \"a.toml\"\n[grid]\nseed = [1, 1]\n", "two points"),
            (
                "base = \"a.toml\"\nset.seed = 1\n[grid]\nseed = [0]\n",
                "set twice",
            ),
            ("base = \"a.toml\"\n[[points]]\n[[points]]\n", "two points"),
        ] {
            let error = names(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
