//! The user's own files: IDX, NPY, or CSV with a schema.

use std::path::{Path, PathBuf};

use ndarray::Array2;
use privet_mechanisms::Sensitive;
use serde::{Deserialize, Serialize};

use super::{
    DataError, Dataset, DatasetInfo, Examples, HeldBackTruth, InputShape, PixelScaling,
    Preprocessing, PublicDeclaration, PublicInputs, PublicPool, RecordSplitter, SplitFractions,
    TableSchema, UnitColumn, UnitIndex,
    dataset::assemble_single,
    file::{Content, read_unpacked},
    preprocessing::read_array,
    table::{LabelUse, read_table},
};

/// A data set of the user's own.
#[derive(Debug, Clone)]
pub struct UserData {
    /// What to call it.
    pub name: String,
    /// Its licence, where it has one.
    pub license: Option<String>,
    /// Whom to credit, where the licence asks.
    pub attribution: Option<String>,
    /// Whether everything about it is published; leave `false` for confidential data.
    pub public_benchmark: bool,
    /// Who declares the pool and the test set public.
    pub public: PublicDeclaration,
    /// Size of the private part as a public constant, where one is declared.
    pub declared_size: Option<usize>,
    /// How a record becomes an input.
    pub encoding: UserEncoding,
    /// Where the records are.
    pub files: UserFiles,
    /// Which private records belong together, where not each is a unit of privacy; needs a table of
    /// the private records alone.
    pub units: Option<UnitColumn>,
}

/// How a record of the user's files becomes an input, by public constants.
#[derive(Debug, Clone)]
pub enum UserEncoding {
    /// Columns: CSV, or an array with one column for each numeric column of the schema.
    Table {
        /// The columns and the label.
        schema: TableSchema,
    },
    /// Numbers that are all alike: IDX or NPY of `[n, features]`, `[n, height, width]` or
    /// `[n, channels, height, width]`.
    Array {
        /// The label map; the labels in the file are positions in it.
        classes: Vec<String>,
        /// Public bounds and constants.
        scaling: PixelScaling,
    },
}

/// Where the records are.
#[derive(Debug, Clone)]
pub enum UserFiles {
    /// One labelled file, split by each record's own inputs. Its pool and test records are declared
    /// public.
    Single {
        /// The records.
        source: SourceFiles,
        /// The shares of the pool and of the test set.
        split: SplitFractions,
        /// Public salt of the split; [`RecordSplitter::DEFAULT_SALT`] where none is chosen.
        salt: Option<String>,
    },
    /// A file for each part.
    Separate {
        /// Confidential labelled records; absent where only what is public is needed.
        private: Option<SourceFiles>,
        /// Public inputs; labels, where there are any, are held back for evaluation.
        pool: SourceFiles,
        /// Public labelled records, none of them in the pool; absent where only the pool is needed.
        test: Option<SourceFiles>,
    },
}

/// A file of inputs and, where the labels are not in it, a file of labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFiles {
    /// Inputs: CSV, IDX or NPY, packed with gzip or not.
    pub inputs: PathBuf,
    /// Labels of inputs that are IDX or NPY: one dimension, IDX or NPY. (The label of a CSV file is
    /// a column.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
}

/// One file as read.
struct Records {
    shape: InputShape,
    inputs: Array2<f32>,
    labels: Option<Vec<u32>>,
    file: String,
}

/// Loads the user's own files.
///
/// # Errors
/// When a file cannot be read or does not fit the encoding, labels are missing where they are
/// needed, the parts differ in shape, a part is empty, or a test input is in the pool; when private
/// records are to be grouped and are no table of their own, or its column is an input, is not there
/// or lacks a value.
pub fn load_files(data: &UserData) -> Result<Dataset, DataError> {
    if let Some(units) = &data.units {
        match (&data.files, &data.encoding) {
            (UserFiles::Separate { .. }, UserEncoding::Table { schema }) => units.check(schema)?,
            _ => return Err(units.no_table()),
        }
    }
    let classes = match &data.encoding {
        UserEncoding::Table { schema } => schema.classes().to_vec(),
        UserEncoding::Array { classes, .. } if classes.len() >= 2 => classes.clone(),
        UserEncoding::Array { classes, .. } => {
            return Err(DataError::Option {
                key: "classes",
                value: format!("{classes:?}"),
                problem: "a classifier needs at least two classes".to_owned(),
                remedy: "name every class, in the order of the labels' numbers".to_owned(),
            });
        }
    };
    let count = classes.len();
    let info = |shape| DatasetInfo {
        name: data.name.clone(),
        shape,
        classes,
        license: data
            .license
            .clone()
            .unwrap_or_else(|| "not stated".to_owned()),
        attribution: data.attribution.clone().unwrap_or_default(),
        public_benchmark: data.public_benchmark,
        public: data.public.clone(),
        declared_size: data.declared_size,
    };
    match &data.files {
        UserFiles::Single {
            source,
            split,
            salt,
        } => {
            let records = read(source, &data.encoding, LabelUse::Required, count)?;
            let shape = records.shape;
            let examples = labelled(records, &source.inputs, count)?;
            let splitter = RecordSplitter::new(
                *split,
                salt.as_deref().unwrap_or(RecordSplitter::DEFAULT_SALT),
            );
            assemble_single(
                info(shape),
                data.encoding.preprocessing(shape),
                &examples,
                &splitter,
            )
        }
        UserFiles::Separate {
            private,
            pool,
            test,
        } => {
            let private = private
                .as_ref()
                .map(|private| read_private(private, data, count))
                .transpose()?;
            let pool = read(pool, &data.encoding, LabelUse::IfPresent, count)?;
            let (shape, private, units) = match private {
                Some(private) => private,
                None => {
                    let none = Array2::zeros((0, pool.inputs.ncols()));
                    let file = "no private file";
                    (
                        pool.shape,
                        Examples::new(none, Vec::new(), count, file)?,
                        None,
                    )
                }
            };
            let truth = pool.labels.map(HeldBackTruth::new);
            let pool = PublicPool::new(PublicInputs::new(pool.inputs, &pool.file)?);
            let read_test = |test: &SourceFiles| {
                let records = read(test, &data.encoding, LabelUse::Required, count)?;
                labelled(records, &test.inputs, count)
            };
            let test = test.as_ref().map(read_test).transpose()?;
            let mut dataset = Dataset::assemble(
                info(shape),
                data.encoding.preprocessing(shape),
                private,
                pool,
                truth,
                test,
            )?;
            dataset.private = dataset.private.grouped(units);
            Ok(dataset)
        }
    }
}

/// The private records, their shape, and which of them belong together.
fn read_private(
    source: &SourceFiles,
    data: &UserData,
    classes: usize,
) -> Result<(InputShape, Examples, Option<Sensitive<UnitIndex>>), DataError> {
    // One reading for the records and for whose they are: between two of them the file could be
    // replaced by another.
    let content = read_unpacked(&source.inputs)?;
    let units = data.units.as_ref().map(|units| units.group(&content));
    let units = units.transpose()?;
    let records = decode(content, source, &data.encoding, LabelUse::Required, classes)?;
    let shape = records.shape;
    Ok((shape, labelled(records, &source.inputs, classes)?, units))
}

impl UserEncoding {
    /// The encoding as it is stored with a model.
    fn preprocessing(&self, shape: InputShape) -> Preprocessing {
        match self {
            Self::Table { schema } => Preprocessing::Table {
                schema: schema.clone(),
            },
            Self::Array { scaling, .. } => Preprocessing::Pixels {
                shape,
                scaling: *scaling,
            },
        }
    }
}

/// Reads inputs and, where there are any, labels.
fn read(
    source: &SourceFiles,
    encoding: &UserEncoding,
    label_use: LabelUse,
    classes: usize,
) -> Result<Records, DataError> {
    let content = read_unpacked(&source.inputs)?;
    decode(content, source, encoding, label_use, classes)
}

/// The same of a file that has been read; labels may be in another.
fn decode(
    content: Content,
    source: &SourceFiles,
    encoding: &UserEncoding,
    label_use: LabelUse,
    classes: usize,
) -> Result<Records, DataError> {
    let Some(array) = read_array(&content)? else {
        let UserEncoding::Table { schema } = encoding else {
            return Err(DataError::Csv {
                file: content.name,
                line: 1,
                column: None,
                problem: "is neither IDX nor NPY".to_owned(),
                remedy:
                    "give an IDX or NPY file, or describe the columns of a CSV file in a schema"
                        .to_owned(),
            });
        };
        if let Some(labels) = &source.labels {
            return Err(DataError::Option {
                key: "labels",
                value: labels.display().to_string(),
                problem: format!("the labels of {} are a column of it", content.name),
                remedy: "leave `labels` out and declare the column with kind = \"label\""
                    .to_owned(),
            });
        }
        let table = read_table(&content, schema, label_use)?;
        return Ok(Records {
            shape: schema.input_shape(),
            inputs: table.inputs,
            labels: table.labels,
            file: content.name,
        });
    };
    let shape = match encoding {
        UserEncoding::Table { schema } => schema.input_shape(),
        UserEncoding::Array { .. } => array.input_shape()?,
    };
    let inputs = encoding.preprocessing(shape).encode_array(&array)?;
    let labels = source
        .labels
        .as_deref()
        .map(|path| read_labels(path, classes))
        .transpose()?;
    if let (Some(path), Some(labels)) = (&source.labels, &labels)
        && labels.len() != inputs.nrows()
    {
        return Err(DataError::CountMismatch {
            inputs_file: content.name,
            inputs: inputs.nrows(),
            labels_file: path.display().to_string(),
            labels: labels.len(),
        });
    }
    Ok(Records {
        shape,
        inputs,
        labels,
        file: content.name,
    })
}

/// Reads a file of labels.
fn read_labels(path: &Path, classes: usize) -> Result<Vec<u32>, DataError> {
    let content = read_unpacked(path)?;
    match read_array(&content)? {
        Some(array) => array.labels(classes),
        None => Err(DataError::Npy {
            file: content.name,
            problem: "is neither IDX nor NPY".to_owned(),
            remedy: "save the labels from NumPy with numpy.save, as one dimension of integers",
        }),
    }
}

/// Records that must have labels.
fn labelled(records: Records, path: &Path, classes: usize) -> Result<Examples, DataError> {
    let Some(labels) = records.labels else {
        return Err(DataError::Option {
            key: "labels",
            value: "(not given)".to_owned(),
            problem: format!("{} holds no labels", path.display()),
            remedy: "name the file of its labels".to_owned(),
        });
    };
    Examples::new(records.inputs, labels, classes, &records.file)
}

#[cfg(test)]
#[path = "user_tests.rs"]
mod tests;
