//! `privet predict` with what a run exported.

use crate::folder::{Finished, Folder};
use crate::formats::{idx, npy, pictures, png};
use crate::samples::{DP_SGD, SCHEMA, data_of_parts, dp_sgd, records, write_parts};

/// The share of predicted classes that are the known ones.
fn agreement(said: &Finished, known: &[u8]) -> f64 {
    let mut lines = said.out.lines();
    assert_eq!(lines.next(), Some("row,class,label"));
    let classes: Vec<u8> = lines
        .enumerate()
        .map(|(row, line)| {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields[0], row.to_string());
            fields[1].parse().unwrap()
        })
        .collect();
    assert_eq!(classes.len(), known.len());
    let right = classes.iter().zip(known).filter(|(a, b)| a == b).count();
    right as f64 / known.len() as f64
}

#[test]
fn rows_of_a_table_get_their_class_names() {
    let folder = Folder::empty();
    write_parts(&folder, [400, 450]);
    let text = records();
    let rows: Vec<&str> = text.lines().skip(1).collect();
    let data = data_of_parts();
    folder
        .run(&format!("method = \"dp-sgd\"\n{data}{SCHEMA}{DP_SGD}"), &[])
        .well();
    let accuracy = folder.json("run/result.json")["utility"]["test_accuracy"].as_f64();

    let known: Vec<u8> = rows[450..]
        .iter()
        .map(|row| row.ends_with("high").into())
        .collect();
    let said = folder
        .privet(&["predict", "run/released/model.safetensors", "test.csv"])
        .well();
    assert_eq!(Some(agreement(&said, &known)), accuracy);
    let named = |line: &str| line.ends_with(",0,low") || line.ends_with(",1,high");
    assert!(said.out.lines().skip(1).all(named), "{}", said.out);

    // The same from the run directory, without the label column, into a file, as JSON lines.
    let bare: String = records()
        .lines()
        .enumerate()
        .filter(|(line, _)| *line == 0 || *line > 450)
        .map(|(_, line)| format!("{}\n", line.rsplit_once(',').unwrap().0))
        .collect();
    folder.write("bare.csv", bare);
    folder
        .privet(&["predict", "run", "bare.csv", "--out", "labels.csv"])
        .well();
    assert_eq!(folder.text("labels.csv"), said.out);
    let json = folder
        .privet(&["predict", "run", "bare.csv", "--json"])
        .well();
    let first: serde_json::Value = serde_json::from_str(json.out.lines().next().unwrap()).unwrap();
    assert_eq!(first["row"], 0);
    assert!(first["label"] == "low" || first["label"] == "high");
    assert_eq!(json.out.lines().count(), 150);
}

#[test]
fn pictures_get_the_same_classes_from_idx_and_npy() {
    let folder = Folder::empty();
    let (pixels, classes) = pictures(600);
    for (name, from, to) in [("private", 0, 400), ("pool", 400, 450), ("test", 450, 600)] {
        let count = u32::try_from(to - from).unwrap();
        folder.write(name, idx(&[count, 4, 4], &pixels[from * 16..to * 16]));
        folder.write(&format!("{name}-labels"), idx(&[count], &classes[from..to]));
    }
    let config = format!(
        "method = \"dp-sgd\"\n[data]\nname = \"pictures\"\ndeclared_size = 400\n\
         classes = [\"top, bright\", \"b\", \"c\"]\nbounds = [0, 255]\n[data.files]\n\
         private = {{ inputs = \"private\", labels = \"private-labels\" }}\n\
         pool = {{ inputs = \"pool\" }}\n\
         test = {{ inputs = \"test\", labels = \"test-labels\" }}\n\
         [data.public]\nsource = \"here\"\ndeclared_by = \"me\"\n{DP_SGD}"
    );
    folder.run(&config, &[]).well();
    let accuracy = folder.json("run/result.json")["utility"]["test_accuracy"].as_f64();
    let said = folder.privet(&["predict", "run", "test"]).well();
    assert_eq!(Some(agreement(&said, &classes[450..])), accuracy);
    // A name with a comma is one field.
    assert!(said.out.contains(",0,\"top, bright\""), "{}", said.out);

    folder.write("test.npy", npy("|u1", &[150, 4, 4], &pixels[450 * 16..]));
    let again = folder.privet(&["predict", "run", "test.npy"]).well();
    assert_eq!(said.out, again.out);

    // Pictures of a folder are rows in the order of their names, 2 before 10.
    for (number, picture) in pixels[450 * 16..].chunks_exact(16).enumerate() {
        folder.write(&format!("folder/{number}.png"), png(4, 4, picture));
    }
    folder.write("folder/notes.txt", "not a picture");
    let said = folder.privet(&["predict", "run", "folder"]).well();
    let classes_of = |text: &str, column: usize| -> Vec<String> {
        let lines = text.lines().skip(1);
        let field = |line: &str| line.split(',').nth(column).unwrap().to_string();
        lines.map(field).collect()
    };
    assert!(
        said.out.starts_with("row,file,class,label\n0,0.png,"),
        "{}",
        said.out
    );
    assert!(said.out.contains("\n149,149.png,"), "{}", said.out);
    assert_eq!(classes_of(&said.out, 2), classes_of(&again.out, 1));
    let one = folder.privet(&["predict", "run", "folder/7.png"]).well();
    assert_eq!(classes_of(&one.out, 1)[0], classes_of(&again.out, 1)[7]);
    folder.write("wide.png", png(5, 4, &[0; 20]));
    folder
        .privet(&["predict", "run", "wide.png"])
        .failed(2, &["wide.png", "5 x 4 pixels", "4 x 4"]);
    folder.write("cut.png", &png(4, 4, &[0; 16])[..40]);
    folder
        .privet(&["predict", "run", "cut.png"])
        .failed(2, &["cut.png", "damaged PNG"]);
}

#[test]
fn probabilities_add_up_and_go_with_the_label() {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &["--quiet"]).well();
    let words = [
        "predict",
        "run",
        "records.csv",
        "--probabilities",
        "--logits",
    ];
    let said = folder.privet(&words).well();
    let mut lines = said.out.lines();
    let header = "row,class,label,probability_low,probability_high,logit_low,logit_high";
    assert_eq!(lines.next(), Some(header));
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |place: usize| fields[place].parse::<f64>().unwrap();
        assert!((number(3) + number(4) - 1.0).abs() < 1e-9, "{line}");
        assert_eq!(fields[1] == "1", number(4) > number(3), "{line}");
        let odds = (number(6) - number(5)).exp();
        assert!((number(4) / number(3) / odds - 1.0).abs() < 1e-5, "{line}");
    }
}
