//! The papers that travel with a model: what a reader who has nothing else must know.
//!
//! Each is a pure function from [`Facts`], which a run knows, and an [`Owner`], who says what only people
//! can say: [`model_card`] for whoever uses the model, [`nist_checklist`] for whoever judges the
//! guarantee, [`registry_entry`] for the public list of deployments. A field that neither of the two
//! fills says so; none is filled with a guess.
//!
//! The papers are made to be published. They hold what the released files and public constants say:
//! never times or memory, paths, seeds, names of budgets, nor a value that depends on private records
//! without a mechanism, unless the data set was declared a public benchmark. Texts that people wrote
//! (names of data sets and classes, the owner's words) are escaped wherever they stand.

mod card;
mod checklist;
mod escape;
mod facts;
mod model_header;
mod owner;
mod registry;
mod words;
mod yaml;

pub use card::{FileNote, model_card};
pub use checklist::nist_checklist;
pub use escape::inline as markdown;
pub use facts::Facts;
pub use model_header::ModelHeader;
pub use owner::{DataSource, OrganisationKind, Owner, Sector};
pub use registry::registry_entry;
pub use words::of_groups;

/// What the file of a model card is called.
pub const MODEL_CARD: &str = "model_card.md";

/// What the file of a checklist is called.
pub const NIST_CHECKLIST: &str = "nist_sp_800_226.md";

/// What the file of a registry entry is called: the registry's own rule allows small letters, digits and
/// underscores.
pub const REGISTRY_ENTRY: &str = "registry_entry.yaml";
