//! How to load the files.

use super::{FileNote, pytorch};
use crate::papers::Facts;
use crate::papers::escape::{code_block, inline};

/// `## How to Get Started with the Model`.
pub(super) fn section(facts: &Facts, files: &[FileNote]) -> String {
    let mut text = String::from("## How to Get Started with the Model\n\n");
    let told: Vec<String> = files
        .iter()
        .filter_map(|file| of_file(facts, file))
        .collect();
    match told.is_empty() {
        true => text.push_str("No file of a model comes with this card.\n\n"),
        false => text.push_str(&told.concat()),
    }
    text
}

fn of_file(facts: &Facts, file: &FileNote) -> Option<String> {
    let name = python_text(&file.name);
    Some(match file.format.as_str() {
        "safetensors" => {
            let shell = code_block(
                "sh",
                &format!("privet predict {} INPUT", shell_word(&file.name)),
            );
            let burn = "In Burn, read the file with `burn-store` (`SafetensorsStore`), whose tensors have the \
                        layout of PyTorch.";
            format!(
                "With privet, on raw records (CSV, IDX, NPY):\n\n{shell}\nIn PyTorch, on encoded inputs:\n\n{}\n\
                 {burn}\n\n",
                code_block("python", &pytorch::script(facts, &name))
            )
        }
        "onnx" => {
            let script = format!(
                "import onnxruntime\n\nsession = onnxruntime.InferenceSession({name})\nfor tensor in \
                 session.get_inputs():\n    print(tensor.name, tensor.shape, tensor.type)\n# inputs: an array of \
                 that shape\nscores, = session.run(None, {{session.get_inputs()[0].name: inputs}})"
            );
            format!("In ONNX Runtime:\n\n{}\n", code_block("python", &script))
        }
        "burnpack" => format!(
            "In Burn, load the record of {} with `burn-store` (`BurnpackStore`) into a module of the layers \
             below.\n\n",
            inline(&file.name)
        ),
        _ => return None,
    })
}

/// A text as a literal of Python, which JSON's are.
fn python_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text as one word of a shell.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_literals() {
        assert_eq!(shell_word("model.safetensors"), "model.safetensors");
        assert_eq!(shell_word("a'b c"), r"'a'\''b c'");
    }
}
