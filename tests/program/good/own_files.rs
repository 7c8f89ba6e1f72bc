//! The user's own data: CSV, IDX and NPY, in one file or one for each part.

use crate::folder::Folder;
use crate::formats::{idx, npy, pictures};
use crate::samples::{DATA, DP_SGD, PATE, SCHEMA, data_of_parts, edit, write_parts};

/// `[data]` of pictures in these files.
fn arrays(files: &str, keys: &str) -> String {
    format!(
        "[data]\nname = \"pictures\"\ndeclared_size = 300\nclasses = [\"a\", \"b\", \"c\"]\n\
         bounds = [0, 255]\n{keys}\n[data.files]\n{files}\n\
         [data.public]\nsource = \"here\"\ndeclared_by = \"me\"\n"
    )
}

fn learned(folder: &Folder) {
    let result = folder.json("run/result.json");
    let utility = &result["utility"];
    let accuracy = utility["test_accuracy"].as_f64().unwrap();
    assert!(
        accuracy > utility["majority_accuracy"].as_f64().unwrap(),
        "{result}"
    );
}

#[test]
fn one_idx_pair_is_split_by_record() {
    let folder = Folder::empty();
    let (pixels, classes) = pictures(500);
    folder.write("inputs", idx(&[500, 4, 4], &pixels));
    folder.write("labels", idx(&[500], &classes));
    let data = arrays(
        "records = { inputs = \"inputs\", labels = \"labels\" }",
        "split = { pool = 0.2, test = 0.2 }",
    );
    folder
        .run(&format!("method = \"dp-sgd\"\n{data}{DP_SGD}"), &[])
        .well();
    learned(&folder);
}

/// Noise is bound to what names a reservation: with one name, one noise would meet two networks.
#[test]
fn the_same_numbers_in_another_shape_are_another_release() {
    let folder = Folder::empty();
    let (pixels, classes) = pictures(500);
    folder.write("labels", idx(&[500], &classes));
    let data = arrays(
        "records = { inputs = \"inputs\", labels = \"labels\" }",
        "split = { pool = 0.2, test = 0.2 }",
    );
    let method = edit(
        DP_SGD,
        "delta = 1e-4",
        "delta = 1e-4\ndanger_fixed_noise_seed = 7",
    );
    let config = format!("method = \"dp-sgd\"\n{data}{method}");
    let named = |out: &str, shape: [u32; 3]| {
        folder.write("inputs", idx(&shape, &pixels));
        folder.run_into(out, &config, &["--quiet"]).well();
        folder.json(&format!("{out}/ledger.json"))["reservations"][0]["inputs"].clone()
    };
    let square = named("square", [500, 4, 4]);
    assert_eq!(square, named("again", [500, 4, 4]));
    assert_ne!(square, named("wide", [500, 2, 8]));
}

#[test]
fn npy_files_of_each_part() {
    let folder = Folder::empty();
    let (pixels, classes) = pictures(500);
    let doubles = |from: usize, to: usize| -> Vec<u8> {
        let pixels = pixels[from * 16..to * 16].iter();
        pixels
            .flat_map(|&pixel| f64::from(pixel).to_le_bytes())
            .collect()
    };
    let integers = |from: usize, to: usize| -> Vec<u8> {
        classes[from..to]
            .iter()
            .flat_map(|&class| i64::from(class).to_le_bytes())
            .collect()
    };
    for (name, from, to) in [("private", 0, 300), ("pool", 300, 400), ("test", 400, 500)] {
        folder.write(
            &format!("{name}.npy"),
            npy("<f8", &[to - from, 4, 4], &doubles(from, to)),
        );
        folder.write(
            &format!("{name}-labels.npy"),
            npy("<i8", &[to - from], &integers(from, to)),
        );
    }
    let data = arrays(
        "private = { inputs = \"private.npy\", labels = \"private-labels.npy\" }\n\
         pool = { inputs = \"pool.npy\" }\n\
         test = { inputs = \"test.npy\", labels = \"test-labels.npy\" }",
        "",
    );
    let config = format!("method = \"pate\"\n{data}{PATE}");
    folder.run(&config, &[]).well();
    let utility = &folder.json("run/result.json")["utility"];
    assert_eq!(utility["test_size"], 100);
    // No labels of the pool were given, so nobody can say how right the released ones are.
    assert!(utility["label_accuracy"].is_null());

    let known = edit(
        &config,
        "\"pool.npy\"",
        "\"pool.npy\", labels = \"pool-labels.npy\"",
    );
    folder.run_into("known", &known, &[]).well();
    assert!(folder.json("known/result.json")["utility"]["label_accuracy"].is_number());
}

#[test]
fn csv_files_of_each_part() {
    let folder = Folder::empty();
    write_parts(&folder, [360, 480]);
    let data = data_of_parts();
    folder
        .run(&format!("method = \"dp-sgd\"\n{data}{SCHEMA}{DP_SGD}"), &[])
        .well();
    assert_eq!(folder.json("run/result.json")["utility"]["test_size"], 120);
    learned(&folder);
}

#[test]
fn the_statement_names_who_declared_what_public() {
    let folder = Folder::new();
    let config = format!("method = \"dp-sgd\"\n{DATA}{SCHEMA}{DP_SGD}");
    folder.run(&config, &[]).well();
    let statement = folder.text("run/released/statement.md");
    for words in [
        "volunteers who agreed to publication",
        "the data protection officer",
    ] {
        assert!(statement.contains(words), "{statement}");
    }
}
