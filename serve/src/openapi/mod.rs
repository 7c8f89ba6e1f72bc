//! The service described for programs: OpenAPI 3.1, exact for one model.

mod paths;
mod schemas;

use serde_json::{Value, json};

use crate::{Limits, ModelPage};

/// The OpenAPI document: a client made from it can send nothing of the wrong form.
pub(crate) fn document(page: &ModelPage, limits: &Limits) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": page.title,
            "version": "1",
            "description": description(page),
        },
        "servers": [{"url": "/"}],
        "paths": paths::all(page, limits),
        "components": {"schemas": schemas::all(page, limits)},
    })
}

/// The answer of `GET /v1/model`.
pub(crate) fn model(page: &ModelPage, limits: &Limits) -> Value {
    let mut model = json!(page);
    if let Value::Object(model) = &mut model {
        let limits = json!({"rows": limits.rows, "body_bytes": limits.body_bytes});
        model.insert("limits".to_owned(), limits);
    }
    model
}

fn description(page: &ModelPage) -> String {
    let privacy = match page.privacy.protection() {
        Err(why) => format!("NOT PRIVATE: {why}"),
        Ok(guarantee) => format!(
            "Trained with differential privacy: epsilon {} at delta {}, unit {}, neighbouring data sets by \
             {}, accountant {}.",
            guarantee.epsilon_text(),
            guarantee.delta_text(),
            guarantee.unit,
            guarantee.neighboring,
            guarantee.accountant,
        ),
    };
    format!(
        "Predictions of a model for {}. {privacy} Questions are neither kept nor logged.",
        page.dataset
    )
}
