//! A disk that is full: a clear error, exit code 1, and a ledger that is whole.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{finish, reservations};
use crate::folder::Folder;
use crate::samples::{dp_sgd, pate};

/// A file system of a few kilobytes, unmounted at its end.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None where this user may not mount.
    fn mount(at: PathBuf, kilobytes: u32) -> Option<Self> {
        fs::create_dir_all(&at).unwrap();
        mount(&[
            "-t",
            "tmpfs",
            "-o",
            &format!("size={kilobytes}k"),
            "tmpfs",
            at.to_str()?,
        ])
        .then_some(Self(at))
    }

    fn grow(&self) -> bool {
        mount(&["-o", "remount,size=4m", self.0.to_str().unwrap()])
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn mount(words: &[&str]) -> bool {
    let mut command = Command::new("mount");
    let status = command.args(words).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[test]
fn a_run_on_a_full_disk_fails_and_goes_on_when_there_is_room() {
    let mut failed = 0;
    for config in [pate(), dp_sgd()] {
        // From no room for the config to room for all but the last file.
        for kilobytes in [4, 8, 12, 16, 20, 24, 28, 32, 36] {
            let folder = Folder::new();
            let Some(disk) = SmallDisk::mount(folder.path("run"), kilobytes) else {
                eprintln!("skipped: this user may not mount a small file system");
                return;
            };
            let said = folder.run(&config, &["--resume", "--quiet"]);
            if said.code == Some(0) {
                continue;
            }
            failed += 1;
            said.failed(1, &["cannot write", "No space left on device"]);
            let released = fs::read_dir(folder.path("run/released"))
                .is_ok_and(|mut files| files.next().is_some());
            assert!(reservations(&folder).len() <= 1);
            assert!(
                !released || reservations(&folder).len() == 1,
                "released but not reserved"
            );
            assert!(disk.grow());
            finish(&folder, &config);
            assert_eq!(reservations(&folder).len(), 1);
        }
    }
    assert!(failed >= 8, "{failed}");
}

#[cfg(target_os = "linux")]
#[test]
fn labels_and_results_that_cannot_be_written_are_an_error() {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &["--quiet"]).well();
    folder
        .privet(&["predict", "run", "records.csv", "--out", "/dev/full"])
        .failed(1, &["cannot write /dev/full", "No space left on device"]);
    assert!(
        !fs::metadata("/dev/full").unwrap().is_file(),
        "a device was replaced by a file"
    );

    for words in [
        &["predict", "run", "records.csv"][..],
        &[
            "run",
            "experiment.toml",
            "--out",
            "run",
            "--resume",
            "--quiet",
        ],
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = folder.command(words).stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("cannot write to standard output"), "{said}");
    }
    // Nobody listens: a run goes on all the same.
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let words = ["run", "experiment.toml", "--out", "again"];
    let output = folder.command(&words).stderr(full).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}
