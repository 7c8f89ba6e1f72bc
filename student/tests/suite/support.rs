//! Released labels, which only a mechanism can make.

use privet_mechanisms::{
    ChangedVotes, ConfidentGnMax, ConfidentScales, NoiseKey, NoiseSource, NoisyMax, ReleasedLabel,
    Sensitive, VoteHistogram, VoteQueries,
};

/// Labels with the given classes; `None` is a query on which the teachers do not agree, so that it
/// gets no label. The noise is too small to decide anything.
pub(crate) fn released(answers: &[Option<usize>], classes: usize) -> Vec<ReleasedLabel> {
    let scales = ConfidentScales {
        threshold: 80.0,
        threshold_scale: 1e-6,
        vote_scale: 1e-6,
    };
    let queries = VoteQueries {
        classes,
        queries: answers.len() as u64,
        changed_votes: ChangedVotes::ONE,
    };
    let plan = ConfidentGnMax::new(scales, answers.len() as u64, queries).unwrap();
    let key = NoiseKey::from_bytes(&[1; 32]).unwrap();
    let mut aggregator = plan.start(&NoiseSource::from_key(&key)).unwrap();
    let mut labels = Vec::new();
    for (query, answer) in answers.iter().enumerate() {
        let mut votes = vec![50; classes];
        if let Some(class) = answer {
            votes = vec![0; classes];
            votes[*class] = 100;
        }
        let votes = Sensitive::new(VoteHistogram::new(votes).unwrap());
        labels.extend(aggregator.release(query as u64, &votes).unwrap().label());
    }
    labels
}
