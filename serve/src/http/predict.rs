//! `POST /v1/predict`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::{App, body, media};
use crate::problem::Problem;
use crate::{Form, PredictError, answer, input};

pub(super) async fn predict(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    media::check(&request)?;
    let body = body::read(request, &app.limits).await?;
    // Taken once the body is there, so that slow senders hold no place.
    let place = app.places.clone().try_acquire_owned().map_err(|_| {
        let detail = "all places for predictions are taken: ask again in a second";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    let asked = app.clone();
    let mut work = Work(spawn_blocking(move || {
        let answer = asked.answer(&body);
        // The place is free when the work is done, also where nobody waits for it any more.
        drop(place);
        answer
    }));
    match timeout(app.limits.answer_timeout, &mut work.0).await {
        Ok(Ok(answer)) => answer.map(|json| {
            let media_type = [(header::CONTENT_TYPE, "application/json")];
            (media_type, json).into_response()
        }),
        Ok(Err(_)) => Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the model failed on these rows: tell whoever runs this service",
        )),
        Err(_) => {
            let seconds = app.limits.answer_timeout.as_secs_f64();
            let detail = format!(
                "the prediction took more than {seconds} s: ask for fewer rows at a time, or later"
            );
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail))
        }
    }
}

/// Work on a thread of its own. Where it has not begun and nobody waits for it, it never does.
struct Work(JoinHandle<Result<Vec<u8>, Problem>>);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl App {
    /// From a body to the JSON of its answer.
    fn answer(&self, body: &[u8]) -> Result<Vec<u8>, Problem> {
        let form = &self.page.form;
        let question = input::read(body, form, self.limits.rows)?;
        let scores = self
            .predictor
            .scores(&question.rows)
            .map_err(|error| refused(error, form))?;
        let rows = question.rows.len();
        let json = answer::write(&scores, rows, &self.page.classes, question.probabilities)?;
        self.counts.predicted(rows);
        Ok(json)
    }
}

fn refused(error: PredictError, form: &Form) -> Problem {
    match error {
        PredictError::Input { row, field, why } => {
            let pointer = row.map(|row| format!("/{}/{row}", form.rows_key()));
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why).at(row, field.as_deref(), pointer)
        }
        PredictError::Failed { why } => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why),
    }
}
