//! Files that are not as they should be.

use std::fs;

use privet_ledger::{LedgerError, PopulationLedger};

use crate::support::{Folder, gaussian, request, spent};

#[cfg(unix)]
#[test]
fn the_files_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _ledger) = Folder::clinic(None);
    for file in ["ledger.sqlite", "ledger.sqlite.key"] {
        let mode = fs::metadata(folder.path(file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert_eq!(
        fs::metadata(folder.path("ledger.sqlite.key"))
            .unwrap()
            .len(),
        32
    );
}

#[test]
fn a_missing_ledger_is_not_an_empty_one() {
    let folder = Folder::new();
    for open in [PopulationLedger::open, PopulationLedger::open_to_read] {
        let error = open(&folder.ledger()).unwrap_err();
        assert!(matches!(error, LedgerError::NoLedger { .. }), "{error}");
    }
    assert!(!folder.ledger().exists());
    let error = PopulationLedger::create(&folder.path("none/ledger.sqlite")).unwrap_err();
    assert!(error.to_string().contains("none"), "{error}");
}

#[test]
fn a_ledger_that_was_removed_or_emptied_is_missed() {
    let (folder, ledger) = Folder::clinic(Some(1.0));
    drop(ledger);
    fs::write(folder.ledger(), "").unwrap();
    let gone = |open: fn(&std::path::Path) -> Result<PopulationLedger, LedgerError>| {
        open(&folder.ledger()).unwrap_err()
    };
    let error = gone(PopulationLedger::create);
    assert!(matches!(error, LedgerError::DatabaseGone { .. }), "{error}");
    assert!(matches!(
        gone(PopulationLedger::open),
        LedgerError::NotALedger { .. }
    ));
    fs::remove_file(folder.ledger()).unwrap();
    for open in [PopulationLedger::create, PopulationLedger::open] {
        let error = gone(open);
        assert!(matches!(error, LedgerError::DatabaseGone { .. }), "{error}");
    }
    assert!(!folder.ledger().exists());
}

#[test]
fn a_ledger_without_its_key_is_not_used() {
    let (folder, ledger) = Folder::clinic(Some(1.0));
    drop(ledger);
    let key = folder.path("ledger.sqlite.key");
    let bytes = fs::read(&key).unwrap();
    let opened = || {
        let created = PopulationLedger::create(&folder.ledger());
        created.and_then(|_| PopulationLedger::open(&folder.ledger()))
    };
    fs::remove_file(&key).unwrap();
    assert!(matches!(opened(), Err(LedgerError::KeyGone { .. })));
    assert!(!key.exists(), "another key was made");
    for damaged in [&bytes[..31], &[0; 32]] {
        fs::write(&key, damaged).unwrap();
        assert!(matches!(opened(), Err(LedgerError::KeyDamaged { .. })));
    }
    fs::write(&key, [9; 32]).unwrap();
    let error = opened().unwrap().verify(None).unwrap_err();
    assert!(error.to_string().contains("another key"), "{error}");
    fs::write(&key, bytes).unwrap();
    opened().unwrap().verify(None).unwrap();
}

#[test]
fn another_file_is_no_ledger() {
    let folder = Folder::new();
    fs::write(folder.ledger(), "age,income\n1,2\n".repeat(100)).unwrap();
    for open in [PopulationLedger::create, PopulationLedger::open] {
        let error = open(&folder.ledger()).unwrap_err();
        assert!(matches!(error, LedgerError::NotALedger { .. }), "{error}");
    }
    let other = folder.path("other.sqlite");
    let connection = rusqlite::Connection::open(&other).unwrap();
    connection
        .execute_batch("CREATE TABLE people (name)")
        .unwrap();
    for open in [PopulationLedger::create, PopulationLedger::open] {
        let error = open(&other).unwrap_err();
        assert!(matches!(error, LedgerError::NotALedger { .. }), "{error}");
    }
    assert!(!folder.path("other.sqlite.key").exists());
    let (folder, ledger) = Folder::clinic(None);
    drop(ledger);
    let connection = rusqlite::Connection::open(folder.ledger()).unwrap();
    connection.execute_batch("PRAGMA user_version = 2").unwrap();
    let error = PopulationLedger::open(&folder.ledger()).unwrap_err();
    assert!(matches!(
        error,
        LedgerError::OtherVersion { version: 2, .. }
    ));
}

#[test]
fn a_damaged_file_is_an_error_everywhere() {
    let (folder, mut ledger) = Folder::clinic(Some(3.0));
    for _ in 0..40 {
        ledger.reserve(&request(&ledger, gaussian(30.0))).unwrap();
    }
    drop(ledger);
    let bytes = fs::read(folder.ledger()).unwrap();
    let mut found = 0;
    for page in 0..bytes.len() / 4096 {
        let mut damaged = bytes.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0x5a);
        fs::write(folder.ledger(), &damaged).unwrap();
        let opened = PopulationLedger::open(&folder.ledger());
        let result = opened.and_then(|mut ledger| {
            let run = request(&ledger, gaussian(30.0));
            ledger.verify(None)?;
            ledger.reserve(&run).map(drop)
        });
        found += usize::from(result.is_err());
    }
    assert_eq!(found, bytes.len() / 4096, "damage of a page went unseen");
    // A file that was cut off.
    fs::write(folder.ledger(), &bytes[..bytes.len() / 2]).unwrap();
    let opened = PopulationLedger::open(&folder.ledger());
    assert!(opened.and_then(|ledger| ledger.verify(None)).is_err());
}

#[cfg(unix)]
#[test]
fn a_read_only_ledger_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, mut ledger) = Folder::clinic(Some(3.0));
    ledger.reserve(&request(&ledger, gaussian(30.0))).unwrap();
    drop(ledger);
    let set = |mode: u32, folder_mode: u32| {
        let permissions = fs::Permissions::from_mode;
        fs::set_permissions(folder.path(""), permissions(0o700)).unwrap();
        for file in ["ledger.sqlite", "ledger.sqlite.key"] {
            fs::set_permissions(folder.path(file), permissions(mode)).unwrap();
        }
        fs::set_permissions(folder.path(""), permissions(folder_mode)).unwrap();
    };
    set(0o400, 0o500);
    let read = PopulationLedger::open_to_read(&folder.ledger()).unwrap();
    assert_eq!(spent(&read), 1);
    read.verify(None).unwrap();
    // The administrator can write everywhere.
    let mut read = read;
    let run = request(&read, gaussian(30.0));
    let error = read.reserve(&run).unwrap_err();
    assert!(matches!(error, LedgerError::NotWritable { .. }), "{error}");
    set(0o600, 0o700);
}
