//! Services with made-up models.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use privet_serve::{
    Field, FieldKind, Form, Guarantee, Limits, ModelPage, PredictError, Predictor, Privacy, Rows,
    Served, Service, Stop,
};

/// A service in a thread of its own, stopped when it is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: Stop,
    thread: Option<JoinHandle<Served>>,
}

impl Running {
    pub(crate) fn new(page: ModelPage, predictor: impl Predictor, limits: Limits) -> Self {
        Self::answering_to(page, predictor, limits, &[])
    }

    pub(crate) fn answering_to(
        page: ModelPage,
        predictor: impl Predictor,
        limits: Limits,
        hosts: &[&str],
    ) -> Self {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let service = Service::new(page, predictor).unwrap();
        let service = service.with_limits(limits).unwrap();
        let service = service.with_allowed_hosts(hosts).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = Stop::new();
        let thread = Some(thread::spawn(move || {
            service.serve(listener, stopped).unwrap()
        }));
        Self {
            address,
            stop,
            thread,
        }
    }

    pub(crate) fn tell_to_stop(&self) {
        self.stop.now();
    }

    /// Stops the service and says what it did.
    pub(crate) fn end(mut self) -> Served {
        self.stop.now();
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.now();
        if let Some(thread) = self.thread.take() {
            // A test that failed says more than its service.
            let _ = thread.join();
        }
    }
}

/// Short enough for tests, long enough for a machine with other work.
pub(crate) fn limits() -> Limits {
    Limits {
        body_bytes: 16 << 10,
        rows: 4,
        workers: 2,
        ..Limits::default()
    }
}

/// Scores that show which values arrived: of class `c`, the value at position `c`; of a text, its length.
pub(crate) struct Echo;

impl Predictor for Echo {
    fn scores(&self, rows: &Rows) -> Result<Vec<Vec<f32>>, PredictError> {
        let number = |text: &String| text.parse().unwrap_or(text.len() as f32);
        let scores: Vec<Vec<f32>> = match rows {
            Rows::Numbers(rows) => rows
                .iter()
                .map(|row| row.iter().map(|value| *value as f32).collect())
                .collect(),
            Rows::Records(rows) => rows
                .iter()
                .map(|row| row.iter().map(number).collect())
                .collect(),
        };
        Ok(scores.into_iter().map(|row| row[..2].to_vec()).collect())
    }
}

/// Waits until it is opened.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Default)]
struct GateState {
    open: bool,
    waiting: usize,
}

impl Gate {
    pub(crate) fn open(&self) {
        self.0.0.lock().unwrap().open = true;
        self.0.1.notify_all();
    }

    /// Until so many predictions are at the gate.
    pub(crate) fn wait_for(&self, count: usize) {
        let (state, changed) = &*self.0;
        let patience = Duration::from_secs(20);
        let (state, waited) = changed
            .wait_timeout_while(state.lock().unwrap(), patience, |state| {
                state.waiting < count
            })
            .unwrap();
        assert!(!waited.timed_out(), "{} of {count} came", state.waiting);
    }
}

impl Predictor for Gate {
    fn scores(&self, rows: &Rows) -> Result<Vec<Vec<f32>>, PredictError> {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.waiting += 1;
        changed.notify_all();
        drop(changed.wait_while(state, |state| !state.open).unwrap());
        Echo.scores(rows)
    }
}

/// A predictor made of a function.
pub(crate) struct By<F>(pub(crate) F);

impl<F> Predictor for By<F>
where
    F: Fn(&Rows) -> Result<Vec<Vec<f32>>, PredictError> + Send + Sync + 'static,
{
    fn scores(&self, rows: &Rows) -> Result<Vec<Vec<f32>>, PredictError> {
        (self.0)(rows)
    }
}

/// A model of two classes for pictures of 1 x 2 pixels.
pub(crate) fn image() -> ModelPage {
    ModelPage {
        title: "tiny <digits>".to_owned(),
        dataset: "digits & more".to_owned(),
        classes: vec!["no".to_owned(), "yes".to_owned()],
        form: Form::Image {
            channels: 1,
            height: 1,
            width: 2,
            minimum: 0.0,
            maximum: 255.0,
        },
        privacy: Privacy::Guaranteed(Guarantee {
            epsilon: 0.981_23,
            delta: 1e-5,
            unit: "record".to_owned(),
            neighboring: "add-or-remove-one".to_owned(),
            accountant: "pld".to_owned(),
            statement: "Nobody's record changes\nmuch.".to_owned(),
        }),
    }
}

/// A model of two classes for records of two fields, not private.
pub(crate) fn table() -> ModelPage {
    let field = |name: &str, kind| Field {
        name: name.to_owned(),
        kind,
    };
    let age = FieldKind::Number {
        min: 17.0,
        max: 90.0,
    };
    let work = FieldKind::Category {
        values: ["Private", "State", "a \"quoted\" <b>"]
            .map(str::to_owned)
            .to_vec(),
    };
    ModelPage {
        form: Form::Table {
            fields: vec![field("age", age), field("work/class", work)],
        },
        privacy: Privacy::NotPrivate {
            why: "It was trained without <noise>.".to_owned(),
        },
        ..image()
    }
}

/// A model of two classes for lists of three numbers.
pub(crate) fn numbers() -> ModelPage {
    ModelPage {
        form: Form::Numbers {
            count: 3,
            minimum: -10.0,
            maximum: 10.0,
        },
        ..image()
    }
}
