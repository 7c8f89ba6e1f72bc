//! `--shard i/n`: the part of a sweep that one job of an array does.

use std::str::FromStr;

/// Every n-th point, from the i-th on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Whether it has the point at this position.
    pub(crate) fn has(self, position: usize) -> bool {
        position % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers =
            parts.and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match numbers {
            Some((index, count)) if 1 <= index && index <= count => Ok(Self { index, count }),
            _ => Err("give i/n with i from 1 to n, for example 1/4".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_have_every_point_once() {
        let shards: Vec<Shard> = (1..=3)
            .map(|index| format!("{index}/3").parse().unwrap())
            .collect();
        for position in 0..10 {
            let having = shards.iter().filter(|shard| shard.has(position));
            assert_eq!(having.count(), 1, "{position}");
        }
        for bad in ["0/3", "4/3", "1", "1/0", "a/b", "1/2/3"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
