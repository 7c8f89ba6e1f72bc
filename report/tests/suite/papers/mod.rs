//! The papers that travel with a model.

mod card;
mod checklist;
mod golden;
mod made;
mod registry;
mod rules;
mod secrets;
mod yaml;
