//! A script that loads the model in PyTorch.

use std::fmt::Write;

use serde_json::Value;

use crate::papers::{Facts, ModelHeader};

/// Loads the file of this name (a literal of Python): the very network where each of its layers has a
/// counterpart, else its parameters and the list of layers.
pub(super) fn script(facts: &Facts, name: &str) -> String {
    let model = facts.model();
    match model.and_then(|model| Some((model, layers(model)?))) {
        Some((model, layers)) => {
            let sides: Vec<String> = model.input.iter().map(u64::to_string).collect();
            format!(
                "import torch\nfrom safetensors.torch import load_file\nfrom torch import nn\n\n\
                 model = nn.Module()\nmodel.layers = nn.Sequential(\n{layers})\n\
                 model.load_state_dict(load_file({name}))\n\
                 inputs = torch.zeros(1, {})  # encoded as the file's metadata says\n\
                 probabilities = model.layers.eval()(inputs).softmax(1)",
                sides.join(", ")
            )
        }
        None => format!(
            "import json\nfrom safetensors import safe_open\n\n\
             with safe_open({name}, \"pt\") as file:\n    \
             description = json.loads(file.metadata()[\"privet\"])\n    \
             parameters = {{key: file.get_tensor(key) for key in file.keys()}}\n\
             # `layers.N` is the layer at position N of the list, in the layout of torch.nn:\n\
             print(description[\"layers\"], description[\"preprocessing\"])"
        ),
    }
}

fn layers(model: &ModelHeader) -> Option<String> {
    let mut text = String::new();
    for (index, layer) in model.layers.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    nn.{},", counterpart(model, index, layer)?);
    }
    Some(text)
}

fn counterpart(model: &ModelHeader, index: usize, layer: &Value) -> Option<String> {
    let given = |key: &str| layer.get(key).filter(|value| !value.is_null());
    let number = |key: &str, absent: u64| given(key).map_or(Some(absent), Value::as_u64);
    let kernel = layer.get("kernel").and_then(Value::as_u64);
    let weight = model.shape_of(&format!("layers.{index}.weight"));
    Some(match (layer.get("kind")?.as_str()?, weight) {
        ("linear", Some([outputs, inputs])) => format!("Linear({inputs}, {outputs})"),
        ("conv2d", Some([outputs, inputs, side, _])) => {
            let groups = number("groups", 1)?;
            let channels = inputs.checked_mul(groups)?;
            let (stride, padding) = (number("stride", 1)?, number("padding", 0)?);
            format!(
                "Conv2d({channels}, {outputs}, {side}, stride={stride}, padding={padding}, groups={groups})"
            )
        }
        ("max_pool", _) => format!(
            "MaxPool2d({0}, stride={1})",
            kernel?,
            number("stride", kernel?)?
        ),
        ("avg_pool", _) => format!(
            "AvgPool2d({0}, stride={1})",
            kernel?,
            number("stride", kernel?)?
        ),
        ("relu", _) => "ReLU()".into(),
        ("tanh", _) => "Tanh()".into(),
        ("sigmoid", _) => "Sigmoid()".into(),
        ("silu", _) => "SiLU()".into(),
        ("gelu", _) => "GELU()".into(),
        ("flatten", _) => "Flatten()".into(),
        ("dropout", _) => format!("Dropout({})", layer.get("probability")?.as_f64()?),
        _ => return None,
    })
}
