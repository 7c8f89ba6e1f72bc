//! What is answered to which request.

mod body;
mod headers;
mod hosts;
mod media;
mod predict;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use tokio::sync::Semaphore;

pub(crate) use hosts::{Hosts, is_host};

use crate::problem::Problem;
use crate::server::Counts;
use crate::{Limits, ModelPage, Predictor};

/// What every request is answered from.
pub(crate) struct App {
    pub(crate) page: ModelPage,
    pub(crate) predictor: Box<dyn Predictor>,
    pub(crate) limits: Limits,
    pub(crate) hosts: Hosts,
    pub(crate) counts: Counts,
    /// One permit for each prediction that is computed or waits for it.
    pub(crate) places: Arc<Semaphore>,
}

/// Answers that are the same for everyone, made once.
pub(crate) struct Documents {
    pub(crate) page: String,
    pub(crate) style: &'static str,
    pub(crate) script: String,
    pub(crate) model: String,
    pub(crate) openapi: String,
}

/// The routes, with what is done around each of them.
pub(crate) fn router(app: Arc<App>, documents: Documents) -> Router {
    let Documents {
        page,
        style,
        script,
        model,
        openapi,
    } = documents;
    Router::new()
        .route("/", document("text/html; charset=utf-8", page))
        .route("/page.css", document("text/css; charset=utf-8", style))
        .route(
            "/page.js",
            document("text/javascript; charset=utf-8", script),
        )
        .route(
            "/health",
            document("application/json", r#"{"status":"ok"}"#),
        )
        .route("/v1/model", document("application/json", model))
        .route("/openapi.json", document("application/json", openapi))
        .route("/v1/predict", post(predict::predict))
        .method_not_allowed_fallback(wrong_method)
        .fallback(nothing_there)
        .layer(middleware::from_fn_with_state(app.clone(), around))
        .with_state(app)
}

fn document(media_type: &'static str, text: impl Into<Bytes>) -> MethodRouter<Arc<App>> {
    let text = text.into();
    get(async move || ([(header::CONTENT_TYPE, media_type)], text.clone()))
}

/// Before a request: whether it is meant for this service. After it: the count and the headers of all.
async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match app.hosts.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    app.counts.answered(response.status());
    headers::add(response.headers_mut());
    response
}

async fn nothing_there() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "there is nothing here: the page is at /, predictions at /v1/predict, the description of all \
         at /openapi.json",
    )
}

async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this is not done here: predictions are asked by POST, all else by GET; see the header Allow",
    )
}

/// The text of a header that may stand once.
///
/// # Errors
/// 400 where it stands twice or is no plain text.
fn single<'a>(request: &'a Request, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = request.headers().get_all(name).iter();
    let (first, more) = (values.next(), values.next());
    let text = first.map(|value| value.to_str()).transpose();
    match (text, more) {
        (Ok(text), None) => Ok(text),
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            format!("the header {name} stands twice or is no plain text: send it once"),
        )),
    }
}
