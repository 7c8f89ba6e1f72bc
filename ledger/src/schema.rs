//! The table, its guards, and how a new database begins.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::LedgerError;
use crate::key::Key;

/// "PRVT": what `file` and SQLite know the database by.
const APPLICATION: i32 = 0x5052_5654;

/// Version of the table and of what is in it.
const VERSION: i32 = 1;

/// The triggers keep honest tools from changing entries; the digests tell of all others.
const SCHEMA: [&str; 4] = [
    "CREATE TABLE entries (number INTEGER PRIMARY KEY, content TEXT NOT NULL, digest BLOB NOT NULL)",
    "CREATE TRIGGER entries_are_numbered BEFORE INSERT ON entries \
     WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entries) \
     BEGIN SELECT raise(ABORT, 'entries are only ever added at the end'); END",
    "CREATE TRIGGER entries_do_not_change BEFORE UPDATE ON entries \
     BEGIN SELECT raise(ABORT, 'entries are never changed'); END",
    "CREATE TRIGGER entries_stay BEFORE DELETE ON entries \
     BEGIN SELECT raise(ABORT, 'entries are never removed'); END",
];

/// Makes the table and the key where there is no table yet.
pub(crate) fn create(
    connection: &mut Connection,
    path: &Path,
    key_path: &Path,
) -> Result<Key, LedgerError> {
    let in_database = |error| LedgerError::database(path, error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(in_database)?;
    let tables: i64 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(in_database)?;
    if tables > 0 {
        check(&transaction, path)?;
        return existing_key(path, key_path);
    }
    if key_path.exists() {
        return Err(LedgerError::DatabaseGone {
            path: path.to_path_buf(),
            key: key_path.to_path_buf(),
        });
    }
    for sql in SCHEMA {
        transaction.execute(sql, []).map_err(in_database)?;
    }
    for (name, value) in [("application_id", APPLICATION), ("user_version", VERSION)] {
        let set = transaction.pragma_update(None, name, value);
        set.map_err(in_database)?;
    }
    let key = Key::create(key_path)?;
    if let Err(error) = transaction.commit() {
        // No entry was written under it.
        let _ = std::fs::remove_file(key_path);
        return Err(in_database(error));
    }
    Ok(key)
}

/// Refuses a database that is none of ours.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<(), LedgerError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let found = number("application_id").and_then(|id| Ok((id, number("user_version")?)));
    match found.map_err(|error| LedgerError::database(path, error))? {
        (APPLICATION, VERSION) => Ok(()),
        (APPLICATION, version) => Err(LedgerError::OtherVersion {
            path: path.to_path_buf(),
            version,
        }),
        _ => Err(LedgerError::NotALedger {
            path: path.to_path_buf(),
        }),
    }
}

/// The key, which must be there.
pub(crate) fn existing_key(path: &Path, key_path: &Path) -> Result<Key, LedgerError> {
    Key::read(key_path)?.ok_or_else(|| LedgerError::KeyGone {
        path: path.to_path_buf(),
        key: key_path.to_path_buf(),
    })
}

/// Whether the table and its triggers are those that were made.
pub(crate) fn is_whole(connection: &Connection) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare("SELECT sql FROM sqlite_schema ORDER BY rowid")?;
    let found = statement.query_map([], |row| row.get::<_, Option<String>>(0))?;
    let found = found.collect::<Result<Vec<_>, _>>()?;
    Ok(found.iter().map(Option::as_deref).eq(SCHEMA.map(Some)))
}
