//! Guarantees that cannot be given.

use super::{refused, refused_with};
use crate::folder::Folder;
use crate::samples::{dp_sgd, edit, pate};

#[test]
fn epsilon_must_be_finite_and_above_zero() {
    for (given, shown) in [
        ("0", "0"),
        ("-1.0", "-1"),
        ("nan", "NaN"),
        ("inf", "inf"),
        ("-inf", "-inf"),
    ] {
        for config in [pate(), dp_sgd()] {
            let assignment = format!("privacy.epsilon={given}");
            let words = format!("[privacy] epsilon = {shown}: it must be a finite number above 0");
            refused_with(
                &config,
                &["--set", &assignment],
                &[&words, "1.0 is a common choice"],
            );
        }
    }
}

#[test]
fn delta_must_lie_between_zero_and_one() {
    for (given, shown) in [
        ("0", "0"),
        ("1", "1"),
        ("-1e-5", "-0.00001"),
        ("nan", "NaN"),
    ] {
        refused(
            &edit(&pate(), "delta = 1e-4", &format!("delta = {given}")),
            &[&format!("[privacy] delta = {shown}"), "for example 1e-5"],
        );
    }
}

#[test]
fn a_delta_of_one_over_the_records_is_warned_of_and_the_run_goes_on() {
    let config = edit(&dp_sgd(), "delta = 1e-4", "delta = 0.01");
    let folder = Folder::new();
    for words in [&[][..], &["--quiet"]] {
        let out = format!("run{}", words.len());
        let said = folder.run_into(&out, &config, words).well();
        for word in [
            "warning: delta = 1e-2",
            "1/360",
            "publishes a random one",
            "at most 1e-4",
        ] {
            assert!(said.err.contains(word), "{}", said.err);
        }
        assert_eq!(
            folder.json(&format!("{out}/result.json"))["privacy"]["delta"],
            0.01
        );
    }
    let said = folder.run_into("fine", &dp_sgd(), &[]).well();
    assert!(!said.err.contains("warning: delta"), "{}", said.err);
}

#[test]
fn more_teachers_than_records_are_refused() {
    refused(
        &edit(&pate(), "count = 12", "count = 361"),
        &[
            "[teachers] count = 361",
            "360 private records",
            "use fewer teachers",
        ],
    );
}

#[test]
fn a_budget_below_the_cost_of_given_noise_is_refused() {
    refused(
        &edit(&pate(), "queries = 40", "queries = 40\nsigma = 1.0"),
        &[
            "this plan costs epsilon = ",
            "above the budget [privacy] epsilon = 6",
            "[aggregator] sigma",
        ],
    );
    refused(
        &edit(
            &dp_sgd(),
            "steps = 40",
            "steps = 40\nnoise_multiplier = 0.3",
        ),
        &[
            "above the budget [privacy] epsilon = 4",
            "[dp_sgd] noise_multiplier",
        ],
    );
}

#[test]
fn a_budget_that_no_noise_meets_is_refused() {
    // The exact accountant can: at so small an epsilon the noise makes delta do all.
    let renyi = "epsilon = 1e-9\naccountant = \"rdp\"";
    refused(
        &edit(&pate(), "epsilon = 6.0", renyi),
        &[
            "[aggregator] sigma cannot be calibrated",
            "cannot be reached",
            "allow a larger epsilon",
        ],
    );
    refused(
        &edit(&dp_sgd(), "epsilon = 4.0", renyi),
        &["[dp_sgd] noise_multiplier cannot be calibrated"],
    );
}

#[test]
fn neither_budget_nor_noise_is_refused() {
    refused(
        &edit(&pate(), "epsilon = 6.0", ""),
        &["neither [privacy] epsilon nor [aggregator] sigma is given"],
    );
}

#[test]
fn noisy_sgd_is_accounted_for_one_relation() {
    refused(
        &edit(
            &dp_sgd(),
            "delta = 1e-4",
            "delta = 1e-4\nneighboring = \"replace-one\"",
        ),
        &[
            "[privacy] neighboring = \"replace-one\"",
            "\"add-or-remove-one\"",
        ],
    );
    refused(
        &edit(
            &pate(),
            "delta = 1e-4",
            "delta = 1e-4\nneighboring = \"replace-special\"",
        ),
        &["[privacy] neighboring = \"replace-special\"", "choose"],
    );
}
