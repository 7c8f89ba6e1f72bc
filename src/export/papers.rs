//! The papers that travel with a model.

use privet_report::papers::{
    Facts, FileNote, MODEL_CARD, NIST_CHECKLIST, Owner, REGISTRY_ENTRY, model_card, nist_checklist,
    registry_entry,
};

use super::FileFormat;

/// A file of the model, as the card lists it.
pub(crate) fn note(format: FileFormat, bytes: u64) -> FileNote {
    FileNote {
        name: format.file_name(),
        format: format.name().into(),
        bytes,
    }
}

/// The papers by name.
pub(crate) fn papers(
    facts: &Facts,
    owner: &Owner,
    files: &[FileNote],
) -> [(&'static str, String); 3] {
    [
        (MODEL_CARD, model_card(facts, owner, files)),
        (NIST_CHECKLIST, nist_checklist(facts, owner)),
        (REGISTRY_ENTRY, registry_entry(facts, owner)),
    ]
}
