//! Progress for people: bars in a terminal, plain lines elsewhere, nothing when quiet.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::note;

/// Time between plain lines.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// How a command reports progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Bars on the terminal.
    Bars,
    /// A line now and then.
    Lines,
    /// Nothing.
    Quiet,
}

impl Progress {
    /// Bars where standard error is a terminal, lines where it is not, nothing when asked.
    pub(crate) fn detect(quiet: bool) -> Self {
        match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Self::Quiet,
            (false, true) => Self::Bars,
            (false, false) => Self::Lines,
        }
    }

    /// Starts a phase of `total` pieces of work.
    pub(crate) fn phase(self, name: &'static str, total: u64) -> Phase {
        let bar = ProgressBar::with_draw_target(
            Some(total),
            match self {
                Self::Bars => ProgressDrawTarget::stderr(),
                _ => ProgressDrawTarget::hidden(),
            },
        );
        let template = "{prefix:<12} {wide_bar} {pos}/{len} {elapsed}<{eta} {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        if self == Self::Lines {
            note(&format!("{name}: 0/{total}"));
        }
        Phase {
            progress: self,
            name,
            total,
            bar,
            started: Instant::now(),
            lines: Mutex::new(Lines {
                written: Instant::now(),
                message: String::new(),
            }),
        }
    }

    /// Says something once.
    pub(crate) fn say(self, message: &str) {
        if self != Self::Quiet {
            note(message);
        }
    }
}

/// A phase under way.
#[derive(Debug)]
pub(crate) struct Phase {
    progress: Progress,
    name: &'static str,
    total: u64,
    bar: ProgressBar,
    started: Instant,
    lines: Mutex<Lines>,
}

/// State of plain lines: when the last was written, and the last word on the state.
#[derive(Debug)]
struct Lines {
    written: Instant,
    message: String,
}

impl Phase {
    /// Reports `done` pieces of the total.
    pub(crate) fn update(&self, done: u64) {
        match self.progress {
            Progress::Bars => self.bar.set_position(done),
            Progress::Lines => {
                let Ok(mut lines) = self.lines.lock() else {
                    return;
                };
                if lines.written.elapsed() >= LINE_INTERVAL {
                    lines.written = Instant::now();
                    let line = format!("{}: {done}/{} {}", self.name, self.total, lines.message);
                    note(line.trim_end());
                }
            }
            Progress::Quiet => {}
        }
    }

    /// Sets the word on the state that stands beside the count from now on.
    pub(crate) fn message(&self, message: String) {
        match self.progress {
            Progress::Bars => self.bar.set_message(message),
            Progress::Lines => {
                if let Ok(mut lines) = self.lines.lock() {
                    lines.message = message;
                }
            }
            Progress::Quiet => {}
        }
    }

    /// Ends the phase and returns its time in seconds.
    pub(crate) fn finish(self) -> f64 {
        let seconds = self.started.elapsed().as_secs_f64();
        match self.progress {
            Progress::Bars => self.bar.finish(),
            Progress::Lines => {
                note(&format!(
                    "{}: {}/{} in {seconds:.1} s",
                    self.name, self.total, self.total
                ));
            }
            Progress::Quiet => {}
        }
        seconds
    }
}
