//! Which process holds a reservation, and whether it lives.

use std::fs;

use serde::{Deserialize, Serialize};

/// A process, told from every other one as far as the operating system lets us.
///
/// Empty words are what it does not tell; such a process is never called dead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    host: String,
    /// Changes with each start of the machine.
    boot: String,
    /// Within which process numbers mean the same.
    namespace: String,
    pid: u32,
    /// In clock ticks since the machine's start: a number is given again, not at the same time.
    started: String,
}

impl Process {
    /// This one.
    #[must_use]
    pub fn current() -> Self {
        let pid = std::process::id();
        let read = |path: &str| {
            fs::read_to_string(path)
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        Self {
            host: read("/proc/sys/kernel/hostname"),
            boot: read("/proc/sys/kernel/random/boot_id"),
            namespace: namespace.to_string_lossy().into_owned(),
            pid,
            started: started(pid).unwrap_or_default(),
        }
    }

    /// The machine's name; empty where it is not known.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its number.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it has certainly ended, as seen from this process: it ran on this machine since its
    /// last start, among the same process numbers, and is there no more.
    ///
    /// A process on another machine or in another container, and one from before a restart, may
    /// have ended as well; nobody can tell from here.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        let here = Self::current();
        let known = !self.boot.is_empty() && !self.namespace.is_empty() && !self.started.is_empty();
        known
            && self.boot == here.boot
            && self.namespace == here.namespace
            && started(self.pid).as_deref() != Some(&self.started)
    }
}

/// When a process that is not over started, by `/proc/PID/stat`.
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in brackets, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    let start = fields.nth(18)?.to_owned();
    // A zombie is over; nobody has taken note yet.
    (!matches!(state, "Z" | "X" | "x")).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_is_dead_once_it_has_ended() {
        let me = Process::current();
        assert!(!me.is_dead());
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let of_child = Process {
            pid: child.id(),
            started: started(child.id()).unwrap(),
            ..me.clone()
        };
        assert!(!of_child.is_dead());
        child.kill().unwrap();
        while started(child.id()).is_some() {
            std::thread::yield_now();
        }
        // It is a zombie: nobody has waited for it.
        assert!(of_child.is_dead());
        child.wait().unwrap();
        assert!(of_child.is_dead());
        let same_number = Process {
            started: "1".into(),
            ..me.clone()
        };
        assert!(same_number.is_dead());
        for unknown in [
            Process {
                boot: "another".into(),
                ..same_number.clone()
            },
            Process {
                namespace: "another".into(),
                ..same_number.clone()
            },
            Process {
                started: String::new(),
                ..me
            },
        ] {
            assert!(!unknown.is_dead());
        }
    }
}
