//! Users' files, good and bad.

use std::fs;

use ndarray::{Array1, Array2, Array4};
use tempfile::TempDir;

use super::*;
use crate::data::{file::tests::gzip, idx::tests::idx_bytes, npy::tests::npy_bytes};

/// A folder of files.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn source(inputs: PathBuf, labels: Option<PathBuf>) -> SourceFiles {
    SourceFiles { inputs, labels }
}

fn single(source: SourceFiles) -> UserFiles {
    UserFiles::Single {
        source,
        split: SplitFractions::new(0.25, 0.25).unwrap(),
        salt: None,
    }
}

fn pixels(classes: usize) -> UserEncoding {
    let classes = (0..classes).map(|class| class.to_string()).collect();
    UserEncoding::Array {
        classes,
        scaling: PixelScaling::unit(0.0, 255.0).unwrap(),
    }
}

fn table() -> UserEncoding {
    let text = "[[columns]]\nname='x'\nkind='numeric'\nmin=0\nmax=100\n\
                [[columns]]\nname='y'\nkind='label'\nclasses=['a','b']";
    UserEncoding::Table {
        schema: TableSchema::from_toml(text, "t").unwrap(),
    }
}

fn data(encoding: UserEncoding, files: UserFiles) -> UserData {
    UserData {
        name: "mine".into(),
        license: None,
        attribution: None,
        public_benchmark: false,
        public: PublicDeclaration {
            source: "here".into(),
            declared_by: "me".into(),
        },
        declared_size: Some(50),
        encoding,
        files,
        units: None,
    }
}

fn message(encoding: UserEncoding, files: UserFiles) -> String {
    load_files(&data(encoding, files))
        .err()
        .expect("an error")
        .to_string()
}

fn csv(rows: std::ops::Range<usize>) -> String {
    let rows = rows.map(|row| format!("{row},{}\n", if row % 2 == 0 { 'a' } else { 'b' }));
    format!("x,y\n{}", rows.collect::<String>())
}

#[test]
fn the_same_records_from_any_format_split_alike() {
    let folder = Folder::new();
    let inputs = Array4::from_shape_fn((100, 1, 2, 2), |(n, _, y, x)| (2 * n + y + x) as u8);
    let labels = Array1::from_shape_fn(100, |n| (n % 3) as i64);
    let label_bytes: Vec<u8> = labels.iter().map(|&label| label as u8).collect();
    let idx = idx_bytes(&[100, 2, 2], inputs.as_slice().unwrap());
    let loaded: Vec<Dataset> = [
        (npy_bytes(&inputs), npy_bytes(&labels)),
        (
            npy_bytes(&inputs.mapv(f64::from)),
            npy_bytes(&labels.mapv(|label| label as f32)),
        ),
        (gzip(&idx), idx_bytes(&[100], &label_bytes)),
    ]
    .into_iter()
    .map(|(inputs, labels)| {
        let source = source(
            folder.file("inputs", inputs),
            Some(folder.file("labels", labels)),
        );
        load_files(&data(pixels(3), single(source))).unwrap()
    })
    .collect();
    for dataset in &loaded {
        assert_eq!(dataset.info.shape, InputShape::image(1, 2, 2));
        assert!(dataset.test == loaded[0].test);
        assert!(dataset.pool.inputs() == loaded[0].pool.inputs());
        let private = dataset.private.count().expose_sensitive().to_owned();
        assert_eq!(private + dataset.pool.len() + dataset.test.len(), 100);
        assert_eq!(
            dataset.info.declared_size,
            Some(50),
            "declared, not counted"
        );
    }
}

#[test]
fn separate_csv_files_load_and_the_pool_needs_no_labels() {
    let folder = Folder::new();
    let files = |pool: String| UserFiles::Separate {
        private: Some(source(folder.file("private.csv", csv(0..50)), None)),
        pool: source(folder.file("pool.csv", pool), None),
        test: Some(source(
            folder.file("test.csv.gz", gzip(csv(70..90).as_bytes())),
            None,
        )),
    };
    let dataset = load_files(&data(table(), files("x\n51\n52\n".into()))).unwrap();
    assert!(dataset.pool_truth.is_none());
    assert_eq!((dataset.pool.len(), dataset.test.len()), (2, 20));
    let dataset = load_files(&data(table(), files(csv(50..70)))).unwrap();
    assert_eq!(
        dataset
            .pool_truth
            .unwrap()
            .agreement(&[0, 1], &crate::data::pool::tests::released(&[0, 0])),
        Some(0.5)
    );
    let error = message(table(), files(csv(50..71)));
    assert!(
        error.contains("mine: record 0 of the test set is also in the pool (record 20)"),
        "{error}"
    );
}

#[test]
fn bad_files_are_refused_by_name() {
    let folder = Folder::new();
    let inputs = || folder.file("i.npy", npy_bytes(&Array2::<f32>::zeros((4, 3))));
    let labels = |values: Vec<i64>| {
        let name = format!(
            "labels{}.npy",
            values.iter().map(i64::to_string).collect::<String>()
        );
        Some(folder.file(&name, npy_bytes(&Array1::from(values))))
    };
    for (encoding, source, expected) in [
        (
            pixels(2),
            source(inputs(), None),
            "i.npy holds no labels; name the file",
        ),
        (
            pixels(2),
            source(inputs(), labels(vec![0, 1, 0])),
            "i.npy holds 4 inputs but",
        ),
        (
            pixels(2),
            source(inputs(), labels(vec![0, 1, 2, 0])),
            "labels0120.npy, record 2: label 2 is not one of the 2 declared",
        ),
        (
            pixels(2),
            source(inputs(), labels(vec![0, 1, -1, 0])),
            "labels01-10.npy, record 2: label -1 is not one of the 2",
        ),
        (
            pixels(1),
            source(inputs(), labels(vec![0; 4])),
            "at least two classes",
        ),
        (
            pixels(2),
            source(inputs(), Some(folder.file("l.txt", "0\n1\n"))),
            "l.txt: is neither IDX nor NPY",
        ),
        (
            pixels(2),
            source(folder.file("x.csv", "x\n1\n"), None),
            "x.csv, line 1: is neither IDX nor NPY",
        ),
        (
            pixels(2),
            source(folder.file("cut", [0, 0, 8, 3, 0]), None),
            "cut: ends inside the header",
        ),
        (
            pixels(2),
            source(
                folder.file("n.npy", npy_bytes(&ndarray::array![[f32::NAN]])),
                None,
            ),
            "n.npy, record 0, column 0: the value NaN",
        ),
        (
            pixels(2),
            source(folder.0.path().join("absent"), None),
            "absent: cannot be read",
        ),
        (
            table(),
            source(folder.file("t1.csv", csv(0..9)), labels(vec![0])),
            "the labels of",
        ),
        (
            table(),
            source(folder.file("t2.csv", "x\n1\n"), None),
            "the header lacks 1 of the schema's columns: y",
        ),
        (
            table(),
            source(folder.file("t3.csv", "x,y\n1,a\n"), None),
            "is empty; give more records",
        ),
    ] {
        let error = message(encoding, single(source));
        assert!(error.contains(expected), "{error}\nexpected: {expected}");
    }
}

#[test]
fn parts_of_different_shape_are_refused() {
    let folder = Folder::new();
    let part = |name: &str, width: usize| {
        let inputs =
            Array2::from_shape_fn((4, width), |(row, _)| row as f32 + name.len() as f32 * 10.0);
        let labels = folder.file(
            &format!("{name}-labels"),
            npy_bytes(&Array1::from(vec![0_u8, 1, 0, 1])),
        );
        source(folder.file(name, npy_bytes(&inputs)), Some(labels))
    };
    let files = |pool, test| UserFiles::Separate {
        private: Some(part("private", 3)),
        pool,
        test: Some(test),
    };
    assert!(
        load_files(&data(pixels(2), files(part("pool", 3), part("copy", 3)))).is_err(),
        "same values"
    );
    assert!(load_files(&data(pixels(2), files(part("pool", 3), part("tests", 3)))).is_ok());
    let error = message(pixels(2), files(part("pool", 4), part("tests", 3)));
    assert!(
        error.contains("inputs of the pool have 4 numbers each where 3"),
        "{error}"
    );
}
