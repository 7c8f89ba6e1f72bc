//! A small HTTP service for one trained model, with a page to try it and its guarantee beside it.
//!
//! [`Service`] joins a [`ModelPage`] (what the model is and takes) with a [`Predictor`] (the model
//! itself) and answers over HTTP/1.1 until it is told to [`Stop`]:
//!
//! | | |
//! |---|---|
//! | `GET /` | the page: draw a digit or fill in the form, see the probabilities |
//! | `GET /health` | `{"status":"ok"}` |
//! | `GET /v1/model` | classes, form and guarantee as JSON |
//! | `GET /openapi.json` | OpenAPI 3.1 for exactly this model |
//! | `POST /v1/predict` | rows in, classes (and probabilities) out |
//!
//! Questions may be confidential: nothing that a client sends is written to a log, kept, or repeated
//! in an answer; answers say `Cache-Control: no-store`. Errors are `application/problem+json`
//! (RFC 9457) and name the place and the way out, not the value.
//!
//! What is answered depends on the model and the question alone, so answering costs no privacy budget:
//! the guarantee of a released model holds for anything computed from it. A model that is
//! [not private](Privacy::NotPrivate) leaks by its answers, and the page says so.
//!
//! The service knows nothing of networks or training: [`Predictor`] takes raw rows and gives scores.
//!
//! ```no_run
//! use privet_serve::{Form, ModelPage, PredictError, Predictor, Privacy, Rows, Service, Stop};
//!
//! struct Sum;
//!
//! impl Predictor for Sum {
//!     fn scores(&self, rows: &Rows) -> Result<Vec<Vec<f32>>, PredictError> {
//!         let Rows::Numbers(rows) = rows else {
//!             let why = "the form and the model do not fit together".to_owned();
//!             return Err(PredictError::Failed { why });
//!         };
//!         let score = |row: &Vec<f64>| vec![0.0, row.iter().sum::<f64>() as f32];
//!         Ok(rows.iter().map(score).collect())
//!     }
//! }
//!
//! let page = ModelPage {
//!     title: "sign of a sum".to_owned(),
//!     dataset: "none".to_owned(),
//!     classes: vec!["negative".to_owned(), "positive".to_owned()],
//!     form: Form::Numbers { count: 3, minimum: -1.0, maximum: 1.0 },
//!     privacy: Privacy::NotPrivate { why: "It was not trained on anything.".to_owned() },
//! };
//! let (stop, stopped) = Stop::new();
//! // A handler of Ctrl-C calls `stop.now()`.
//! let listener = std::net::TcpListener::bind("127.0.0.1:8080")?;
//! let served = Service::new(page, Sum)?.serve(listener, stopped)?;
//! println!("{} rows were predicted", served.rows);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod error;
mod http;
mod input;
mod limits;
mod model;
mod openapi;
mod page;
mod predictor;
mod problem;
mod server;

pub use error::ServeError;
pub use limits::Limits;
pub use model::{Field, FieldKind, Form, Guarantee, ModelPage, Privacy};
pub use predictor::{PredictError, Predictor, Rows};
pub use server::{Served, Service, Stop, Stopped};
