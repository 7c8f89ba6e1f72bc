//! Progress: bars in a terminal, plain lines elsewhere, JSON lines for programs, nothing when quiet.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value, json};

use crate::output::note;

/// Time between plain lines.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Time between events of one phase.
const EVENT_INTERVAL: Duration = Duration::from_millis(250);

/// How a command reports progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Bars on the terminal.
    Bars,
    /// A line now and then.
    Lines,
    /// A JSON object a line, on standard error.
    Events,
    /// Nothing.
    Quiet,
}

impl Progress {
    /// Nothing when quiet, events where a program reads; else bars where standard error is a
    /// terminal, and lines where it is not.
    pub(crate) fn detect(quiet: bool, json: bool) -> Self {
        match (quiet, json, std::io::stderr().is_terminal()) {
            (true, ..) => Self::Quiet,
            (false, true, _) => Self::Events,
            (false, false, true) => Self::Bars,
            (false, false, false) => Self::Lines,
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
        let template = "{prefix:<12} {wide_bar} {pos}/{len} {per_sec} {elapsed}<{eta} {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        let phase = Phase {
            progress: self,
            name,
            total,
            bar,
            started: Instant::now(),
            state: Mutex::new(State {
                written: Instant::now(),
                message: String::new(),
                values: Map::new(),
            }),
        };
        match self {
            Self::Lines => note(&format!("{name}: 0/{total}")),
            Self::Events => phase.event(0, &Map::new()),
            Self::Bars | Self::Quiet => {}
        }
        phase
    }

    /// Says something once.
    pub(crate) fn say(self, message: &str) {
        match self {
            Self::Bars | Self::Lines => note(message),
            Self::Events => note(&json!({"event": "message", "text": message}).to_string()),
            Self::Quiet => {}
        }
    }

    /// Says what a user must know, also one who wants no progress.
    pub(crate) fn warn(self, warning: &str) {
        match self {
            Self::Events => note(&json!({"event": "warning", "text": warning}).to_string()),
            Self::Bars | Self::Lines | Self::Quiet => note(&format!("warning: {warning}")),
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
    state: Mutex<State>,
}

/// When something was last written, and the last word on the state.
#[derive(Debug)]
struct State {
    written: Instant,
    message: String,
    values: Map<String, Value>,
}

impl State {
    /// Whether it is time to write again; if so, it is done now.
    fn due(&mut self, interval: Duration) -> bool {
        let due = self.written.elapsed() >= interval;
        if due {
            self.written = Instant::now();
        }
        due
    }
}

impl Phase {
    /// Reports `done` pieces of the total.
    pub(crate) fn update(&self, done: u64) {
        let lock = || self.state.lock();
        match self.progress {
            Progress::Bars => self.bar.set_position(done),
            Progress::Lines => {
                let Ok(mut state) = lock() else { return };
                if state.due(LINE_INTERVAL) {
                    let line = format!("{}: {done}/{} {}", self.name, self.total, state.message);
                    note(line.trim_end());
                }
            }
            Progress::Events => {
                let Ok(mut state) = lock() else { return };
                if done == self.total || state.due(EVENT_INTERVAL) {
                    self.event(done, &state.values);
                }
            }
            Progress::Quiet => {}
        }
    }

    /// Sets the word on the state that stands beside the count from now on, and the same as values by
    /// name for programs.
    pub(crate) fn message(&self, message: String, values: Value) {
        if self.progress == Progress::Bars {
            self.bar.set_message(message);
        } else if let Ok(mut state) = self.state.lock() {
            state.message = message;
            if let Value::Object(values) = values {
                state.values.extend(values);
            }
        }
    }

    /// Ends the phase and returns its time in seconds.
    pub(crate) fn finish(self) -> f64 {
        let seconds = self.started.elapsed().as_secs_f64();
        let (name, total) = (self.name, self.total);
        match self.progress {
            Progress::Bars => self.bar.finish(),
            Progress::Lines => note(&format!("{name}: {total}/{total} in {seconds:.1} s")),
            Progress::Events => {
                let end = json!({"event": "phase_end", "phase": name, "seconds": seconds});
                note(&end.to_string());
            }
            Progress::Quiet => {}
        }
        seconds
    }

    fn event(&self, done: u64, values: &Map<String, Value>) {
        let mut event = json!({"event": "progress", "phase": self.name, "done": done,
            "total": self.total, "seconds": self.started.elapsed().as_secs_f64()});
        if let Value::Object(event) = &mut event {
            for (key, value) in values {
                event.entry(key).or_insert_with(|| value.clone());
            }
        }
        note(&event.to_string());
    }
}
