//! Guarantees for users with all their records.

use privet_accountant::NeighboringRelation::AddOrRemoveOne;
use serde_json::Value;

use super::accounted;
use crate::folder::Folder;
use crate::samples::{DP_SGD, SCHEMA, data_of_parts, edit, write_parts};

/// The parts, their `id` one and the same for `records` records after each other.
pub(super) fn folder(records: usize) -> Folder {
    let folder = Folder::empty();
    write_parts(&folder, [360, 480]);
    let text = folder.text("private.csv");
    let (header, rows) = text.split_once('\n').unwrap();
    let rows = rows.lines().enumerate().map(|(number, row)| {
        let mut fields: Vec<String> = row.split(',').map(str::to_string).collect();
        fields[3] = format!("user {}", number / records);
        fields.join(",") + "\n"
    });
    folder.write(
        "private.csv",
        format!("{header}\n{}", rows.collect::<String>()),
    );
    folder
}

/// Noisy SGD with units of the column `id`.
pub(super) fn config(declared: usize, maximum: usize) -> String {
    let data = edit(
        &data_of_parts(),
        "declared_size = 360",
        &format!("declared_size = {declared}"),
    );
    let unit = format!(
        "delta = 1e-4\nunit = {{ column = \"id\", maximum_records = {maximum} }}\n\
         danger_fixed_noise_seed = 5"
    );
    let method = edit(DP_SGD, "delta = 1e-4", &unit);
    format!("method = \"dp-sgd\"\n{data}{SCHEMA}{method}")
}

fn model(folder: &Folder, run: &str) -> Vec<u8> {
    folder.bytes(&format!("{run}/private/model.safetensors"))
}

/// Statistics bound what a user adds, and are divided by the number of users.
#[test]
fn statistics_of_users_are_clipped_by_user() {
    let folder = folder(5);
    let statistics =
        "clipping_norm = 1.0\nstatistics = { noise_multiplier = 20.0, clipping_norm = 2.0 }";
    let config = edit(&config(72, 5), "danger_fixed_noise_seed = 5", "");
    folder
        .run(
            &edit(&config, "clipping_norm = 1.0", statistics),
            &["--quiet"],
        )
        .well();
    accounted(&folder, AddOrRemoveOne, 4.0);
    let statement = folder.text("run/released/statement.md");
    assert!(
        statement.contains("statistics: of each user the means")
            && statement.contains("divided by 72"),
        "{statement}"
    );
}

#[test]
fn users_are_sampled_and_clipped_with_all_their_records() {
    let folder = folder(5);
    let private = edit(&config(72, 5), "danger_fixed_noise_seed = 5", "");
    folder.run(&private, &["--quiet"]).well();
    accounted(&folder, AddOrRemoveOne, 4.0);
    assert_eq!(folder.json("run/result.json")["privacy"]["unit"], "user");
    let accounted = |option: &[&str]| {
        let words = [&["account", "run/ledger.json", "--delta=1e-4"], option].concat();
        folder.privet(&words).well().out
    };
    let found: Value = serde_json::from_str(&accounted(&["--json"])).unwrap();
    assert_eq!(found["unit"], "user");
    let table = accounted(&[]);
    assert!(table.contains("add-or-remove-one user"), "{table}");
    let statement = folder.text("run/released/statement.md");
    for words in [
        "one user more or less",
        "all records with one value in the column \"id\"",
        "of each the first 5 are used",
        "each user independently with probability 0.1",
        "72 declared users",
    ] {
        assert!(statement.contains(words), "no `{words}` in\n{statement}");
    }
}

#[test]
fn a_user_with_one_record_is_a_record() {
    let folder = folder(1);
    let users = config(360, 1);
    let records = edit(
        &users,
        "unit = { column = \"id\", maximum_records = 1 }",
        "",
    );
    folder.run_into("users", &users, &["--quiet"]).well();
    folder.run_into("records", &records, &["--quiet"]).well();
    let weights = |run| {
        let model = model(&folder, run);
        model[model.len() - 40..].to_vec()
    };
    // The noise is that of another digest.
    assert!(weights("users") != weights("records"));
    let epsilon =
        |run: &str| folder.json(&format!("{run}/result.json"))["privacy"]["epsilon"].clone();
    assert_eq!(epsilon("users"), epsilon("records"));
}

#[test]
fn records_beyond_the_cap_change_nothing_and_the_grouping_does() {
    let folder = folder(5);
    let text = folder.text("private.csv");
    folder
        .run_into("capped", &config(72, 2), &["--quiet"])
        .well();
    folder.run_into("all", &config(72, 5), &["--quiet"]).well();
    assert!(model(&folder, "capped") != model(&folder, "all"));
    // Another owner for one record is another release: its noise is another.
    folder.write("private.csv", text.replacen("user 0", "user 1", 1));
    folder
        .run_into("moved", &config(72, 5), &["--quiet"])
        .well();
    let reservation = |run: &str| {
        let ledger = folder.json(&format!("{run}/ledger.json"));
        ledger["reservations"][0]["inputs"].clone()
    };
    assert_ne!(reservation("moved"), reservation("all"));
}

#[test]
fn units_that_cannot_be_told_apart_are_refused() {
    let folder = folder(5);
    for (from, to, words) in [
        ("column = \"id\"", "column = \"age\"", "kind = \"ignore\""),
        (
            "column = \"id\"",
            "column = \"person\"",
            "kind = \"ignore\"",
        ),
        ("maximum_records = 5", "maximum_records = 0", "nonzero"),
        (
            ", maximum_records = 5",
            "",
            "[privacy] unit: maximum_records is missing",
        ),
        (
            "maximum_records",
            "maximum_record",
            "did you mean `maximum_records`?",
        ),
    ] {
        let config = edit(&config(72, 5), from, to);
        folder.run(&config, &[]).failed(2, &[words]);
    }
    folder.write(
        "private.csv",
        folder.text("private.csv").replacen("user 0", "", 1),
    );
    folder
        .run(&config(72, 5), &[])
        .failed(2, &["private.csv", "nothing says whose this record is"]);
    let one = Folder::new();
    let unit = "delta = 1e-4\nunit = { column = \"id\", maximum_records = 5 }";
    let config = edit(&crate::samples::dp_sgd(), "delta = 1e-4", unit);
    one.run(&config, &[])
        .failed(2, &["[privacy] unit.column", "files of their own"]);
    let config = edit(&crate::samples::pate(), "delta = 1e-4", unit);
    one.run(&config, &[])
        .failed(2, &["[privacy] unit.column", "leave `unit` out"]);
}
