//! Why there is no reference.

use std::path::PathBuf;

use thiserror::Error;

/// What is wrong with the sources, and where.
#[derive(Debug, Error)]
pub enum ReferenceError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what its name says.
    #[error("{place}: {problem}")]
    Parse {
        /// The file.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// A type that a config key has is not there.
    #[error("{place}: the type `{name}` {problem}")]
    Type {
        /// The file that names the type.
        place: String,
        /// Its name.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// Something that users can write has no doc comment.
    #[error("{place}: {item} has no doc comment: say what it means, for the config reference")]
    Undocumented {
        /// The file.
        place: String,
        /// The type, field or variant.
        item: String,
    },
    /// Serde is used in a way that the reference does not understand.
    #[error("{place}: {item}: {problem}; teach it to the crate `privet-reference`")]
    Unsupported {
        /// The file.
        place: String,
        /// The type, field or variant.
        item: String,
        /// What is not understood.
        problem: String,
    },
    /// Two tables would have one heading.
    #[error("two tables would be called `{label}`: {first} and {second}")]
    Label {
        /// The heading.
        label: String,
        /// One type.
        first: String,
        /// The other.
        second: String,
    },
}
