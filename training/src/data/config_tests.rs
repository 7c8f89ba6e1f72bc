//! `[data]` tables, good and bad.

use std::fs;

use super::*;
use crate::data::InputGrid;

const TABLE: &str = r#"
    name = "clinic"
    declared_size = 70
    split = { pool = 0.2, test = 0.2 }

    [files]
    records = { inputs = "records.csv" }

    [public]
    source = "volunteers who agreed to publication"
    declared_by = "the data protection officer"

    [[schema.columns]]
    name = "x"
    kind = "numeric"
    min = 0
    max = 100

    [[schema.columns]]
    name = "y"
    kind = "label"
    classes = ["a", "b"]
"#;

/// Loads a table whose files are in a fresh folder.
fn load_text(text: &str) -> Result<Dataset, DataError> {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..100)
        .map(|row| format!("{row},{}\n", if row % 2 == 0 { 'a' } else { 'b' }))
        .collect();
    fs::write(folder.path().join("records.csv"), format!("x,y\n{rows}")).unwrap();
    let config: DataConfig = toml::from_str(text).unwrap();
    config.load(folder.path(), folder.path(), None)
}

#[test]
fn a_name_alone_is_a_built_in_data_set() {
    let dataset = load_text("name = 'optdigits'").unwrap();
    assert!(dataset.info.public_benchmark);
    assert_eq!(dataset.info.declared_size, Some(4_215));
    let dataset =
        load_text("name = 'optdigits'\ndeclared_size = 4000\nsplit = { pool = 0.5, test = 0.1 }")
            .unwrap();
    assert_eq!(dataset.info.declared_size, Some(4_000));
    assert!(dataset.pool.len() > 2_500);
}

/// Every input of every part is a level, and fresh rows are rounded alike.
fn assert_on_grid(dataset: &Dataset, bits: u32, signed: bool) {
    let grid = InputGrid::new(bits, signed).unwrap();
    assert_eq!(dataset.preprocessing.grid(), Some(grid));
    let private = dataset.private.examples().expose_sensitive();
    for part in [
        private.inputs(),
        dataset.pool.inputs().inputs(),
        dataset.test.inputs(),
    ] {
        assert!(
            part.iter()
                .all(|&value| grid.number_of_level(value).is_some())
        );
    }
}

#[test]
fn inputs_are_rounded_to_levels_in_every_part() {
    assert_on_grid(
        &load_text("name = 'optdigits'\ninput_bits = 3").unwrap(),
        3,
        false,
    );
    assert_on_grid(
        &load_text("name = 'census'\ninput_bits = 5").unwrap(),
        5,
        false,
    );
    let table = TABLE.replace("[files]", "[schema]\nrange = 'symmetric'\n[files]");
    let of_bits = table.replacen("name", "input_bits = 4\nname", 1);
    let dataset = load_text(&of_bits).unwrap();
    assert_on_grid(&dataset, 4, true);
    let row = dataset.preprocessing.apply_csv(b"x\n33\n", "t").unwrap();
    assert_eq!(row[[0, 0]], (-2.0_f64 / 7.0) as f32);
    let config: DataConfig = toml::from_str(&of_bits).unwrap();
    assert_eq!(
        toml::from_str::<DataConfig>(&toml::to_string(&config).unwrap()).unwrap(),
        config
    );
    let both = of_bits.replace("range =", "input_bits = 5\nrange =");
    let error = load_text(&both).err().unwrap().to_string();
    assert!(
        error.contains("[data] input_bits = 4: the encoding itself says 5"),
        "{error}"
    );
    let error = load_text("name = 'census'\ninput_bits = 9")
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("2 to 8"), "{error}");
}

#[test]
fn own_files_are_found_beside_the_config_and_declared_by_someone() {
    let dataset = load_text(TABLE).unwrap();
    assert_eq!(dataset.info.name, "clinic");
    assert_eq!(
        dataset.info.public.declared_by,
        "the data protection officer"
    );
    assert!(!dataset.info.public_benchmark);
    assert_eq!(dataset.info.declared_size, Some(70));
}

#[test]
fn a_config_survives_toml() {
    let config: DataConfig = toml::from_str(TABLE).unwrap();
    assert_eq!(
        toml::from_str::<DataConfig>(&toml::to_string(&config).unwrap()).unwrap(),
        config
    );
    let config = DataConfig::built_in("mnist");
    assert_eq!(toml::to_string(&config).unwrap(), "name = \"mnist\"\n");
}

#[test]
fn unknown_keys_are_refused() {
    for text in [
        "name = 'census'\nnam = 1",
        &TABLE.replace("declared_by", "declared_from"),
        &TABLE.replace("records =", "record ="),
        &TABLE.replace("inputs =", "input ="),
        &TABLE.replace("pool = 0.2", "pond = 0.2"),
        &TABLE.replace("min = 0", "minimum = 0"),
    ] {
        let error = toml::from_str::<DataConfig>(text).unwrap_err().to_string();
        assert!(error.contains("unknown field"), "{error}");
    }
}

#[test]
fn contradictions_name_the_key_and_the_way_out() {
    let public = &TABLE[TABLE.find("[public]").unwrap()..TABLE.find("[[schema").unwrap()];
    for (text, expected) in [
        ("name = 'cencus'".to_owned(), "unknown data set `cencus`"),
        (
            "name = 'census'\nclasses = ['a', 'b']".to_owned(),
            "[data] classes = (given): census is built in",
        ),
        (
            "name = 'census'\npool_size = 5".to_owned(),
            "pool_size = 5: does not apply to census",
        ),
        (
            TABLE.replace("\"clinic\"", "\"census\""),
            "[data] name = census: is the name of a built-in",
        ),
        (
            TABLE.replace(public, ""),
            "[data.public] = (not given): nobody declares",
        ),
        (
            TABLE.replace("split =", "# split ="),
            "[data] split = (not given): one file must be divided",
        ),
        (
            TABLE.replace("records =", "private ="),
            "[data.files] = (not given): these files make no data set",
        ),
        (
            TABLE.replace("declared_size = 70", "bounds = [0, 1]"),
            "a schema has its own classes and bounds",
        ),
        (
            TABLE.replace("declared_size = 70", "pool_size = 70"),
            "[data] pool_size = 70: applies to mnist",
        ),
        (
            TABLE[..TABLE.find("[[schema").unwrap()].to_owned(),
            "nothing says what the records are",
        ),
        (
            TABLE.replace("records.csv", "absent.csv"),
            "absent.csv: cannot be read",
        ),
    ] {
        let error = load_text(&text).err().expect(&text).to_string();
        assert!(error.contains(expected), "{error}\nexpected: {expected}");
    }
}

/// A pipe gives its content once: who reads it a second time waits for ever.
#[cfg(unix)]
#[test]
fn records_and_whose_they_are_come_from_one_reading() {
    use std::time::Duration;

    let folder = tempfile::tempdir().unwrap();
    let rows = |range: std::ops::Range<usize>| -> String {
        let row = |row| {
            format!(
                "{row},{},{}\n",
                if row % 2 == 0 { 'a' } else { 'b' },
                row / 3
            )
        };
        format!("x,y,who\n{}", range.map(row).collect::<String>())
    };
    fs::write(folder.path().join("pool.csv"), rows(60..80)).unwrap();
    fs::write(folder.path().join("test.csv"), rows(80..99)).unwrap();
    let pipe = folder.path().join("private.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let private = rows(0..60);
    std::thread::spawn(move || fs::write(pipe, private).unwrap());

    let text = TABLE.replace("split =", "# split =").replace(
        "records = { inputs = \"records.csv\" }",
        "private = { inputs = \"private.csv\" }\npool = { inputs = \"pool.csv\" }\n\
         test = { inputs = \"test.csv\" }",
    );
    let ignored = "\n[[schema.columns]]\nname = \"who\"\nkind = \"ignore\"\n";
    let config: DataConfig = toml::from_str(&(text + ignored)).unwrap();
    let (sender, loaded) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let units = UnitColumn {
            column: "who".into(),
            maximum_records: std::num::NonZeroUsize::new(2),
        };
        let dataset = config.load(folder.path(), folder.path(), Some(&units));
        sender.send(dataset.map(|dataset| dataset.private)).unwrap();
    });
    let private = loaded.recv_timeout(Duration::from_secs(60));
    let private = private.expect("the file was read once").unwrap();
    assert_eq!(*private.count().expose_sensitive(), 60);
    let units = private.units().unwrap().expose_sensitive();
    assert_eq!(units.len(), 20);
    assert_eq!(units.rows(19), Some(&[57, 58][..]));
}

#[test]
fn a_pool_can_be_loaded_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pool.csv"), "x\n5\n7\n").unwrap();
    let text = TABLE.replace("split =", "# split =").replace(
        "records = { inputs = \"records.csv\" }",
        "pool = { inputs = \"pool.csv\" }",
    );
    let config: DataConfig = toml::from_str(&text).unwrap();
    let dataset = config.load_pool(folder.path(), folder.path()).unwrap();
    assert_eq!((dataset.pool.len(), dataset.test.len()), (2, 0));
    assert_eq!(dataset.info.classes, ["a", "b"]);
    // Whoever trains needs a test set; a named one is not opened for the pool's sake.
    for loaded in [
        config.load_public(folder.path(), folder.path()),
        config.load(folder.path(), folder.path(), None),
    ] {
        let error = loaded.map(drop).unwrap_err().to_string();
        assert!(error.contains("these files make no data set"), "{error}");
    }
    let named = text.replace("pool = {", "test = { inputs = \"missing.csv\" }\npool = {");
    let named: DataConfig = toml::from_str(&named).unwrap();
    assert!(named.load_pool(folder.path(), folder.path()).is_ok());
    assert!(named.load_public(folder.path(), folder.path()).is_err());
}
