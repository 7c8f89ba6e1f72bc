//! What a model file holds beside the parameters.

use std::collections::BTreeMap;

use privet_features::{FeatureDescription, FeatureMap};
use privet_training::data::{InputShape, Preprocessing};
use privet_training::network::{Architecture, LayerSpec, Network};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tensors::{Convention, into_network};
use crate::{ExportError, features};

/// Version of the metadata written here.
const FORMAT: &str = "privet-model-1";

/// The entry of the metadata that holds all of it, as JSON.
pub(crate) const ENTRY: &str = "privet";

/// What a model file holds beside the parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelDescription {
    /// Shape of one encoded input.
    pub input: InputShape,
    /// The layers in order.
    pub layers: Vec<LayerSpec>,
    /// Name of each class, by its number.
    pub classes: Vec<String>,
    /// How a raw record becomes an input, with public constants alone.
    pub preprocessing: Preprocessing,
    /// Name of the data set that the network was trained for.
    pub dataset: String,
    /// The guarantee, as in `privacy.json`; says `"private": false` where there is none.
    pub privacy: Value,
    /// SHA-256 of `statement.md`, the guarantee in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement_sha256: Option<String>,
    /// What encoded inputs become before the network takes them; nothing else where it is absent.
    #[serde(skip)]
    pub features: Option<FeatureMap>,
}

/// The entry as JSON: a [`ModelDescription`] and the version of its format.
#[derive(Serialize, Deserialize)]
struct Entry<D> {
    format: String,
    /// Kinds and settings of the features; what was fitted is among the tensors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    features: Option<FeatureDescription>,
    #[serde(flatten)]
    description: D,
}

/// What the metadata of a file say, before its tensors are read.
pub(crate) struct Header {
    description: ModelDescription,
    architecture: Architecture,
    features: Option<FeatureDescription>,
    bytes: usize,
}

impl Header {
    /// The network and its description, with the tensors that `find` gives by name.
    pub(crate) fn complete(
        self,
        convention: Convention,
        find: impl Fn(&str) -> Result<(Vec<usize>, Vec<f32>), String>,
    ) -> Result<(Network, ModelDescription), ExportError> {
        let mut description = self.description;
        if let Some(features) = self.features {
            let map = features::read(features, convention, self.bytes, &find)?;
            let fits = map.input_shape() == description.preprocessing.input_shape()
                && map.output_shape().len() == self.architecture.input().len();
            if !fits {
                return Err(ExportError::Metadata("features"));
            }
            description.features = Some(map);
        }
        let network = into_network(self.architecture, convention, find)?;
        Ok((network, description))
    }
}

impl ModelDescription {
    /// The layers of a network with what else belongs to them.
    #[must_use]
    pub fn layers_of(network: &Network) -> (InputShape, Vec<LayerSpec>) {
        let architecture = network.architecture();
        let layers = architecture.layers().iter();
        (
            architecture.input(),
            layers.map(|layer| layer.spec.clone()).collect(),
        )
    }

    /// Whether the guarantee is one.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.privacy["private"] == true
    }

    /// The metadata of a file, by key: all of it under one key as JSON, and for whoever has no privet
    /// at hand, the guarantee and the label map in plain words.
    pub(crate) fn metadata(&self) -> Result<BTreeMap<String, String>, ExportError> {
        let entry = Entry {
            format: FORMAT.to_string(),
            features: self.features.as_ref().map(|map| map.to_parts().description),
            description: self,
        };
        let entry = serde_json::to_string(&entry).map_err(|_| ExportError::Metadata(ENTRY))?;
        let classes =
            serde_json::to_string(&self.classes).map_err(|_| ExportError::Metadata("classes"))?;
        let mut all = BTreeMap::from([
            (ENTRY.to_string(), entry),
            ("classes".into(), classes),
            ("dataset".into(), self.dataset.clone()),
            ("private".into(), self.is_private().to_string()),
        ]);
        if !self.is_private() {
            all.insert("warning".into(), "NOT PRIVATE".into());
        }
        let guarantee = [
            "epsilon",
            "delta",
            "neighboring_relation",
            "unit",
            "accountant",
        ];
        // Whoever reads these keys alone must not take numbers that nothing stands for.
        let guarantee = guarantee.into_iter().filter(|_| self.is_private());
        for key in guarantee.chain(["method"]) {
            match &self.privacy[key] {
                Value::Null => {}
                Value::String(text) => drop(all.insert(key.into(), text.clone())),
                value => drop(all.insert(key.into(), value.to_string())),
            }
        }
        if let Some(digest) = &self.statement_sha256 {
            all.insert("statement_sha256".into(), digest.clone());
        }
        Ok(all)
    }

    /// Reads the entry of a file's metadata, `bytes` long as a whole, and checks that the file could
    /// hold the network that it describes.
    pub(crate) fn from_entry(entry: Option<&str>, bytes: usize) -> Result<Header, ExportError> {
        let Entry::<Self> {
            format,
            features,
            description,
        } = entry
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or(ExportError::Metadata(ENTRY))?;
        if format != FORMAT {
            return Err(ExportError::Metadata("format"));
        }
        let architecture = Architecture::new(
            description.input,
            description.layers.clone(),
            description.classes.len(),
        )?;
        // A header may describe a network that the file is far too short to hold: refuse it before
        // the memory for it is taken.
        let fits = architecture.parameters().saturating_mul(4) <= bytes;
        let shape = description.preprocessing.input_shape();
        match fits && (features.is_some() || shape.len() == architecture.input().len()) {
            true => Ok(Header {
                description,
                architecture,
                features,
                bytes,
            }),
            false => Err(ExportError::Metadata(ENTRY)),
        }
    }

    /// One line about the guarantee.
    pub(crate) fn summary(&self) -> String {
        let text = |key: &str| self.privacy[key].as_str().unwrap_or("?").to_string();
        match (self.is_private(), &self.privacy["epsilon"]) {
            (true, Value::Number(epsilon)) => format!(
                "({epsilon}, {})-differential privacy for one {} ({}), by {}",
                self.privacy["delta"],
                text("unit"),
                text("neighboring_relation"),
                text("accountant"),
            ),
            _ => "NOT PRIVATE".into(),
        }
    }
}
