//! What a model's preprocessing takes, as a form.

use privet_serve::{Field, FieldKind, Form};
use privet_training::data::{Column, InputShape, Preprocessing, TableSchema};

/// The form of a row.
pub(super) fn form(preprocessing: &Preprocessing) -> Form {
    match preprocessing {
        Preprocessing::Pixels { shape, scaling } => {
            let [minimum, maximum, ..] = scaling.constants();
            numbers(*shape, minimum, maximum)
        }
        Preprocessing::Table { schema } => match picture(schema) {
            Some(form) => form,
            None => Form::Table {
                fields: schema.columns().iter().filter_map(field).collect(),
            },
        },
    }
}

fn numbers(shape: InputShape, minimum: f64, maximum: f64) -> Form {
    match shape {
        InputShape::Image {
            channels,
            height,
            width,
        } => Form::Image {
            channels,
            height,
            width,
            minimum,
            maximum,
        },
        other => Form::Numbers {
            count: other.len(),
            minimum,
            maximum,
        },
    }
}

/// A table whose columns are the pixels of a picture.
fn picture(schema: &TableSchema) -> Option<Form> {
    let shape @ InputShape::Image { .. } = schema.input_shape() else {
        return None;
    };
    let inputs = schema.columns().iter().filter(|column| column.width() > 0);
    let mut bounds = inputs.map(|column| match column {
        Column::Numeric { min, max, .. } => Some((*min, *max)),
        _ => None,
    });
    let (min, max) = bounds.next()??;
    let alike = bounds.all(|found| found == Some((min, max)));
    alike.then(|| numbers(shape, min, max))
}

fn field(column: &Column) -> Option<Field> {
    let kind = match column {
        Column::Numeric { min, max, .. } => FieldKind::Number {
            min: *min,
            max: *max,
        },
        Column::Categorical { categories, .. } => FieldKind::Category {
            values: categories.clone(),
        },
        Column::Label { .. } | Column::Ignore { .. } => return None,
    };
    Some(Field {
        name: column.name().to_string(),
        kind,
    })
}
