//! Raw records to encoded inputs, as operators: the same clamping, scaling and one-hot codes, by the
//! same public constants, in the same 64-bit arithmetic.

use privet_training::data::{
    Column, InputGrid, InputShape, NumericTransform, Preprocessing, TableSchema, ValueRange,
};

use super::graph::{Graph, dims, int, strings};
use super::proto::DataType;

/// Adds inputs and their encoding; returns the name of the network's input.
pub(super) fn add(graph: &mut Graph, preprocessing: &Preprocessing, input: InputShape) -> String {
    match preprocessing {
        Preprocessing::Pixels { shape, scaling } => {
            let sizes = sizes(*shape);
            let words = "raw values, one row an example";
            let raw = match shape {
                InputShape::Image { .. } => "image",
                _ => "features",
            };
            let constants = scaling.constants();
            let exact = match fits_single_precision(constants, scaling.grid()) {
                true => {
                    let raw = graph.input(raw, &sizes, DataType::Float, words);
                    graph.node("Cast", &[&raw], [int("to", DataType::Double as i64)])
                }
                false => graph.input(raw, &sizes, DataType::Double, words),
            };
            let names = ["minimum", "maximum", "offset", "divisor"];
            let [minimum, maximum, offset, divisor] = std::array::from_fn(|place| {
                graph.doubles(
                    &format!("/preprocessing/{}", names[place]),
                    &[],
                    &[constants[place]],
                )
            });
            let clamped = graph.node("Clip", &[&exact, &minimum, &maximum], []);
            let from = graph.node("Sub", &[&clamped, &offset], []);
            let scaled = graph.node("Div", &[&from, &divisor], []);
            let scaled = on_grid(graph, scaling.grid(), scaled);
            let value = to_floats(graph, &scaled);
            match *shape == input {
                true => value,
                false => shaped(graph, input, &value),
            }
        }
        Preprocessing::Table { schema } => {
            let value = table(graph, schema);
            match input {
                InputShape::Flat { .. } => value,
                other => shaped(graph, other, &value),
            }
        }
    }
}

/// Whether raw numbers may come in 32 bits: not where rounding them could move an input by more than
/// about 1e-6 of its range, as with large numbers in a narrow range, or to another level of a grid.
/// Whole numbers, as those of pictures, are the same in both.
fn fits_single_precision(constants: [f64; 4], grid: Option<InputGrid>) -> bool {
    let [minimum, maximum, ..] = constants;
    let whole = [0.0, f64::from(u8::MAX)] == [minimum, maximum];
    let largest = minimum.abs().max(maximum.abs());
    whole || (grid.is_none() && largest <= 16.0 * (maximum - minimum))
}

pub(super) fn sizes(shape: InputShape) -> Vec<usize> {
    match shape {
        InputShape::Image {
            channels,
            height,
            width,
        } => vec![channels, height, width],
        InputShape::Sequence { length, width } => vec![length, width],
        InputShape::Flat { features } => vec![features],
    }
}

fn shaped(graph: &mut Graph, input: InputShape, value: &str) -> String {
    let sizes = [&[-1], &dims(&sizes(input))[..]].concat();
    let sizes = graph.integers(&sizes);
    graph.node("Reshape", &[value, &sizes], [])
}

fn to_floats(graph: &mut Graph, value: &str) -> String {
    graph.node("Cast", &[value], [int("to", DataType::Float as i64)])
}

/// The public constants of a numeric column.
#[derive(Clone, Copy)]
struct Number {
    min: f64,
    max: f64,
    transform: Option<NumericTransform>,
}

/// The encoded rows, `[batch, width]`.
fn table(graph: &mut Graph, schema: &TableSchema) -> String {
    let numbers: Vec<(&str, Number)> = schema.columns().iter().filter_map(number).collect();
    let inputs = |column: &&Column| column.width() > 0;
    let columns: Vec<&Column> = schema.columns().iter().filter(inputs).collect();
    if numbers.len() == columns.len() && !columns.iter().any(is_categorical) {
        return all_numbers(graph, schema, &numbers);
    }
    let mut parts = Vec::new();
    for column in columns {
        graph.enter(&format!("preprocessing/{}", parts.len()));
        parts.push(match (column, number(column)) {
            (Column::Categorical { name, categories }, _) => {
                let raw = graph.input(name, &[], DataType::String, "one of the categories");
                let codes = [strings("cats_strings", categories), int("zeros", 0)];
                graph.node("OneHotEncoder", &[&raw], codes)
            }
            (_, Some((name, number))) => {
                let words = format!("a number in {}..={}", number.min, number.max);
                let raw = graph.input(name, &[], DataType::Double, &words);
                let axis = graph.integers(&[1]);
                let raw = graph.node("Unsqueeze", &[&raw, &axis], []);
                let scope = format!("/preprocessing/{}", parts.len());
                encoded(graph, &scope, &raw, &[number], schema)
            }
            // No other column is an input.
            _ => continue,
        });
    }
    graph.enter("preprocessing");
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    graph.node("Concat", &parts, [int("axis", 1)])
}

fn is_categorical(column: &&Column) -> bool {
    matches!(column, Column::Categorical { .. })
}

fn number(column: &Column) -> Option<(&str, Number)> {
    match column {
        Column::Numeric {
            name,
            min,
            max,
            transform,
        } => {
            let number = Number {
                min: *min,
                max: *max,
                transform: *transform,
            };
            Some((name, number))
        }
        _ => None,
    }
}

/// One input with a column for each column of the table. Columns with logarithms are encoded apart.
fn all_numbers(graph: &mut Graph, schema: &TableSchema, numbers: &[(&str, Number)]) -> String {
    let names: Vec<&str> = numbers.iter().map(|(name, _)| *name).collect();
    let words = format!("raw numbers; columns: {}", names.join(", "));
    let raw = graph.input("features", &[numbers.len()], DataType::Double, &words);
    let numbers: Vec<Number> = numbers.iter().map(|(_, number)| *number).collect();
    let mut parts = Vec::new();
    let mut start = 0;
    for alike in numbers.chunk_by(|a, b| a.transform == b.transform) {
        graph.enter(&format!("preprocessing/{}", parts.len()));
        let end = start + alike.len();
        let part = match alike.len() == numbers.len() {
            true => raw.clone(),
            false => {
                let [from, to, axis] = [dims(&[start]), dims(&[end]), vec![1]];
                let [from, to, axis] = [from, to, axis].map(|value| graph.integers(&value));
                graph.node("Slice", &[&raw, &from, &to, &axis], [])
            }
        };
        let scope = format!("/preprocessing/{}", parts.len());
        parts.push(encoded(graph, &scope, &part, alike, schema));
        start = end;
    }
    graph.enter("preprocessing");
    match &parts[..] {
        [one] => one.clone(),
        _ => {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            graph.node("Concat", &parts, [int("axis", 1)])
        }
    }
}

/// Encodes `[batch, columns]`, columns of one transform.
fn encoded(
    graph: &mut Graph,
    scope: &str,
    raw: &str,
    numbers: &[Number],
    schema: &TableSchema,
) -> String {
    let log = numbers.iter().any(|number| number.transform.is_some());
    if let (true, Some(grid)) = (log, schema.grid()) {
        let level = counted_levels(graph, scope, raw, numbers, schema, grid);
        return to_floats(graph, &level);
    }
    let mut row = |name: &str, of: &dyn Fn(&Number) -> f64| {
        let values: Vec<f64> = numbers.iter().map(of).collect();
        graph.doubles(&format!("{scope}/{name}"), &[1, values.len()], &values)
    };
    let minimum = row("minimum", &|number| number.min);
    let maximum = row("maximum", &|number| number.max);
    let span = row("span", &|number| match log {
        true => libm::log1p(number.max - number.min),
        false => number.max - number.min,
    });
    let above = graph.node("Max", &[raw, &minimum], []);
    let clamped = graph.node("Min", &[&above, &maximum], []);
    let mut from = graph.node("Sub", &[&clamped, &minimum], []);
    let number = |graph: &mut Graph, name: &str, value: f64| {
        graph.doubles(&format!("/preprocessing/{name}"), &[], &[value])
    };
    if log {
        let one = number(graph, "one", 1.0);
        let plus = graph.node("Add", &[&from, &one], []);
        from = graph.node("Log", &[&plus], []);
    }
    let mut unit = graph.node("Div", &[&from, &span], []);
    if schema.range() == ValueRange::Symmetric {
        let (one, two) = (number(graph, "one", 1.0), number(graph, "two", 2.0));
        let doubled = graph.node("Mul", &[&unit, &two], []);
        unit = graph.node("Sub", &[&doubled, &one], []);
    }
    let unit = on_grid(graph, schema.grid(), unit);
    to_floats(graph, &unit)
}

/// The levels of numbers with logarithms, by comparing with the first number of each level: no runtime's
/// logarithm is another's to the last bit, and a bit decides between two levels.
fn counted_levels(
    graph: &mut Graph,
    scope: &str,
    raw: &str,
    numbers: &[Number],
    schema: &TableSchema,
    grid: InputGrid,
) -> String {
    let starts: Vec<f64> = numbers
        .iter()
        .flat_map(|number| schema.level_starts(number.min, number.max, number.transform))
        .collect();
    let levels = starts.len() / numbers.len().max(1);
    let starts = graph.doubles(
        &format!("{scope}/levels"),
        &[1, numbers.len(), levels],
        &starts,
    );
    let axis = graph.integers(&[2]);
    let raw = graph.node("Unsqueeze", &[raw, &axis], []);
    let reached = graph.node("GreaterOrEqual", &[&raw, &starts], []);
    let reached = graph.node("Cast", &[&reached], [int("to", DataType::Double as i64)]);
    let count = graph.node("ReduceSum", &[&reached, &axis], [int("keepdims", 0)]);
    let lowest = graph.doubles("/preprocessing/lowest", &[], &[grid.lowest() as f64]);
    let highest = graph.doubles("/preprocessing/highest", &[], &[grid.highest() as f64]);
    let number = graph.node("Add", &[&count, &lowest], []);
    graph.node("Div", &[&number, &highest], [])
}

/// The nearest levels of a grid, away from 0 where two are as near.
fn on_grid(graph: &mut Graph, grid: Option<InputGrid>, value: String) -> String {
    let Some(grid) = grid else {
        return value;
    };
    let highest = graph.doubles("/preprocessing/highest", &[], &[grid.highest() as f64]);
    let half = graph.doubles("/preprocessing/half", &[], &[0.5]);
    let levels = graph.node("Mul", &[&value, &highest], []);
    let size = graph.node("Abs", &[&levels], []);
    let above = graph.node("Add", &[&size, &half], []);
    let whole = graph.node("Floor", &[&above], []);
    let sign = graph.node("Sign", &[&levels], []);
    let number = graph.node("Mul", &[&sign, &whole], []);
    graph.node("Div", &[&number, &highest], [])
}
