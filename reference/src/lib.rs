//! The config reference of the book, written from the sources of the config types.
//!
//! What a config may say is decided by Rust types and their serde attributes, and what a key means
//! stands beside it in a doc comment. This crate reads both with a parser, follows the types of
//! fields from the two files that a user writes down to the last table, and makes one page of them:
//! `cargo run -p privet-reference` writes it, and a test fails when the committed page is another.
//! It compiles none of the crates that it reads.
//!
//! Only what the config types use of serde is understood; anything else is an error, so that the
//! page is never wrong in silence.

mod attributes;
mod case;
mod check;
mod defaults;
mod docs;
mod error;
mod files;
mod follow;
mod kinds;
pub mod links;
mod page;
mod places;
mod schema;
mod sources;

use std::path::Path;

pub use check::unknown_keys;
pub use error::ReferenceError;
pub use schema::{Key, Kind, Presence, Schema, Shape, TypeEntry, TypeId, Variant};
pub use sources::Sources;

/// The files that a user writes: title, crate, and type.
pub const ROOTS: [(&str, &str, &str); 2] = [
    ("The experiment file", "privet", "ExperimentFile"),
    ("The sweep file", "privet", "SweepFile"),
];

/// Where the page is, from the root of the workspace.
pub const PAGE: &str = "docs/reference/CONFIG.md";

/// What the config types of the workspace at `root` allow.
///
/// # Errors
/// A source that cannot be read or parsed, a type that cannot be found, a field without a doc
/// comment, or serde attributes that this crate does not know.
pub fn schema(root: &Path) -> Result<Schema, ReferenceError> {
    let sources = Sources::of_workspace(root)?;
    Schema::read(&sources, &ROOTS)
}

/// The page of the workspace at `root`.
///
/// # Errors
/// As [`schema`], or two tables of one name.
pub fn page(root: &Path) -> Result<String, ReferenceError> {
    page::page(&schema(root)?)
}
