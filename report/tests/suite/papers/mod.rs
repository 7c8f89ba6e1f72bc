//! The papers that travel with a model.

mod card;
mod checklist;
mod golden;
mod made;
mod registry;
mod secrets;
mod yaml;
