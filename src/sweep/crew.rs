//! Several points at once, and what is seen of them.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::child::{Lines, Orders};
use super::point::Point;
use crate::interrupt::Watch;
use crate::output::note;
use crate::progress::Progress;

/// Time between two looks at whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Time between plain lines of one point.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Runs the `open` points of `all`, `jobs` at a time. A point that fails says so and ends nothing
/// else.
///
/// # Errors
/// A request to stop, after every process has kept its work and ended.
pub(super) fn run(
    orders: &Orders<'_>,
    (open, all): (&[&Point], usize),
    jobs: usize,
    progress: Progress,
) -> Result<()> {
    let view = View::new(progress, open.len(), all)?;
    let (next, lines) = (AtomicUsize::new(0), Lines::default());
    let watch = Watch::begin();
    let work = || {
        while let Some(point) = open.get(next.fetch_add(1, Ordering::SeqCst)) {
            view.begin(point);
            let tell = |event: &Value| view.tell(point, event);
            let stopping = || watch.stop_requested();
            view.end(point, orders.run(point, &lines, &tell, &stopping).err());
        }
    };
    std::thread::scope(|scope| {
        let crew: Vec<_> = (0..jobs.clamp(1, open.len().max(1)))
            .map(|_| scope.spawn(work))
            .collect();
        while crew.iter().any(|job| !job.is_finished()) {
            if watch.stop_requested() {
                next.store(open.len(), Ordering::SeqCst);
                lines.hang_up();
            }
            std::thread::sleep(LOOK);
        }
    });
    view.finish();
    watch.end()
}

/// What is seen: a bar for the sweep and one for each point in work, or lines, or events.
struct View {
    progress: Progress,
    bars: MultiProgress,
    whole: ProgressBar,
    style: ProgressStyle,
    points: Mutex<HashMap<String, Seen>>,
    warned: Mutex<HashSet<String>>,
}

/// A point in work.
struct Seen {
    bar: ProgressBar,
    written: Instant,
}

impl View {
    fn new(progress: Progress, open: usize, all: usize) -> Result<Self> {
        let target = match progress {
            Progress::Bars => ProgressDrawTarget::stderr(),
            Progress::Lines | Progress::Events | Progress::Quiet => ProgressDrawTarget::hidden(),
        };
        let bars = MultiProgress::with_draw_target(target);
        let whole = bars.add(ProgressBar::new(all as u64));
        whole.set_style(ProgressStyle::with_template(
            "{prefix:<12} {wide_bar} {pos}/{len} points {elapsed}<{eta}",
        )?);
        whole.set_prefix("sweep");
        whole.set_position((all - open) as u64);
        whole.reset_eta();
        if all > open {
            progress.say(&format!(
                "{} of {all} points are finished already",
                all - open
            ));
        }
        Ok(Self {
            progress,
            bars,
            whole,
            style: ProgressStyle::with_template("  {prefix:<12} {bar:24} {pos}/{len} {eta} {msg}")
                .context("drawing bars")?,
            points: Mutex::new(HashMap::new()),
            warned: Mutex::default(),
        })
    }

    fn begin(&self, point: &Point) {
        let bar = self.bars.add(ProgressBar::new(1));
        bar.set_style(self.style.clone());
        bar.set_message(point.name.clone());
        let written = Instant::now();
        self.lock()
            .insert(point.name.clone(), Seen { bar, written });
        match self.progress {
            Progress::Lines => note(&format!("{}: begun", point.name)),
            Progress::Events => note(&json!({"event": "point", "point": point.name}).to_string()),
            Progress::Bars | Progress::Quiet => {}
        }
    }

    /// An event of a point's process.
    fn tell(&self, point: &Point, event: &Value) {
        let mut points = self.lock();
        let Some(seen) = points.get_mut(&point.name) else {
            return;
        };
        let phase = event["phase"].as_str().unwrap_or_default();
        let (done, total) = (event["done"].as_u64(), event["total"].as_u64());
        let beside = beside(event);
        match (self.progress, done, total) {
            (Progress::Events, ..) => {
                let mut event = event.clone();
                event["point"] = json!(point.name);
                note(&event.to_string());
            }
            (Progress::Bars, Some(done), Some(total)) => {
                seen.bar.set_prefix(phase.to_owned());
                seen.bar.set_length(total);
                seen.bar.set_position(done);
                seen.bar.set_message(format!("{} {beside}", point.name));
            }
            (Progress::Lines, Some(done), Some(total))
                if seen.written.elapsed() >= LINE_INTERVAL =>
            {
                seen.written = Instant::now();
                note(format!("{}: {phase} {done}/{total} {beside}", point.name).trim_end());
            }
            _ => {}
        }
        if event["event"] == "warning" && self.progress != Progress::Events {
            let text = event["text"].as_str().unwrap_or_default();
            // Most points have the same.
            if !self
                .warned
                .lock()
                .is_ok_and(|mut said| said.insert(text.to_owned()))
            {
                return;
            }
            self.bars
                .suspend(|| note(&format!("{}: warning: {text}", point.name)));
        }
    }

    fn end(&self, point: &Point, error: Option<anyhow::Error>) {
        if let Some(seen) = self.lock().remove(&point.name) {
            seen.bar.finish_and_clear();
        }
        self.whole.inc(1);
        let told = match &error {
            None => "ended".to_owned(),
            Some(error) => format!("failed: {error:#}"),
        };
        match (self.progress, &error) {
            (Progress::Events, error) => {
                let error = error.as_ref().map(|error| format!("{error:#}"));
                let event = json!({"event": "point_end", "point": point.name, "error": error});
                note(&event.to_string());
            }
            (Progress::Lines, _) | (Progress::Bars | Progress::Quiet, Some(_)) => {
                self.bars
                    .suspend(|| note(&format!("{}: {told}", point.name)));
            }
            (Progress::Bars | Progress::Quiet, None) => {}
        }
    }

    fn finish(&self) {
        self.whole.finish_and_clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Seen>> {
        self.points.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The values of an event in words.
fn beside(event: &Value) -> String {
    let known = [
        ("epsilon_of_steps_so_far", "epsilon"),
        ("test_accuracy", "accuracy"),
        ("labels_released", "labels"),
        ("loss", "loss"),
    ];
    let told = known.iter().filter_map(|(key, word)| {
        let value = event[*key].as_f64()?;
        Some(match *word {
            "labels" => format!("{value} {word}"),
            "epsilon" => format!("{word} {}", crate::display::epsilon(value)),
            _ => format!("{word} {value:.3}"),
        })
    });
    told.collect::<Vec<_>>().join(", ")
}
