//! What is a value by itself.

use super::{Map, Yaml};

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Yaml {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Yaml {
    fn from(value: u64) -> Self {
        Self::Whole(value)
    }
}

impl From<Vec<Yaml>> for Yaml {
    fn from(list: Vec<Yaml>) -> Self {
        Self::List(list)
    }
}

impl From<Map> for Yaml {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}
