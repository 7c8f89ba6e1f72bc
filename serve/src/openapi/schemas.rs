//! The schemas: what is sent and what comes back.

use serde_json::{Value, json};

use crate::{Field, FieldKind, Form, Limits, ModelPage};

pub(super) fn all(page: &ModelPage, limits: &Limits) -> Value {
    json!({
        "Question": question(&page.form, limits),
        "Row": row(&page.form),
        "Answer": answer(page),
        "Model": model(page),
        "Health": object(&["status"], json!({"status": {"const": "ok"}})),
        "Problem": problem(),
    })
}

fn question(form: &Form, limits: &Limits) -> Value {
    let key = form.rows_key();
    let properties = json!({
        key: {
            "type": "array",
            "minItems": 1,
            "maxItems": limits.rows,
            "items": {"$ref": "#/components/schemas/Row"},
        },
        "probabilities": {
            "type": "boolean",
            "default": false,
            "description": "Whether to give the probability of every class.",
        },
    });
    object(&[key], properties)
}

fn row(form: &Form) -> Value {
    match form {
        Form::Image {
            channels,
            height,
            width,
            minimum,
            maximum,
        } => {
            let mut row = numbers(
                form,
                &format!(
                    "The raw pixels of an image {channels} x {height} x {width}, channels first, row by row."
                ),
            );
            row["items"] = json!({"type": "number", "minimum": minimum, "maximum": maximum});
            row
        }
        Form::Numbers {
            minimum, maximum, ..
        } => numbers(form, &clamped(*minimum, *maximum)),
        Form::Table { fields } => record(fields),
    }
}

fn numbers(form: &Form, description: &str) -> Value {
    json!({
        "type": "array",
        "minItems": form.width(),
        "maxItems": form.width(),
        "items": {"type": "number"},
        "description": description,
    })
}

/// Bounds that are no limits: a number outside is taken, as the nearest bound.
fn clamped(minimum: f64, maximum: f64) -> String {
    format!(
        "Bounded by {minimum} and {maximum}: a number outside is taken as the nearest bound, up to 1.8e308."
    )
}

fn record(fields: &[Field]) -> Value {
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let properties = fields.iter().map(|field| {
        let schema = match &field.kind {
            FieldKind::Number { min, max } => {
                json!({"type": "number", "description": clamped(*min, *max)})
            }
            FieldKind::Category { values } => json!({"type": "string", "enum": values}),
        };
        (field.name.clone(), schema)
    });
    object(&names, Value::Object(properties.collect()))
}

fn answer(page: &ModelPage) -> Value {
    let count = page.classes.len();
    let prediction = object(
        &["class", "label"],
        json!({
            "class": {"type": "integer", "minimum": 0, "maximum": count - 1},
            "label": {"type": "string", "enum": page.classes},
            "probabilities": {
                "type": "array",
                "minItems": count,
                "maxItems": count,
                "items": {"type": "number", "minimum": 0, "maximum": 1},
                "description": "Of each class in order: the softmax of the model's scores, not calibrated.",
            },
        }),
    );
    object(
        &["predictions"],
        json!({"predictions": {"type": "array", "minItems": 1, "items": prediction}}),
    )
}

fn model(page: &ModelPage) -> Value {
    let text = json!({"type": "string"});
    let number = json!({"type": "number", "minimum": 0});
    let guarantee = json!({
        "epsilon": number, "delta": number, "unit": text, "neighboring": text, "accountant": text,
        "statement": text,
    });
    let required = [
        "epsilon",
        "delta",
        "unit",
        "neighboring",
        "accountant",
        "statement",
    ];
    let mut guarantee = object(&required, guarantee);
    guarantee["type"] = json!(["object", "null"]);
    object(
        &[
            "title",
            "dataset",
            "classes",
            "form",
            "private",
            "guarantee",
            "not_private",
            "limits",
        ],
        json!({
            "title": text,
            "dataset": text,
            "classes": {"type": "array", "items": text},
            "form": {"const": page.form},
            "private": {"type": "boolean"},
            "guarantee": guarantee,
            "not_private": {"type": ["string", "null"]},
            "limits": object(
                &["rows", "body_bytes"],
                json!({"rows": {"type": "integer"}, "body_bytes": {"type": "integer"}}),
            ),
        }),
    )
}

/// RFC 9457, which lets problems have more members.
fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["status", "title", "detail"],
        "properties": {
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "title": {"type": "string"},
            "detail": {"type": "string", "description": "What is wrong and the way out."},
            "row": {"type": "integer", "minimum": 0},
            "field": {"type": "string"},
            "pointer": {"type": "string", "format": "json-pointer"},
        },
    })
}

/// An object with these keys and no others.
fn object(required: &[&str], properties: Value) -> Value {
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}
