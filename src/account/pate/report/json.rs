//! The report on PATE for programs.

use serde_json::{Map, Value, json};

use super::PateReport;
use crate::account::exact;
use crate::account::question::short_name;
use crate::account::report::number;

impl PateReport {
    /// The keys that programs rely on.
    pub(super) fn json(&self) -> Value {
        let mut reasons = Map::new();
        let mut known = |key: &str, value: Result<f64, &str>| match value {
            Ok(value) => number(value),
            Err(why) => {
                reasons.insert(key.into(), json!(why));
                Value::Null
            }
        };
        let exact = self.cost.exact.as_ref().map_err(String::as_str);
        let epsilon = json!({
            "data_independent": known("epsilon.data_independent", self.data_independent()),
            "lower": known("epsilon.lower", exact.map(|exact| exact.lower)),
            "upper": known("epsilon.upper", exact.map(|exact| exact.upper)),
            "data_dependent": known("epsilon.data_dependent", self.data_dependent()),
            "sanitized": known("epsilon.sanitized", self.sanitized()),
        });
        let expected_answered = known("expected_answered", self.expected_answered());
        let conversion = self.question.conversion;
        let headline = self.cost.headline();
        let guarantee = json!({
            "epsilon": number(headline.value),
            "delta": self.delta,
            "accountant": headline.accountant,
        });
        let sanitize = self.shown.sanitize.as_ref().map(|settings| {
            json!({
                "order": settings.order().get(),
                "beta": settings.beta(),
                "noise_multiplier": settings.noise_multiplier(),
                "failure_probability": settings.failure_probability(),
            })
        });
        let mut json: Map<String, Value> = Map::new();
        for (name, value) in &self.plan.parameters {
            json.insert((*name).into(), value.clone());
        }
        for (key, value) in [
            ("delta", json!(self.delta)),
            ("epsilon", epsilon),
            ("expected_answered", expected_answered),
            ("conversion", json!(short_name(conversion))),
            ("conversion_theorem", json!(conversion.name())),
            ("guarantee", guarantee),
            (
                "accountants",
                json!({"lower": exact::NAME, "upper": exact::NAME, "data_independent": "rdp"}),
            ),
            ("neighboring", json!(self.question.relation)),
            ("unit", json!(self.plan.unit)),
            ("sanitize", json!(sanitize)),
            ("assumptions", json!(self.plan.assumptions)),
            ("reasons", Value::Object(reasons)),
            ("events", json!(self.plan.event)),
        ] {
            json.insert(key.into(), value);
        }
        Value::Object(json)
    }
}
