//! Horizontal bars made of parts.

use crate::numbers;

/// Horizontal bars made of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// What the length measures.
    pub label: String,
    /// The names of the parts, in the order of their colours.
    pub parts: Vec<String>,
    /// The bars from top to bottom.
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// The length of each part, in seconds; as many as there are names of parts.
    pub values: Vec<f64>,
}

impl Bar {
    /// Its whole length.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.values.iter().sum()
    }
}

impl Bars {
    pub(super) fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let head = ["run"].map(String::from).into_iter();
        let head = head.chain(self.parts.clone()).chain(["all".into()]);
        let rows = self.bars.iter().map(|bar| {
            let parts = bar.values.iter().map(|value| numbers::seconds(*value));
            let total = numbers::seconds(bar.total());
            [bar.label.clone()]
                .into_iter()
                .chain(parts)
                .chain([total])
                .collect()
        });
        (head.collect(), rows.collect())
    }
}
