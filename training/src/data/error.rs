//! What can be wrong with data, said so that the reader knows what to do next.

use privet_features::FeatureError;

/// Why a data set could not be loaded.
///
/// Each message names the file, the place in it, the value and the way out. Messages may quote a
/// value of the data: they are meant for the operator who already holds the file, and belong on the
/// terminal, not in a released artefact.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file is missing, a directory, or may not be read.
    #[error("{file}: cannot be read ({source}); check the path and its permissions")]
    Read {
        /// The file.
        file: String,
        /// What the operating system says.
        source: std::io::Error,
    },

    /// The file starts like gzip and then is not, or is cut off.
    #[error("{file}: damaged gzip data ({source}); fetch or copy the file again")]
    Gzip {
        /// The file.
        file: String,
        /// What the decompressor says.
        source: std::io::Error,
    },

    /// The file is larger than this program reads into memory.
    #[error("{file}: more than {limit} bytes once unpacked; split it, or keep fewer records")]
    TooLarge {
        /// The file.
        file: String,
        /// The most bytes that are read.
        limit: u64,
    },

    /// There is not one record in the file.
    #[error("{file}: holds no record; expected {expected}")]
    Empty {
        /// The file.
        file: String,
        /// What should be there.
        expected: &'static str,
    },

    /// An IDX file that is not one, is cut off, or has bytes left over.
    #[error("{file}: {problem}; {remedy}")]
    Idx {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },

    /// An NPY file that is not one, is cut off, or holds a type that is not supported.
    #[error("{file}: {problem}; {remedy}")]
    Npy {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },

    /// A picture that is damaged or does not fit the model.
    #[error("{file}: {problem}; {remedy}")]
    Picture {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },

    /// An array whose dimensions do not fit their use.
    #[error("{file}: has dimensions {found:?}; expected {expected}")]
    Dimensions {
        /// The file.
        file: String,
        /// The dimensions found.
        found: Vec<usize>,
        /// The dimensions expected, in words.
        expected: String,
    },

    /// A CSV file that does not fit its schema.
    #[error(
        "{file}, line {line}{}: {problem}; {remedy}",
        .column.as_ref().map(|name| format!(", column `{name}`")).unwrap_or_default()
    )]
    Csv {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// The column's name, where one column is at fault.
        column: Option<String>,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },

    /// A schema that contradicts itself.
    #[error("schema, {key}: {problem}; {remedy}")]
    Schema {
        /// The key at fault, such as ``column `age` ``.
        key: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },

    /// An option of loading that is out of its bounds or does not apply to this data set.
    #[error("{key} = {value}: {problem}; {remedy}")]
    Option {
        /// The option.
        key: &'static str,
        /// Its value.
        value: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },

    /// A NaN or an infinity.
    #[error(
        "{file}, record {record}, column {column}: the value {value} is not a finite number; \
         remove the record or replace the value"
    )]
    NotFinite {
        /// The file.
        file: String,
        /// The record, counted from 0.
        record: usize,
        /// The column, by name or counted from 0.
        column: String,
        /// The value.
        value: String,
    },

    /// A label outside the declared classes.
    #[error(
        "{file}, record {record}: label {value} is not one of the {classes} declared classes \
         (0 to {}); correct the label or declare more classes",
        .classes.saturating_sub(1)
    )]
    LabelOutOfRange {
        /// The file.
        file: String,
        /// The record, counted from 0.
        record: usize,
        /// The label as it stands in the file.
        value: String,
        /// Number of declared classes.
        classes: usize,
    },

    /// Inputs and labels that do not pair up.
    #[error(
        "{inputs_file} holds {inputs} inputs but {labels_file} holds {labels} labels; give the \
         labels of exactly these inputs, in the same order"
    )]
    CountMismatch {
        /// The file of inputs.
        inputs_file: String,
        /// Number of inputs.
        inputs: usize,
        /// The file of labels.
        labels_file: String,
        /// Number of labels.
        labels: usize,
    },

    /// A part (private, pool, test) without a record.
    #[error("{dataset}: the {part} is empty; give more records or other fractions in the split")]
    EmptyPart {
        /// The data set.
        dataset: String,
        /// The part.
        part: &'static str,
    },

    /// Parts of different shape.
    #[error(
        "{dataset}: inputs of the {part} have {found} numbers each where {expected} are \
         expected; all parts must be of one shape"
    )]
    PartShape {
        /// The data set.
        dataset: String,
        /// The part.
        part: &'static str,
        /// The length of an input.
        expected: usize,
        /// The length found.
        found: usize,
    },

    /// A test input that the student may ask about.
    #[error(
        "{dataset}: record {record} of the test set is also in the pool (record {pool_record}); \
         remove it from one of the two, so that the test set is never asked about (or, where \
         `input_bits` rounds different inputs to one, give more bits)"
    )]
    Overlap {
        /// The data set.
        dataset: String,
        /// The record in the test set, counted from 0.
        record: usize,
        /// The record in the pool, counted from 0.
        pool_record: usize,
    },

    /// Content that is not the published one.
    #[error(
        "{file}: its SHA-256 is {found} but the published {dataset} has {expected}: the content \
         was changed or damaged; fetch it again, or load a modified set as your own files \
         ([data] with paths)"
    )]
    Checksum {
        /// The file.
        file: String,
        /// The data set that it should belong to.
        dataset: &'static str,
        /// The published digest.
        expected: &'static str,
        /// The digest found.
        found: String,
    },

    /// A file that cannot be compared with the published one because it was unpacked.
    #[error(
        "{file}: the checksum published for {dataset} is that of the gzip file, so an unpacked \
         file cannot be verified; keep {name}.gz as published"
    )]
    Unverifiable {
        /// The file.
        file: String,
        /// The data set.
        dataset: &'static str,
        /// The published name, without `.gz`.
        name: &'static str,
    },

    /// A built-in data set whose files are not there.
    #[error("data set `{name}`: {missing} is not in {looked_in}\n{advice}")]
    Missing {
        /// The data set.
        name: &'static str,
        /// The file that is missing.
        missing: &'static str,
        /// Where it was looked for.
        looked_in: String,
        /// Both ways to get it.
        advice: String,
    },

    /// No data set of that name.
    #[error("unknown data set `{name}`; known are {known}, or give your own files in [data]")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },

    /// Features that do not fit the inputs, or cannot be fitted.
    #[error("[data] features: {0}")]
    Features(#[from] FeatureError),

    /// A file of fitted features that cannot be used.
    #[error("{file}: {reason}; remove it, and the features are fitted anew")]
    FeatureFile {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
}
