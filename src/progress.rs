//! Progress for people: bars in a terminal, plain lines elsewhere, nothing when quiet.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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
            eprintln!("{name}: 0/{total}");
        }
        Phase {
            progress: self,
            name,
            total,
            bar,
            started: Instant::now(),
            last_line: Mutex::new(Instant::now()),
        }
    }

    /// Says something once.
    pub(crate) fn say(self, message: &str) {
        if self != Self::Quiet {
            eprintln!("{message}");
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
    last_line: Mutex<Instant>,
}

impl Phase {
    /// Reports `done` pieces of the total and a word on the state.
    pub(crate) fn update(&self, done: u64, message: impl FnOnce() -> String) {
        match self.progress {
            Progress::Bars => {
                self.bar.set_position(done);
                let message = message();
                if !message.is_empty() {
                    self.bar.set_message(message);
                }
            }
            Progress::Lines => {
                let Ok(mut last) = self.last_line.lock() else {
                    return;
                };
                if last.elapsed() >= LINE_INTERVAL {
                    *last = Instant::now();
                    eprintln!("{}: {done}/{} {}", self.name, self.total, message());
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
                eprintln!(
                    "{}: {}/{} in {seconds:.1} s",
                    self.name, self.total, self.total
                );
            }
            Progress::Quiet => {}
        }
        seconds
    }
}
