//! A disk that is full: a clear error, exit code 1, and a ledger that is whole.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{finish, kill_when, reservations, slow_dp_sgd};
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
        self.remount("size=4m")
    }

    fn remount(&self, option: &str) -> bool {
        let option = format!("remount,{option}");
        mount(&["-o", &option, self.0.to_str().unwrap()])
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

#[test]
fn a_run_on_a_read_only_disk_fails_and_goes_on_when_it_may_write() {
    let folder = Folder::new();
    let config = slow_dp_sgd();
    let Some(disk) = SmallDisk::mount(folder.path("disk"), 4096) else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    folder.write("experiment.toml", &config);
    let words = ["run", "experiment.toml", "--out", "disk/run", "--quiet"];
    let mut command = folder.command(&words);
    let child = command.stderr(Stdio::null()).stdout(Stdio::null()).spawn();
    let released = || {
        let metrics = fs::read_to_string(folder.path("disk/run/metrics.jsonl"));
        metrics.is_ok_and(|text| text.contains("phase"))
    };
    assert!(kill_when(child.unwrap(), released));
    let before = folder.bytes("disk/run/ledger.json");
    assert!(disk.remount("ro"));
    let resumed = [&words[..], &["--resume"]].concat();
    folder
        .privet(&resumed)
        .failed(1, &["disk/run", "Read-only file system"]);
    folder
        .privet(&["run", "experiment.toml", "--out", "disk/new", "--quiet"])
        .failed(2, &["disk/new", "Read-only file system", "--out DIR"]);
    assert!(disk.remount("rw"));
    assert_eq!(folder.bytes("disk/run/ledger.json"), before);
    folder.privet(&resumed).well();
    assert_eq!(folder.bytes("disk/run/ledger.json"), before);
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
