//! Records at the end of a file.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::header::RecordFormat;
use super::{BallotLogError, Ballots};

/// Appends records, each handed to the operating system at once: compared with a teacher's training
/// that takes no time, and a kill loses no teacher that is done.
pub(super) struct Appender<W: Write> {
    name: String,
    format: RecordFormat,
    writer: W,
    record: Vec<u8>,
}

impl<W: Write> Appender<W> {
    pub(super) fn new(writer: W, path: &Path, format: RecordFormat) -> Self {
        Self {
            name: path.display().to_string(),
            format,
            writer,
            record: Vec::new(),
        }
    }

    /// Appends the ballots of one teacher.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn append(
        &mut self,
        teacher: usize,
        ballots: &Ballots,
    ) -> Result<(), BallotLogError> {
        self.format.write(teacher, ballots, &mut self.record);
        let result = self.writer.write_all(&self.record);
        result.map_err(BallotLogError::file(Path::new(&self.name)))
    }
}

impl Appender<File> {
    /// Brings everything to the disk.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn sync(&mut self) -> Result<(), BallotLogError> {
        let result = self.writer.sync_all();
        result.map_err(BallotLogError::file(Path::new(&self.name)))
    }
}

/// Says nothing of the records.
impl<W: Write> fmt::Debug for Appender<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Appender");
        debug.field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use privet_mechanisms::Sensitive;

    use super::super::{BallotLogHeader, TeacherOutcome};
    use super::*;

    /// A disk with room for so many bytes.
    struct Disk(usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let written = bytes.len().min(self.0);
            self.0 -= written;
            match written {
                0 => Err(io::ErrorKind::StorageFull.into()),
                _ => Ok(written),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_an_error_that_names_the_file() {
        let header = BallotLogHeader {
            inputs: Sensitive::new([0; 32]),
            teachers: 2,
            queries: 100,
            classes: 3,
        };
        let path = Path::new("private/ballots.log");
        let mut appender = Appender::new(Disk(150), path, header.format());
        let ballots = Ballots::fixed(TeacherOutcome::EmptyShard, 100);
        appender.append(0, &ballots).unwrap();
        let error = appender.append(1, &ballots).unwrap_err().to_string();
        assert!(error.contains("private/ballots.log"), "{error}");
        assert!(error.contains("free"), "{error}");
    }
}
