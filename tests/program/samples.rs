//! Small data and configs that train in milliseconds.

use crate::folder::Folder;
use crate::formats::npy;

/// 600 people: three columns that tell something of the fourth, and a number that tells nothing.
pub(crate) fn records() -> String {
    let rows = (0..600).map(|i| {
        let (age, income) = (18 + (i * 37) % 70, (i * 7919) % 50_000);
        let colour = ["red", "green", "?"][(i * 13) % 3];
        let risk = match (age > 50) != (colour == "green" && income > 45_000) {
            true => "high",
            false => "low",
        };
        format!("{age},{income},{colour},{i},{risk}\n")
    });
    format!("age,income,colour,id,risk\n{}", rows.collect::<String>())
}

/// `[data]` of [`records`].
pub(crate) const DATA: &str = r#"
[data]
name = "clinic"
declared_size = 360
split = { pool = 0.2, test = 0.2 }

[data.files]
records = { inputs = "records.csv" }

[data.public]
source = "volunteers who agreed to publication"
declared_by = "the data protection officer"
"#;

/// The columns of [`records`].
pub(crate) const SCHEMA: &str = r#"
[[data.schema.columns]]
name = "age"
kind = "numeric"
min = 18
max = 90

[[data.schema.columns]]
name = "income"
kind = "numeric"
min = 0
max = 50000

[[data.schema.columns]]
name = "colour"
kind = "categorical"
categories = ["red", "green", "?"]

[[data.schema.columns]]
name = "id"
kind = "ignore"

[[data.schema.columns]]
name = "risk"
kind = "label"
classes = ["low", "high"]
"#;

/// The method of a PATE run.
pub(crate) const PATE: &str = r#"
[privacy]
epsilon = 6.0
delta = 1e-4

[teachers]
count = 12
network = { preset = "linear" }
epochs = 8
batch_size = 8
optimizer = { kind = "adam", learning_rate = 0.1 }

[aggregator]
mechanism = "gnmax"
queries = 40

[student]
network = { preset = "linear" }
epochs = 12
batch_size = 8
optimizer = { kind = "adam", learning_rate = 0.1 }
"#;

/// The method of a noisy SGD run.
pub(crate) const DP_SGD: &str = r#"
[privacy]
epsilon = 4.0
delta = 1e-4

[dp_sgd]
network = { preset = "linear" }
sampling_probability = 0.1
steps = 40
clipping_norm = 1.0
optimizer = { kind = "sgd", learning_rate = 0.5 }
"#;

/// The method of a run without privacy.
pub(crate) const BASELINE: &str = r#"
[baseline]
network = { preset = "mlp", hidden = [8] }
epochs = 10
batch_size = 16
optimizer = { kind = "adam", learning_rate = 0.03 }
"#;

/// PATE on the sample records.
pub(crate) fn pate() -> String {
    format!("method = \"pate\"\nseed = 1\n{DATA}{SCHEMA}{PATE}")
}

/// The same without the table of teachers.
pub(crate) fn without_teachers() -> String {
    let text = pate();
    let from = text.find("[teachers]").unwrap();
    let to = text.find("[aggregator]").unwrap();
    text[..from].to_owned() + &text[to..]
}

/// PATE on the sample records, which vote themselves, with a student of a regression of their labels.
pub(crate) fn nearest_questions() -> String {
    let config = edit(
        &without_teachers(),
        "mechanism = \"gnmax\"",
        "mechanism = \"nearest-questions\"\nquestions_per_record = 2",
    );
    edit(
        &config,
        "[student]",
        "[distillation]\nkeep = 0.5\n\n[student]",
    )
}

/// Noisy SGD on the sample records.
pub(crate) fn dp_sgd() -> String {
    format!("method = \"dp-sgd\"\nseed = 1\n{DATA}{SCHEMA}{DP_SGD}")
}

/// A student of its model.
pub(crate) const STUDENT: &str = r#"
[distillation]
keep = 0.75

[student]
network = { preset = "mlp", hidden = [8] }
epochs = 30
batch_size = 8
optimizer = { kind = "adam", learning_rate = 0.03 }
"#;

/// No privacy, on the sample records.
pub(crate) fn baseline() -> String {
    format!("method = \"baseline\"\nseed = 1\n{DATA}{SCHEMA}{BASELINE}")
}

/// [`DATA`] with a file for each part: private.csv, pool.csv and test.csv.
pub(crate) fn data_of_parts() -> String {
    let data = edit(DATA, "split = { pool = 0.2, test = 0.2 }\n", "");
    edit(
        &data,
        "records = { inputs = \"records.csv\" }",
        "private = { inputs = \"private.csv\" }\npool = { inputs = \"pool.csv\" }\n\
         test = { inputs = \"test.csv\" }",
    )
}

/// Multi-label voting of 30 teachers on a pool of 60 examples in pool.npy.
pub(crate) const MULTI_LABEL: &str = r#"
method = "pate"
seed = 1

[data]
name = "scans"
declared_size = 3000
classes = ["cat", "dog", "bird, other"]
bounds = [0, 60]

[data.files]
pool = { inputs = "pool.npy" }

[data.public]
source = "volunteers who agreed to publication"
declared_by = "the data protection officer"

[privacy]
delta = 1e-4

[teachers]
count = 30
changed_votes = 1

[aggregator]
mechanism = "multi-label"
queries = 40
clipping_norm = 1.75
threshold = 15.0
sigma = 1.0
"#;

/// A folder with the pool of [`MULTI_LABEL`] and ballots of `shape`, [teachers, examples, labels]: all
/// teachers say `vote` of each example and label.
pub(crate) fn multi_label(shape: [usize; 3], vote: impl Fn(usize, usize) -> f32) -> Folder {
    let folder = Folder::empty();
    let pool: Vec<u8> = (0..60_u8).flat_map(|example| [example, 1]).collect();
    folder.write("pool.npy", npy("|u1", &[60, 2], &pool));
    let [teachers, examples, labels] = shape;
    let votes = (0..teachers * examples * labels)
        .map(|entry| vote(entry / labels % examples, entry % labels))
        .flat_map(f32::to_le_bytes);
    folder.write(
        "ballots.npy",
        npy("<f4", &shape, &votes.collect::<Vec<u8>>()),
    );
    folder.write("experiment.toml", MULTI_LABEL);
    folder
}

/// `text` with `from` replaced, which must be there.
#[track_caller]
pub(crate) fn edit(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "`{from}` is not in the text");
    text.replace(from, to)
}

/// Writes the [`records`] up to `ends[0]` to private.csv, up to `ends[1]` to pool.csv, and the rest to
/// test.csv.
pub(crate) fn write_parts(folder: &Folder, ends: [usize; 2]) {
    let text = records();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    for (name, part) in [
        ("private", &rows[..ends[0]]),
        ("pool", &rows[ends[0]..ends[1]]),
        ("test", &rows[ends[1]..]),
    ] {
        folder.write(
            &format!("{name}.csv"),
            format!("{header}\n{}\n", part.join("\n")),
        );
    }
}
