//! What only the owner of the records may see of a run: files under `private/`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a run keeps for its owner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inside {
    /// How far the winners were ahead.
    pub vote_gaps: Option<VoteGaps>,
    /// How well members can be told from others by the model's loss.
    pub membership: Option<Membership>,
}

/// `private/vote_gaps.json`: a histogram of how many votes each question's winner was ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteGaps {
    /// For whoever opens the file.
    #[serde(rename = "PRIVATE")]
    warning: String,
    /// Number of teachers: the largest gap there can be.
    pub teachers: u32,
    /// Votes in a column.
    pub width: u32,
    /// Questions in each column; the first begins at a gap of 0.
    pub counts: Vec<u64>,
}

impl VoteGaps {
    /// Counts the gaps between the first and the second class of each question, in at most 50 columns.
    pub fn of<'a>(teachers: u32, questions: impl Iterator<Item = &'a [u32]>) -> Self {
        let width = (teachers / 50).max(1);
        let mut counts = vec![0; (teachers / width) as usize + 1];
        for votes in questions {
            let (first, second) =
                votes
                    .iter()
                    .fold((0, 0), |(first, second), &votes| match votes > first {
                        true => (votes, first),
                        false => (first, second.max(votes)),
                    });
            if let Some(count) = counts.get_mut(((first - second) / width) as usize) {
                *count += 1;
            }
        }
        Self {
            warning: "these values depend on private votes: not to be published".into(),
            teachers,
            width,
            counts,
        }
    }
}

/// `private/audit.json`, of which the membership attack by the loss.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Membership {
    /// Area under the curve; 0.5 is chance.
    pub area: f64,
    /// The most that true-positive rate exceeds false-positive rate.
    pub advantage: f64,
    /// The curve by rising rates.
    pub curve: Vec<RocPoint>,
}

/// One point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct RocPoint {
    /// Share of the others that are taken for members.
    pub false_positive_rate: f64,
    /// Share of the members that are found.
    pub true_positive_rate: f64,
}

impl Membership {
    /// Out of an audit's report; none where it measured nothing of the kind.
    pub(super) fn of_audit(audit: &Value) -> Option<Self> {
        let found = audit.get("membership")?.get("by_the_loss")?;
        Self::deserialize(found).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_between_the_first_two() {
        let questions: [&[u32]; 4] = [&[3, 9, 0], &[6, 6, 0], &[0, 0, 12], &[5, 3, 4]];
        let gaps = VoteGaps::of(12, questions.into_iter());
        assert_eq!((gaps.width, gaps.counts.len()), (1, 13));
        for (gap, count) in [(6, 1), (0, 1), (12, 1), (1, 1), (2, 0)] {
            assert_eq!(gaps.counts[gap], count, "{gap}");
        }
        let wide = VoteGaps::of(250, [&[250u32, 0][..], &[4, 0][..]].into_iter());
        assert_eq!((wide.width, wide.counts[50], wide.counts[0]), (5, 1, 1));
    }
}
