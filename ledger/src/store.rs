//! The database file: a table that only grows.
//!
//! A change is one transaction that holds the write lock from its first look (`BEGIN IMMEDIATE`), so
//! that no two processes decide on the same state. It is on the disk when it returns: the journal is
//! a rollback journal with `synchronous = EXTRA`, which also works where several machines share a
//! file system with proper locks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use crate::LedgerError;
use crate::chain::{Book, Damage, Row};
use crate::key::{self, Key};
use crate::record::Action;
use crate::schema;

/// How long a process waits for the others.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is to be done with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Made where there is none.
    Create,
    /// Read and added to.
    Write,
    /// Read alone.
    Read,
}

/// An open database with its key.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    key: Key,
    connection: Connection,
}

impl Store {
    pub(crate) fn open(path: &Path, access: Access) -> Result<Self, LedgerError> {
        let key_path = Key::path(path);
        // In this order: a key is made after its database.
        let has_key = key_path.exists();
        match (path.exists(), access) {
            (false, _) if has_key => {
                return Err(LedgerError::DatabaseGone {
                    path: path.to_path_buf(),
                    key: key_path,
                });
            }
            (false, Access::Create) => {
                let made = key::owned_file(path, false).and_then(|_| key::sync_directory_of(path));
                made.map_err(|error| LedgerError::file(path, "write", &error))?;
            }
            (false, Access::Write | Access::Read) => {
                return Err(LedgerError::NoLedger {
                    path: path.to_path_buf(),
                });
            }
            (true, _) => {}
        }
        let in_database = |error| LedgerError::database(path, error);
        let flags = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::Create | Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(in_database)?;
        connection.busy_timeout(PATIENCE).map_err(in_database)?;
        let settings = "PRAGMA synchronous = EXTRA; PRAGMA fullfsync = ON; \
                        PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
        connection.execute_batch(settings).map_err(in_database)?;
        let key = match access {
            Access::Create => schema::create(&mut connection, path, &key_path)?,
            Access::Write | Access::Read => {
                schema::check(&connection, path)?;
                schema::existing_key(path, &key_path)?
            }
        };
        Ok(Self {
            path: path.to_path_buf(),
            key,
            connection,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// All entries, of one moment.
    pub(crate) fn read(&self) -> Result<Book<'_>, LedgerError> {
        self.read_each(|_, _| Ok(()))
    }

    /// All entries; `look` sees the book before each, and what it is about to do.
    pub(crate) fn read_each(
        &self,
        look: impl FnMut(&Book<'_>, &Action) -> Result<(), Damage>,
    ) -> Result<Book<'_>, LedgerError> {
        book(&self.connection, &self.path, &self.key, look)
    }

    /// Decides on all entries what to add, and adds it, while no other process does; nothing on an
    /// error.
    pub(crate) fn change<T>(
        &mut self,
        decide: impl FnOnce(&mut Book<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let path = &self.path;
        let in_database = |error| LedgerError::database(path, error);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(in_database)?;
        let mut book = book(&transaction, path, &self.key, |_, _| Ok(()))?;
        if !schema::is_whole(&transaction).map_err(in_database)? {
            let what = "the table, or the triggers that guard it, were changed".into();
            return Err(book.damaged(Damage { entry: 0, what }));
        }
        let decided = decide(&mut book)?;
        for row in book.fresh() {
            let number = i64::try_from(row.number).unwrap_or(i64::MAX);
            let values = params![number, row.content, row.digest.as_slice()];
            let sql = "INSERT INTO entries (number, content, digest) VALUES (?1, ?2, ?3)";
            transaction.execute(sql, values).map_err(in_database)?;
        }
        transaction.commit().map_err(in_database)?;
        Ok(decided)
    }

    /// Whether the table and its triggers are those that were made.
    pub(crate) fn schema_is_whole(&self) -> Result<bool, LedgerError> {
        let whole = schema::is_whole(&self.connection);
        whole.map_err(|error| LedgerError::database(&self.path, error))
    }
}

fn book<'store>(
    connection: &Connection,
    path: &'store Path,
    key: &'store Key,
    mut look: impl FnMut(&Book<'_>, &Action) -> Result<(), Damage>,
) -> Result<Book<'store>, LedgerError> {
    let in_database = |error| LedgerError::database(path, error);
    let sql = "SELECT number, content, digest FROM entries ORDER BY number";
    let mut statement = connection.prepare(sql).map_err(in_database)?;
    let mut rows = statement.query([]).map_err(in_database)?;
    let mut book = Book::new(path, key);
    while let Some(row) = rows.next().map_err(in_database)? {
        let row = stored(row).ok_or_else(|| {
            book.damaged(Damage {
                entry: book.entries() + 1,
                what: "it is no number, text and digest".into(),
            })
        })?;
        let read = book.read(&row, &mut look);
        read.map_err(|damage| book.damaged(damage))?;
    }
    Ok(book)
}

fn stored(row: &rusqlite::Row<'_>) -> Option<Row> {
    let (ValueRef::Integer(number), ValueRef::Text(content), ValueRef::Blob(digest)) = (
        row.get_ref(0).ok()?,
        row.get_ref(1).ok()?,
        row.get_ref(2).ok()?,
    ) else {
        return None;
    };
    Some(Row {
        number: u64::try_from(number).ok()?,
        content: std::str::from_utf8(content).ok()?.to_owned(),
        digest: digest.try_into().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Action;

    #[test]
    fn a_full_disk_adds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let mut store = Store::open(&path, Access::Create).unwrap();
        let declared = |name: &str, rules: usize| {
            let rule = privet_accountant::budget::FilterRule::Basic;
            let share = privet_accountant::budget::RuleShare {
                rule,
                delta_share: 1e-6,
            };
            Action::Declared {
                population: crate::PopulationId::new(name).unwrap(),
                neighboring: privet_accountant::NeighboringRelation::AddOrRemoveOne,
                unit: crate::Unit::Record,
                delta: 1e-5,
                epsilon: None,
                rules: vec![share; rules],
            }
        };
        store.change(|book| book.add(declared("small", 1))).unwrap();
        // Pages beyond these are a full disk to SQLite.
        let limit = store.connection.pragma_update(None, "max_page_count", 5);
        // It answers with the limit, which is no error to us.
        let _ = limit;
        let error = store
            .change(|book| book.add(declared("large", 10_000)))
            .unwrap_err();
        assert!(matches!(error, LedgerError::NotWritable { .. }), "{error}");
        assert!(error.to_string().contains("full"), "{error}");
        assert_eq!(store.read().unwrap().entries(), 1);
        store.change(|book| book.add(declared("other", 1))).unwrap();
        assert_eq!(store.read().unwrap().entries(), 2);
    }
}
