//! Whatever is done to the entries is found.

use privet_ledger::{Head, LedgerError, PopulationLedger};
use rusqlite::Connection;

use crate::support::{Folder, gaussian, request};

/// A ledger of three runs: 10 entries.
fn filled() -> (Folder, Head) {
    let (folder, mut ledger) = Folder::clinic(Some(3.0));
    for noise in [4.0, 5.0, 6.0] {
        let run = request(&ledger, gaussian(noise));
        ledger.reserve(&run).unwrap();
        ledger.claim(&run, "a").unwrap();
        ledger.settle(&run.run).unwrap();
    }
    let verified = ledger.verify(None).unwrap();
    assert_eq!(verified.entries, 10);
    (folder, verified.head)
}

/// Does something to the file that no honest tool does.
fn forge(folder: &Folder, sql: &str) {
    let connection = Connection::open(folder.ledger()).unwrap();
    connection.execute_batch(sql).unwrap();
}

const NO_GUARDS: &str = "DROP TRIGGER entries_are_numbered; DROP TRIGGER entries_do_not_change; \
                         DROP TRIGGER entries_stay;";

const GUARDS: &str = "CREATE TRIGGER entries_are_numbered BEFORE INSERT ON entries WHEN NEW.number \
    IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entries) \
    BEGIN SELECT raise(ABORT, 'entries are only ever added at the end'); END;\
    CREATE TRIGGER entries_do_not_change BEFORE UPDATE ON entries \
    BEGIN SELECT raise(ABORT, 'entries are never changed'); END;\
    CREATE TRIGGER entries_stay BEFORE DELETE ON entries \
    BEGIN SELECT raise(ABORT, 'entries are never removed'); END;";

#[track_caller]
fn first_damage(sql: &str) -> u64 {
    let (folder, _) = filled();
    forge(&folder, &format!("{NO_GUARDS}{sql};{GUARDS}"));
    let ledger = PopulationLedger::open(&folder.ledger()).unwrap();
    let entry = match ledger.verify(None).unwrap_err() {
        LedgerError::Damaged { damage, .. } => damage.entry,
        error => panic!("{error}"),
    };
    // Nor is anything charged on top of it.
    let mut ledger = ledger;
    let run = request(&ledger, gaussian(9.0));
    for refused in [
        ledger.reserve(&run).map(drop),
        ledger.claim(&run, "a").map(drop),
        ledger.state().map(drop),
    ] {
        assert!(refused.unwrap_err().is_damage());
    }
    entry
}

#[test]
fn a_changed_entry_is_found() {
    let change = |what: &str, entry: u64| {
        assert_eq!(
            first_damage(&format!("UPDATE entries SET {what} WHERE number = {entry}")),
            entry
        );
    };
    for entry in 1..=10 {
        change(
            "content = replace(content, '\"time\":1', '\"time\":2')",
            entry,
        );
        change("digest = zeroblob(32)", entry);
    }
    change("content = replace(content, '3.0', '30.0')", 1);
    change("content = replace(content, '4.0', '40.0')", 2);
    change("content = replace(content, 'settled', 'cancelled')", 4);
    change("content = CAST(content AS BLOB)", 5);
    change("digest = x'00'", 6);
}

#[test]
fn a_removed_entry_is_found() {
    for entry in 1..10 {
        let remove = format!("DELETE FROM entries WHERE number = {entry}");
        assert_eq!(first_damage(&remove), entry);
        // Also when the gap is closed.
        let close: String = (entry + 1..=10)
            .map(|next| {
                format!(
                    ";UPDATE entries SET number = {} WHERE number = {next}",
                    next - 1
                )
            })
            .collect();
        assert_eq!(first_damage(&format!("{remove}{close}")), entry);
    }
}

#[test]
fn swapped_entries_are_found() {
    for (one, two) in [(2, 5), (3, 4), (9, 10)] {
        let swap = format!(
            "UPDATE entries SET number = 100 WHERE number = {one};\
             UPDATE entries SET number = {one} WHERE number = {two};\
             UPDATE entries SET number = {two} WHERE number = 100"
        );
        assert_eq!(first_damage(&swap), one);
    }
}

#[test]
fn an_added_and_a_copied_entry_are_found() {
    let add = "INSERT INTO entries SELECT 11, content, digest FROM entries WHERE number = ";
    assert_eq!(first_damage(&format!("{add}1")), 11);
    assert_eq!(first_damage(&format!("{add}10")), 11);
}

#[test]
fn entries_of_another_ledger_do_not_fit() {
    let (folder, _) = filled();
    let (other, _) = filled();
    let place = other.ledger();
    forge(
        &folder,
        &format!(
            "{NO_GUARDS} ATTACH '{}' AS other; DELETE FROM entries; \
             INSERT INTO entries SELECT * FROM other.entries; DETACH other; {GUARDS}",
            place.display()
        ),
    );
    let ledger = PopulationLedger::open(&folder.ledger()).unwrap();
    assert!(ledger.verify(None).unwrap_err().is_damage());
}

#[test]
fn an_entry_of_another_future_does_not_fit() {
    let (folder, _) = filled();
    let copy = Folder::new();
    for file in ["ledger.sqlite", "ledger.sqlite.key"] {
        std::fs::copy(folder.path(file), copy.path(file)).unwrap();
    }
    // The same key, the same entries up to here, and other ones from now on.
    for (place, noise) in [(&folder, 7.0), (&copy, 8.0)] {
        let mut ledger = PopulationLedger::open(&place.ledger()).unwrap();
        for _ in 0..2 {
            ledger.reserve(&request(&ledger, gaussian(noise))).unwrap();
        }
    }
    let copied = copy.ledger();
    forge(
        &folder,
        &format!(
            "{NO_GUARDS} ATTACH '{}' AS copy; DELETE FROM entries WHERE number = 12; \
             INSERT INTO entries SELECT * FROM copy.entries WHERE number = 12; DETACH copy; {GUARDS}",
            copied.display()
        ),
    );
    let ledger = PopulationLedger::open(&folder.ledger()).unwrap();
    let error = ledger.verify(None).unwrap_err().to_string();
    assert!(error.contains("entry 12: it was changed"), "{error}");
}

#[test]
fn a_cut_tail_shows_against_a_noted_head() {
    let (folder, head) = filled();
    let open = || PopulationLedger::open(&folder.ledger()).unwrap();
    assert_eq!(open().verify(Some(head)).unwrap().noted, Some(10));
    forge(
        &folder,
        &format!("{NO_GUARDS} DELETE FROM entries WHERE number > 7; {GUARDS}"),
    );
    // What is left is in order by itself.
    let left = open().verify(None).unwrap();
    assert_eq!(left.entries, 7);
    let error = open().verify(Some(head)).unwrap_err();
    assert!(matches!(error, LedgerError::HeadGone { .. }), "{error}");
    // And goes on: the noted head stays gone.
    let mut ledger = open();
    let run = request(&ledger, gaussian(9.0));
    ledger.reserve(&run).unwrap();
    assert!(ledger.verify(Some(head)).is_err());
    assert_eq!(ledger.verify(Some(left.head)).unwrap().noted, Some(7));
    let words = head.to_string();
    assert_eq!(Head::parse(&words), Some(head));
    assert_eq!(Head::parse(&words[1..]), None);
    assert_eq!(Head::parse(&format!("+{}", &words[1..])), None);
}

#[test]
fn the_guards_hold_and_their_absence_is_found() {
    let (folder, _) = filled();
    let connection = Connection::open(folder.ledger()).unwrap();
    for sql in [
        "UPDATE entries SET content = ''",
        "DELETE FROM entries",
        "INSERT INTO entries VALUES (12, '', x'00')",
        "INSERT OR REPLACE INTO entries VALUES (3, '', x'00')",
        "REPLACE INTO entries VALUES (10, '', x'00')",
    ] {
        let error = connection.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("entries are "), "{sql}: {error}");
    }
    drop(connection);
    let ledger = PopulationLedger::open(&folder.ledger()).unwrap();
    ledger.verify(None).unwrap();
    forge(&folder, "DROP TRIGGER entries_stay");
    let error = ledger.verify(None).unwrap_err().to_string();
    assert!(error.contains("triggers"), "{error}");
}
