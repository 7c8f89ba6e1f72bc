//! A description of a model that can be answered by.

use std::collections::HashSet;

use crate::{FieldKind, Form, ModelPage, Privacy, ServeError};

/// No row has more values than this: a model for larger ones is not asked by JSON.
const MOST_VALUES: usize = 1 << 20;

/// # Errors
/// Names the first part that no request could meet or no answer could name.
pub(super) fn page(page: &ModelPage) -> Result<(), ServeError> {
    if page.classes.len() < 2 {
        return Err(fault(
            "classes",
            format!("are {}", page.classes.len()),
            "a classifier has two or more",
        ));
    }
    // One may be empty, as a missing value is in some tables.
    unlike("classes", page.classes.iter().map(String::as_str))?;
    let width = page.form.width();
    if width == 0 || width > MOST_VALUES {
        return Err(fault(
            "form",
            format!("has {width} values a row"),
            "a row has 1 to 1048576",
        ));
    }
    form(&page.form)?;
    guarantee(&page.privacy)
}

fn guarantee(privacy: &Privacy) -> Result<(), ServeError> {
    let Privacy::Guaranteed(stated) = privacy else {
        return Ok(());
    };
    // No range contains NaN.
    let bounds =
        (0.0..f64::INFINITY).contains(&stated.epsilon) && (0.0..1.0).contains(&stated.delta);
    match bounds {
        true => Ok(()),
        false => Err(fault(
            "guarantee",
            format!("is epsilon {} at delta {}", stated.epsilon, stated.delta),
            "that guarantees nothing: say that the model is not private",
        )),
    }
}

fn form(form: &Form) -> Result<(), ServeError> {
    match form {
        Form::Image {
            minimum, maximum, ..
        }
        | Form::Numbers {
            minimum, maximum, ..
        } => bounds("form", *minimum, *maximum),
        Form::Table { fields } => {
            let all: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
            names("fields", &all)?;
            for field in fields {
                let key = format!("field `{}`", field.name);
                match &field.kind {
                    FieldKind::Number { min, max } => bounds(&key, *min, *max)?,
                    FieldKind::Category { values } if values.is_empty() => {
                        return Err(fault(&key, "has no values".to_owned(), "list them"));
                    }
                    FieldKind::Category { values } => {
                        unlike(&key, values.iter().map(String::as_str))?;
                    }
                }
            }
            Ok(())
        }
    }
}

/// Names that are all there and unlike each other.
fn names(key: &str, names: &[String]) -> Result<(), ServeError> {
    if names.iter().any(|name| name.trim().is_empty()) {
        return Err(fault(
            key,
            "have one without a name".to_owned(),
            "name each",
        ));
    }
    unlike(key, names.iter().map(String::as_str))
}

fn unlike<'a>(key: &str, names: impl Iterator<Item = &'a str>) -> Result<(), ServeError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            let problem = format!("names {name:?} twice");
            return Err(fault(key, problem, "keep one of the two"));
        }
    }
    Ok(())
}

fn bounds(key: &str, minimum: f64, maximum: f64) -> Result<(), ServeError> {
    if minimum.is_finite() && maximum.is_finite() && minimum < maximum {
        return Ok(());
    }
    let problem = format!("is bounded by {minimum} and {maximum}");
    Err(fault(
        key,
        problem,
        "give two numbers, the smaller one first",
    ))
}

fn fault(key: &str, problem: String, remedy: &str) -> ServeError {
    ServeError::Model {
        key: key.to_owned(),
        problem,
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, Guarantee};

    fn image() -> ModelPage {
        ModelPage {
            title: "t".into(),
            dataset: "d".into(),
            classes: vec!["a".into(), "b".into()],
            form: Form::Image {
                channels: 1,
                height: 2,
                width: 2,
                minimum: 0.0,
                maximum: 255.0,
            },
            privacy: Privacy::NotPrivate { why: "w".into() },
        }
    }

    #[track_caller]
    fn refused(change: impl Fn(&mut ModelPage), words: &str) {
        let mut made = image();
        assert!(page(&made).is_ok());
        change(&mut made);
        let error = page(&made).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }

    fn table(fields: &[(&str, FieldKind)]) -> Form {
        let fields = fields.iter().map(|(name, kind)| Field {
            name: (*name).to_owned(),
            kind: kind.clone(),
        });
        Form::Table {
            fields: fields.collect(),
        }
    }

    #[test]
    fn a_class_may_have_an_empty_name() {
        let mut made = image();
        made.classes[1].clear();
        assert!(page(&made).is_ok());
    }

    #[test]
    fn impossible_descriptions_are_refused() {
        let number = |min, max| FieldKind::Number { min, max };
        let category = |values: &[&str]| FieldKind::Category {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        refused(|page| page.classes.truncate(1), "classes are 1");
        refused(|page| page.classes[1] = "a".into(), "names \"a\" twice");
        refused(
            |page| page.form = table(&[(" ", number(0.0, 1.0))]),
            "fields have one without a name",
        );
        refused(|page| page.form = table(&[]), "0 values a row");
        refused(
            |page| {
                page.form = Form::Numbers {
                    count: usize::MAX,
                    minimum: 0.0,
                    maximum: 1.0,
                }
            },
            "values a row",
        );
        refused(
            |page| {
                page.form = Form::Numbers {
                    count: 1,
                    minimum: 1.0,
                    maximum: f64::NAN,
                }
            },
            "bounded by 1 and NaN",
        );
        refused(
            |page| page.form = table(&[("x", number(2.0, 2.0))]),
            "field `x` is bounded",
        );
        refused(
            |page| page.form = table(&[("x", category(&[]))]),
            "field `x` has no values",
        );
        refused(
            |page| page.form = table(&[("x", category(&["u", "u"]))]),
            "names \"u\" twice",
        );
        let twice = [("x", number(0.0, 1.0)), ("x", number(0.0, 1.0))];
        refused(|page| page.form = table(&twice), "fields names \"x\" twice");
        for (epsilon, delta) in [(f64::NAN, 1e-5), (f64::INFINITY, 1e-5), (1.0, 1.0)] {
            refused(
                |page| {
                    page.privacy = Privacy::Guaranteed(Guarantee {
                        epsilon,
                        delta,
                        unit: "record".into(),
                        neighboring: "add-or-remove-one".into(),
                        accountant: "pld".into(),
                        statement: String::new(),
                    });
                },
                "guarantees nothing",
            );
        }
    }
}
