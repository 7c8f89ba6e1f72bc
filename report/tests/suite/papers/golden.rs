//! Whole papers, to be read when they change.

use std::fs;
use std::path::Path;

use privet_report::papers::{Owner, model_card, nist_checklist, registry_entry};

use super::made;

/// Where the paper that was made is left, if it is not as committed.
fn another(name: &str, made: &str) -> Option<String> {
    let made = made.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let committed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if fs::read_to_string(&committed).is_ok_and(|expected| expected == made) {
        return None;
    }
    let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&new, &made).unwrap();
    Some(format!(
        "if {} is right, put it into {}",
        new.display(),
        committed.display()
    ))
}

#[test]
fn papers_are_as_committed() {
    let (pate, users, noisy) = (
        made::pate().facts(),
        made::users().facts(),
        made::dp_sgd().facts(),
    );
    let others = [
        another(
            "pate_model_card.md",
            &model_card(&pate, &made::talkative(), &made::files()),
        ),
        another(
            "users_checklist.md",
            &nist_checklist(&users, &Owner::default()),
        ),
        another(
            "dp_sgd_registry_entry.yaml",
            &registry_entry(&noisy, &made::talkative()),
        ),
    ];
    let others: Vec<String> = others.into_iter().flatten().collect();
    assert!(
        others.is_empty(),
        "papers have changed:\n{}",
        others.join("\n")
    );
}
