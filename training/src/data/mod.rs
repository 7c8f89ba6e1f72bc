//! Data sets: what is private, what is public, and how a record becomes numbers.
//!
//! The pipeline of this module, top down:
//!
//! 1. [`load`] (a built-in data set of the [`catalog`]) or [`load_files`] (the user's own files)
//!    reads records and refuses whatever does not fit: each [`DataError`] names the file, the
//!    place, the value and the way out.
//! 2. A [`Preprocessing`] made of public constants only turns each record into a row of finite
//!    `f32`.
//! 3. A [`RecordSplitter`] sends each record of a single-file data set to the private part, the
//!    pool or the test set by a hash of the record's own inputs, so that adding or removing one
//!    record moves no other.
//! 4. The result is a [`Dataset`]: [`PrivateExamples`] (sensitive), a [`PublicPool`] of inputs the
//!    student may ask about, its [`HeldBackTruth`] (evaluation only) and a public test set.
//!
//! Nothing in this module touches the network or draws a random number.

mod array;
mod ballots;
mod built_in;
mod catalog;
mod checksum;
mod config;
mod counts;
mod dataset;
mod error;
mod examples;
mod feature_file;
mod features;
mod file;
mod idx;
mod npy;
mod pictures;
mod pool;
mod preprocessing;
mod public_fold;
mod scaling;
mod schema;
mod split;
mod table;
mod units;
mod user;

pub use ballots::read_ballots;
pub use built_in::image_set::{ImageFile, ImageSet};
pub use catalog::{
    CatalogEntry, LoadOptions, Presence, Storage, catalog, entry, example_schema, image_set, load,
    missing_advice,
};
pub use checksum::{KnownChecksum, sha256_hex};
pub use config::{DataConfig, FilesConfig, PublicConfig};
pub use counts::read_counts;
pub use dataset::{Dataset, DatasetInfo, PrivateExamples, PublicDeclaration};
pub use error::DataError;
pub use examples::{Examples, PublicInputs};
pub use features::{FeatureFiles, FeatureList, MakeRows, OneOrMany, Represented, RowStore};
pub use pool::{HeldBackTruth, PublicPool};
pub use preprocessing::{Preprocessing, Rows};
pub use privet_features::{FeatureError, FeatureMap, Fitting, StageSpec};
pub use privet_gradients::network::{InputGrid, InputShape};
pub use public_fold::PublicFold;
pub use scaling::PixelScaling;
pub use schema::{Column, NumericTransform, TableSchema, ValueRange};
pub use split::{Part, RecordSplitter, SplitFractions};
pub use units::{UnitColumn, UnitIndex};
pub use user::{SourceFiles, UserData, UserEncoding, UserFiles, load_files};
