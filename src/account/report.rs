//! The answer as a program or a person reads it.

use anyhow::Result;
use privet_accountant::calibrate::Target;
use serde_json::{Map, Value, json};

use super::cost::Cost;
use super::plan::Plan;
use super::question::{Question, short_name};
use super::{exact, table};
use crate::output;

/// A plan, a question about it and the answer.
pub(crate) struct Report {
    pub(crate) plan: Plan,
    pub(crate) question: Question,
    pub(crate) cost: Cost,
    pub(crate) calibrated: Option<Calibrated>,
}

/// The parameter of the plan that was calibrated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calibrated {
    /// Its name among the plan's parameters.
    pub(crate) parameter: &'static str,
    /// What it was calibrated to.
    pub(crate) target: Target,
    /// The accountant that it was calibrated by.
    pub(crate) accountant: &'static str,
}

impl Report {
    /// Asks every accountant what the plan costs.
    ///
    /// # Errors
    /// A usage error when none can bound it.
    pub(crate) fn new(plan: Plan, question: Question) -> Result<Self> {
        let cost = Cost::of(&plan.event, question)?;
        Ok(Self {
            plan,
            question,
            cost,
            calibrated: None,
        })
    }

    /// Prints JSON, or the table.
    pub(crate) fn print(&self, as_json: bool) -> Result<()> {
        if as_json {
            print_json(&self.json())
        } else {
            output::print(&table::of(self))
        }
    }

    /// The keys that programs rely on.
    fn json(&self) -> Value {
        let asked = self.question.asked;
        let (sought, (given, value)) = (asked.sought(), asked.given());
        let mut reasons = Map::new();
        let mut reason = |key: &str, why: &String| {
            reasons.insert(format!("{sought}.{key}"), json!(why));
        };
        let exact = self.cost.exact.as_ref();
        let rdp = self.cost.rdp.as_ref();
        if let Err(why) = exact {
            reason("lower", why);
            reason("upper", why);
        }
        if let Err(why) = rdp {
            reason("rdp", why);
        }
        let mut json: Map<String, Value> = Map::new();
        for (name, value) in &self.plan.parameters {
            json.insert((*name).into(), value.clone());
        }
        json.insert(given.into(), number(value));
        json.insert(
            sought.into(),
            json!({
                "lower": exact.ok().map(|exact| number(exact.lower)),
                "upper": exact.ok().map(|exact| number(exact.upper)),
                "rdp": rdp.ok().map(|rdp| number(rdp.value)),
            }),
        );
        json.insert("reasons".into(), Value::Object(reasons));
        let headline = self.cost.headline();
        json.insert(
            "guarantee".into(),
            json!({
                sought: number(headline.value),
                given: number(value),
                "accountant": headline.accountant,
            }),
        );
        json.insert("neighboring".into(), json!(self.question.relation));
        json.insert("unit".into(), json!(self.plan.unit));
        json.insert(
            "accountants".into(),
            json!({"lower": exact::NAME, "upper": exact::NAME, "rdp": "rdp"}),
        );
        let conversion = self.question.conversion;
        json.insert("conversion".into(), json!(short_name(conversion)));
        json.insert("conversion_theorem".into(), json!(conversion.name()));
        let order = rdp.ok().and_then(|rdp| rdp.order).map(number);
        json.insert("optimal_order".into(), json!(order));
        json.insert("assumptions".into(), json!(self.plan.assumptions));
        json.insert("events".into(), json!(self.plan.event));
        if let Some(calibrated) = &self.calibrated {
            json.insert("calibrated".into(), json!(calibrated.parameter));
            json.insert("calibrated_by".into(), json!(calibrated.accountant));
            let target = calibrated.target;
            let target = json!({"epsilon": target.epsilon(), "delta": target.delta()});
            json.insert("target".into(), target);
        }
        Value::Object(json)
    }
}

/// A number, infinity as `"inf"`.
pub(super) fn number(value: f64) -> Value {
    if value == f64::INFINITY {
        json!("inf")
    } else {
        json!(value)
    }
}

/// Prints an object over several lines.
pub(super) fn print_json(json: &Value) -> Result<()> {
    output::print(&format!("{json:#}\n"))
}
