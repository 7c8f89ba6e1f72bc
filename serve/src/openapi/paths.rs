//! Every path, with every status that it answers with.

use serde_json::{Map, Value, json};

use crate::problem::MEDIA_TYPE;
use crate::server::{MOST_HEADER_BYTES, MOST_HEADERS};
use crate::{FieldKind, Form, Limits, ModelPage};

/// A row of an example is written out up to this many values.
const MOST_SHOWN: usize = 64;

pub(super) fn all(page: &ModelPage, limits: &Limits) -> Value {
    json!({
        "/": get("page", "The page to try the model.", &html()),
        "/health": get("health", "Whether the service answers.", &of("Health")),
        "/v1/model": get("model", "Classes, form and guarantee.", &of("Model")),
        "/openapi.json": get("openapi", "This description.", &json!({
            "application/json": {"schema": {"type": "object"}}
        })),
        "/v1/predict": {"post": predict(page, limits)},
    })
}

const MALFORMED: &str =
    "The request is malformed; where it is no HTTP at all, the answer has no body.";

fn html() -> Value {
    json!({"text/html": {"schema": {"type": "string"}}})
}

fn of(schema: &str) -> Value {
    json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}})
}

fn get(id: &str, summary: &str, content: &Value) -> Value {
    let mut responses = problems(&[
        (400, MALFORMED),
        (421, "The header Host names another service."),
    ]);
    let done = json!({"description": summary, "content": content});
    responses.insert("200".to_owned(), done);
    json!({"get": {"operationId": id, "summary": summary, "responses": responses}})
}

fn predict(page: &ModelPage, limits: &Limits) -> Value {
    let mut responses = problems(&[
        (400, &format!("The body is not JSON. {MALFORMED}")),
        (408, "The body did not arrive in time."),
        (413, "The body has too many bytes or rows."),
        (415, "The body is not `application/json`, or is compressed."),
        (421, "The header Host names another service."),
        (
            422,
            "A row is not what the model takes; the detail names the place.",
        ),
        (500, "The model failed."),
        (
            503,
            "All places for predictions are taken, or this one took too long: ask again later.",
        ),
    ]);
    let done =
        json!({"description": "One prediction for each row, in order.", "content": of("Answer")});
    responses.insert("200".to_owned(), done);
    let mut content = of("Question");
    if let Some(example) = example(page) {
        content["application/json"]["example"] = example;
    }
    json!({
        "operationId": "predict",
        "summary": "The class of each row.",
        "description": format!(
            "At most {} rows and {} bytes a request.",
            limits.rows, limits.body_bytes
        ),
        "requestBody": {"required": true, "content": content},
        "responses": responses,
    })
}

/// A question that the model answers.
fn example(page: &ModelPage) -> Option<Value> {
    let row = match &page.form {
        Form::Table { fields } => {
            let fields = fields.iter().map(|field| {
                let value = match &field.kind {
                    FieldKind::Number { min, max } => {
                        json!((min + (max - min) / 2.0).round().clamp(*min, *max))
                    }
                    FieldKind::Category { values } => json!(values.first()),
                };
                (field.name.clone(), value)
            });
            Value::Object(fields.collect())
        }
        Form::Image { minimum, .. } | Form::Numbers { minimum, .. } => {
            json!(vec![minimum; page.form.width()])
        }
    };
    let shown = page.form.width() <= MOST_SHOWN;
    shown.then(|| json!({page.form.rows_key(): [row], "probabilities": true}))
}

fn problems(statuses: &[(u16, &str)]) -> Map<String, Value> {
    let schema = json!({"$ref": "#/components/schemas/Problem"});
    let responses = statuses.iter().map(|(status, description)| {
        let mut response = json!({
            "description": description,
            "content": {MEDIA_TYPE: {"schema": schema}},
        });
        if *status == 503 {
            response["headers"] = json!({
                "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
            });
        }
        (status.to_string(), response)
    });
    let mut responses: Map<String, Value> = responses.collect();
    // Told before any route is known, and so without a body.
    let head = format!(
        "The head of the request has more than {MOST_HEADERS} headers or {MOST_HEADER_BYTES} bytes; the \
         answer has no body."
    );
    responses.insert("431".to_owned(), json!({"description": head}));
    responses
}
