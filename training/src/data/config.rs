//! The `[data]` table of an experiment file: a built-in data set, or the user's own files.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    DataError, Dataset, LoadOptions, OneOrMany, PixelScaling, PublicDeclaration, PublicFold,
    SourceFiles, SplitFractions, StageSpec, TableSchema, UnitColumn, UserData, UserEncoding,
    UserFiles,
    catalog::{self, first_given},
    load, load_files,
};

/// Which data, and what of it is public. A built-in data set needs `name` alone; the user's own
/// needs `files`, `public`, and `schema` (CSV) or `classes` with `bounds` or `scaling` (IDX, NPY).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// A built-in data set, or what to call the user's own.
    pub name: String,
    /// Size of the private part as a public constant: declared, not counted; in records, or in users where
    /// `[privacy] unit` protects users. Built-in data sets have a published one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_size: Option<usize>,
    /// How many public images are the pool (`mnist`, `fashion-mnist`); the others are the test set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool_size: Option<usize>,
    /// In place of `pool_size`, to test on every public image once in several runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_fold: Option<PublicFold>,
    /// Public salt of the split; another salt is another split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_salt: Option<String>,
    /// The label map of arrays: a name for each class, in the order of their numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
    /// Public bounds of the numbers of arrays, `[0, 255]` for bytes; scaled to `0..=1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 2]>,
    /// Rounds inputs to a public grid of levels, for encrypted inference: with `b` bits (2 to 8) to
    /// `k / (2^b - 1)` for inputs of `0..=1`, to `k / (2^(b-1) - 1)` for those of `-1..=1`. Other
    /// scalings are refused. The levels go with the exported model. Records of one file are split by
    /// their rounded inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_bits: Option<u32>,
    /// Features in place of the inputs, for teachers, students and noisy SGD alike: one stage, or a list
    /// of stages one after another. What is fitted is fitted on the public pool alone, and published with
    /// the model; it costs no privacy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<OneOrMany<StageSpec>>,
    /// Licence of the user's own data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Whom to credit for the user's own data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// Public bounds and constants of the numbers of arrays, in place of `bounds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<PixelScaling>,
    /// Shares of the pool and the test set, for data that is one file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<SplitFractions>,
    /// The user's own files, relative to the experiment file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<FilesConfig>,
    /// Who declares the pool and the test set of the user's own data public, and where they are
    /// from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<PublicConfig>,
    /// The columns of the user's own table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<TableSchema>,
}

/// The user's own files: either `records`, which `split` divides, or all of `private`, `pool` and
/// `test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesConfig {
    /// All records in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<SourceFiles>,
    /// Confidential labelled records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<SourceFiles>,
    /// Public inputs that the student may ask about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<SourceFiles>,
    /// Public labelled records, none of them in the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<SourceFiles>,
}

/// The declaration that the pool and the test set are public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicConfig {
    /// Where the public records come from.
    pub source: String,
    /// Who declares them public: a person or an office.
    pub declared_by: String,
    /// Whether all records, the private ones too, are published, so that nothing about them needs
    /// hiding.
    #[serde(default)]
    pub benchmark: bool,
}

impl DataConfig {
    /// A built-in data set with its own constants.
    #[must_use]
    pub fn built_in(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            declared_size: None,
            pool_size: None,
            public_fold: None,
            split_salt: None,
            classes: None,
            bounds: None,
            input_bits: None,
            features: None,
            license: None,
            attribution: None,
            scaling: None,
            split: None,
            files: None,
            public: None,
            schema: None,
        }
    }

    /// Loads the data: a built-in set from this program or `data_dir`, the user's files relative to
    /// `base`, the folder of the experiment file. A `declared_size` of the config takes the place
    /// of the published one. With `units` the private records of the user's own table are grouped.
    ///
    /// # Errors
    /// When a key is missing, contradicts another or does not apply, or as [`load`] and
    /// [`load_files`].
    pub fn load(
        &self,
        base: &Path,
        data_dir: &Path,
        units: Option<&UnitColumn>,
    ) -> Result<Dataset, DataError> {
        self.require_test()?;
        let mut dataset = match (&self.files, units) {
            (Some(files), _) if files.private.is_none() && files.pool.is_some() => {
                return Err(missing(
                    "[data.files] private",
                    "the private records are not named",
                    "name their file; without it `privet student` learns from released labels, and \
                     `privet label --votes` from votes cast elsewhere",
                ));
            }
            (Some(files), units) => load_files(&UserData {
                units: units.cloned(),
                ..self.user_data(files, base)?
            })?,
            (None, None) => self.load_built_in(data_dir)?,
            (None, Some(units)) => return Err(units.no_table()),
        };
        dataset.info.declared_size = self.declared_size.or(dataset.info.declared_size);
        self.announced(dataset)
    }

    /// With the shape of the features that are to be.
    fn announced(&self, dataset: Dataset) -> Result<Dataset, DataError> {
        match &self.features {
            Some(features) => dataset.announce(features),
            None => Ok(dataset),
        }
    }

    /// The same for who has no private records, or shall not see them: their file is not opened, and
    /// need not be named.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_public(&self, base: &Path, data_dir: &Path) -> Result<Dataset, DataError> {
        self.require_test()?;
        self.load_named(base, data_dir)
    }

    /// The same for who asks about the pool and trains nothing: the test set, where it is a file of its
    /// own, is not read either, and need not be named. It is empty then.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_pool(&self, base: &Path, data_dir: &Path) -> Result<Dataset, DataError> {
        let mut pool = self.clone();
        if let Some(files) = &mut pool.files {
            files.test = None;
        }
        pool.load_named(base, data_dir)
    }

    /// What is public of the files that are named.
    fn load_named(&self, base: &Path, data_dir: &Path) -> Result<Dataset, DataError> {
        let mut public = self.clone();
        if let Some(files) = &mut public.files {
            files.private = None;
        }
        let mut dataset = match &public.files {
            Some(files) => load_files(&public.user_data(files, base)?)?,
            None => public.load_built_in(data_dir)?,
        };
        dataset.info.declared_size = self.declared_size.or(dataset.info.declared_size);
        dataset.private = dataset.private.forgotten()?;
        self.announced(dataset)
    }

    /// Refuses a pool without a test set.
    fn require_test(&self) -> Result<(), DataError> {
        match &self.files {
            Some(files) if files.pool.is_some() && files.test.is_none() => Err(no_data_set()),
            _ => Ok(()),
        }
    }

    /// Loads a built-in data set.
    fn load_built_in(&self, data_dir: &Path) -> Result<Dataset, DataError> {
        catalog::entry(&self.name)?;
        let of_files = [
            ("[data] classes", self.classes.is_some()),
            ("[data] license", self.license.is_some()),
            ("[data] attribution", self.attribution.is_some()),
            ("[data.public]", self.public.is_some()),
            ("[data.schema]", self.schema.is_some()),
        ];
        if let Some((key, _)) = of_files.into_iter().find(|(_, given)| *given) {
            return Err(DataError::Option {
                key,
                value: "(given)".to_owned(),
                problem: format!("{} is built in and brings its own", self.name),
                remedy: "leave it out, or name your own files in [data.files]".to_owned(),
            });
        }
        let options = LoadOptions {
            data_dir: data_dir.to_owned(),
            split: self.split,
            split_salt: self.split_salt.clone(),
            pool_size: self.pool_size,
            public_fold: self.public_fold,
            scaling: self.pixel_scaling()?,
            input_bits: self.input_bits,
        };
        load(&self.name, &options)
    }

    /// The user's own data as it is meant.
    fn user_data(&self, files: &FilesConfig, base: &Path) -> Result<UserData, DataError> {
        if catalog::entry(&self.name).is_ok() {
            return Err(DataError::Option {
                key: "[data] name",
                value: self.name.clone(),
                problem: "is the name of a built-in data set, and [data.files] names your own"
                    .to_owned(),
                remedy: "give your data another name".to_owned(),
            });
        }
        let fold = self.public_fold.map(|fold| fold.to_string());
        let of_images = [
            (
                "[data] pool_size",
                self.pool_size.map(|size| size.to_string()),
            ),
            ("[data] public_fold", fold),
        ];
        if let Some((key, value)) = first_given(of_images) {
            return Err(DataError::Option {
                key,
                value,
                problem: "applies to mnist and fashion-mnist only".to_owned(),
                remedy: "leave it out; `split` or the files themselves divide your data".to_owned(),
            });
        }
        let public = self.public.as_ref().ok_or_else(|| {
            missing(
                "[data.public]",
                "nobody declares the pool and the test set public",
                "give source and declared_by",
            )
        })?;
        Ok(UserData {
            name: self.name.clone(),
            license: self.license.clone(),
            attribution: self.attribution.clone(),
            public_benchmark: public.benchmark,
            public: PublicDeclaration {
                source: public.source.clone(),
                declared_by: public.declared_by.clone(),
            },
            declared_size: self.declared_size,
            encoding: self.encoding()?,
            files: self.user_files(files, base)?,
            units: None,
        })
    }

    /// How the user's records become inputs.
    fn encoding(&self) -> Result<UserEncoding, DataError> {
        match (&self.schema, &self.classes, self.pixel_scaling()?) {
            (Some(schema), None, None) => Ok(UserEncoding::Table {
                schema: match self.input_bits {
                    Some(bits) => schema.clone().with_input_bits(bits)?,
                    None => schema.clone(),
                },
            }),
            (None, Some(classes), Some(scaling)) => Ok(UserEncoding::Array {
                classes: classes.clone(),
                scaling: match self.input_bits {
                    Some(bits) => scaling.with_input_bits(bits)?,
                    None => scaling,
                },
            }),
            (Some(_), _, _) => Err(DataError::Option {
                key: "[data.schema]",
                value: "(given)".to_owned(),
                problem: "a schema has its own classes and bounds".to_owned(),
                remedy: "leave `classes`, `bounds` and `scaling` out, or the schema".to_owned(),
            }),
            (None, Some(_), None) => Err(missing(
                "[data] bounds",
                "the numbers of an array need public bounds",
                "give for example bounds = [0, 255]",
            )),
            (None, None, _) => Err(missing(
                "[data.schema]",
                "nothing says what the records are",
                "give a schema for CSV, or `classes` and `bounds` for IDX and NPY",
            )),
        }
    }

    /// The scaling of arrays, from `scaling` or `bounds`.
    fn pixel_scaling(&self) -> Result<Option<PixelScaling>, DataError> {
        match (self.scaling, self.bounds) {
            (Some(_), Some(bounds)) => Err(DataError::Option {
                key: "[data] bounds",
                value: format!("{bounds:?}"),
                problem: "`scaling` says the same with other words".to_owned(),
                remedy: "keep one of the two".to_owned(),
            }),
            (None, Some([minimum, maximum])) => PixelScaling::unit(minimum, maximum).map(Some),
            (scaling, None) => Ok(scaling),
        }
    }

    /// Where the user's records are.
    fn user_files(&self, files: &FilesConfig, base: &Path) -> Result<UserFiles, DataError> {
        let at = |source: &SourceFiles| SourceFiles {
            inputs: base.join(&source.inputs),
            labels: source.labels.as_ref().map(|labels| base.join(labels)),
        };
        match (&files.records, &files.private, &files.pool, &files.test) {
            (Some(records), None, None, None) => Ok(UserFiles::Single {
                source: at(records),
                split: self.split.ok_or_else(|| {
                    missing(
                        "[data] split",
                        "one file must be divided",
                        "give for example split = { pool = 0.1, test = 0.1 }",
                    )
                })?,
                salt: self.split_salt.clone(),
            }),
            (None, private, Some(pool), test) => match (self.split, &self.split_salt) {
                (None, None) => Ok(UserFiles::Separate {
                    private: private.as_ref().map(at),
                    pool: at(pool),
                    test: test.as_ref().map(at),
                }),
                _ => Err(DataError::Option {
                    key: "[data] split",
                    value: "(given)".to_owned(),
                    problem: "the parts are files of their own".to_owned(),
                    remedy: "leave `split` and `split_salt` out".to_owned(),
                }),
            },
            _ => Err(no_data_set()),
        }
    }
}

/// An error about files that do not belong together.
fn no_data_set() -> DataError {
    missing(
        "[data.files]",
        "these files make no data set",
        "give `records` alone (divided by `split`), or all of `private`, `pool` and `test`",
    )
}

/// An error about a key that is not there.
fn missing(key: &'static str, problem: &str, remedy: &str) -> DataError {
    DataError::Option {
        key,
        value: "(not given)".to_owned(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
