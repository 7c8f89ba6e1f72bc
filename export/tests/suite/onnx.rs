//! ONNX: what `tests/export` cannot see with a runtime alone.

use privet_export::{Format, ModelFile};
use privet_training::data::{Column, InputShape, Preprocessing, TableSchema};
use privet_training::network::LayerSpec;

use crate::support::{description, network};

/// Names of columns that are names of the graph too.
#[test]
fn a_column_may_be_called_like_an_output_or_a_parameter() {
    let columns =
        ["logits", "layers.0.weight", "/x", "probabilities"].map(|name| Column::Categorical {
            name: name.into(),
            categories: vec!["a".into(), "b".into()],
        });
    let label = Column::Label {
        name: "label".into(),
        classes: vec!["no".into(), "yes".into()],
    };
    let schema = TableSchema::new(columns.into_iter().chain([label]).collect()).unwrap();
    let network = network(
        vec![LayerSpec::Linear { outputs: 2 }],
        InputShape::flat(8),
        2,
    );
    let mut description = description(&network);
    description.preprocessing = Preprocessing::Table { schema };
    let bytes = privet_export::to_bytes(Format::Onnx, &network, &description).unwrap();
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    for name in [
        "input_logits",
        "input_layers.0.weight",
        "input__x",
        "input_probabilities",
    ] {
        assert!(holds(name.as_bytes()), "{name}");
    }
    assert_eq!(ModelFile::read(&bytes).unwrap().description, description);
}
