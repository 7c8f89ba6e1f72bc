//! Ballots in a file, so that an interrupted ensemble goes on where it was.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use privet_training::atomic::{self, Access};

use super::appender::Appender;
use super::header::HEADER;
use super::{BallotLogError, BallotLogHeader, Booth, Tally};
use crate::TeachersError;

/// The ballots of the teachers that have voted, in a file that grows by one record a teacher.
///
/// The file belongs under `private/` and is readable by its owner alone (mode 0600). A kill loses
/// the teachers in work, a loss of power those that have not reached the disk; they are trained
/// again. A teacher's ballots are the same each time, so the votes are those of a run that nobody
/// stopped. Ballots are counted as they are read, so that memory does not grow with the teachers.
#[derive(Debug)]
pub struct BallotLog {
    booth: Booth,
}

impl BallotLog {
    /// Starts an empty file in the place of what is there.
    ///
    /// # Errors
    /// A file that cannot be written, or an ensemble too large for the format.
    pub fn create(path: &Path, header: &BallotLogHeader) -> Result<Self, TeachersError> {
        header.check()?;
        let written = atomic::write(path, &header.to_bytes(), Access::Owner);
        written.map_err(BallotLogError::file(path))?;
        Self::read(path, header)
    }

    /// Opens the file of an ensemble that was interrupted, or starts one where there is none.
    ///
    /// From the first record on that is not as it was written, for example the last one of a run
    /// that was killed, the file is cut off.
    ///
    /// # Errors
    /// [`BallotLogError::Mismatch`] where the file belongs to other data or another ensemble; a file
    /// that is no such log, cannot be read or written, or is in use.
    pub fn open(path: &Path, header: &BallotLogHeader) -> Result<Self, TeachersError> {
        match path.try_exists().map_err(BallotLogError::file(path))? {
            true => Self::read(path, header),
            false => Self::create(path, header),
        }
    }

    /// How many teachers have voted.
    pub fn teachers_done(&self) -> usize {
        self.booth.tally().done()
    }

    pub(crate) fn into_booth(self) -> Booth {
        self.booth
    }

    fn read(path: &Path, header: &BallotLogHeader) -> Result<Self, TeachersError> {
        header.check()?;
        let fail = BallotLogError::file(path);
        let mut file = lock(path)?;
        let mut found = [0; HEADER];
        let name = || path.display().to_string();
        match file.read_exact(&mut found) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(BallotLogError::Foreign(name()).into());
            }
            Err(error) => return Err(fail(error).into()),
        }
        match header.difference(&found) {
            Ok(None) => {}
            Ok(Some(what)) => return Err(BallotLogError::Mismatch { file: name(), what }.into()),
            Err(()) => return Err(BallotLogError::Foreign(name()).into()),
        }
        let format = header.format();
        let mut tally = Tally::new(header.teachers, header.queries, header.classes);
        let mut record = vec![0; format.len()];
        let mut reader = BufReader::with_capacity(1 << 20, &file);
        while read_whole(&mut reader, &mut record).map_err(&fail)? {
            let Some((teacher, ballots)) = format.read(&record) else {
                break;
            };
            // A teacher that does not exist or has voted, or a class that does not exist: with a
            // right checksum nothing that this program writes.
            if tally.add(teacher, &ballots).is_err() {
                break;
            }
        }
        drop(reader);
        let end = (HEADER + tally.done() * format.len()) as u64;
        file.set_len(end).map_err(&fail)?;
        file.seek(SeekFrom::Start(end)).map_err(&fail)?;
        Ok(Self {
            booth: Booth {
                tally,
                log: Some(Appender::new(file, path, format)),
            },
        })
    }
}

/// Opens a file for this process alone and its owner alone.
fn lock(path: &Path) -> Result<File, BallotLogError> {
    let fail = BallotLogError::file(path);
    let opened = OpenOptions::new().read(true).write(true).open(path);
    let file = opened.map_err(&fail)?;
    match file.try_lock() {
        // Some network file systems have no locks.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(error)) => return Err(fail(error)),
        Err(TryLockError::WouldBlock) => {
            return Err(BallotLogError::Busy(path.display().to_string()));
        }
        Ok(()) => {}
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let owner = std::fs::Permissions::from_mode(0o600);
        file.set_permissions(owner).map_err(&fail)?;
    }
    Ok(file)
}

/// Fills `record`; `false` where the file ends before.
fn read_whole(reader: &mut impl Read, record: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(record) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
