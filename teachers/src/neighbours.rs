//! The private records nearest to a query, and how they vote.

use ndarray::ArrayView1;
use privet_mechanisms::{MechanismError, Sensitive, VoteHistogram};
use privet_training::data::Examples;

use crate::distance::{nearest, squared_distance};

/// Finds, in a sample of the private records, those nearest to a query in the space of the inputs,
/// and counts their labels: what [private kNN](privet_mechanisms::private_knn) asks for.
///
/// Distance is Euclidean, squared, in single precision; that of a record is a function of the record
/// and the query alone, summed in an order that depends on their length only. Of two records at the
/// same distance the one that comes first in the file is the nearer: records keep their order when
/// another one comes or goes.
#[derive(Clone, Copy, Debug)]
pub struct Neighbours<'a> {
    examples: &'a Sensitive<Examples>,
    count: usize,
}

impl<'a> Neighbours<'a> {
    /// `count` neighbours vote, at least 1.
    pub fn new(examples: &'a Sensitive<Examples>, count: usize) -> Self {
        Self { examples, count }
    }

    /// The votes of the neighbours of `query [values]` among the `sample` (positions of records,
    /// ascending); of all of a sample that has no more.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn votes(
        &self,
        query: ArrayView1<'_, f32>,
        sample: &Sensitive<Vec<usize>>,
    ) -> Result<Sensitive<VoteHistogram>, MechanismError> {
        let examples = self.examples.expose_sensitive();
        let query = query.to_vec();
        let mut distances: Vec<(f32, usize)> = sample
            .expose_sensitive()
            .iter()
            .map(|&record| (squared_distance(&query, examples.inputs(), record), record))
            .collect();
        let ballots = nearest(&mut distances, self.count)
            .iter()
            .map(|&(_, record)| examples.labels()[record] as usize);
        VoteHistogram::from_ballots(ballots, examples.classes()).map(Sensitive::new)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    /// Records on a line, one at each of these places.
    fn votes(places: &[f32], labels: &[u32], count: usize, sample: &[usize]) -> Vec<u32> {
        let inputs = Array2::from_shape_fn((places.len(), 1), |(record, _)| places[record]);
        let examples = Examples::new(inputs, labels.to_vec(), 3, "x").unwrap();
        let examples = Sensitive::new(examples);
        let query = array![0.0];
        let sample = Sensitive::new(sample.to_vec());
        let votes = Neighbours::new(&examples, count).votes(query.view(), &sample);
        votes.unwrap().expose_sensitive().counts().to_vec()
    }

    #[test]
    fn the_nearest_of_the_sample_vote() {
        let (places, labels) = ([3.0, -1.0, 2.0, 0.5, -9.0], [0, 1, 2, 1, 0]);
        assert_eq!(votes(&places, &labels, 2, &[0, 1, 2, 3, 4]), [0, 2, 0]);
        assert_eq!(votes(&places, &labels, 2, &[0, 2, 4]), [1, 0, 1]);
        assert_eq!(votes(&places, &labels, 9, &[0, 2, 4]), [2, 0, 1]);
        assert_eq!(votes(&places, &labels, 2, &[]), [0, 0, 0]);
    }

    #[test]
    fn ties_go_to_the_record_that_comes_first() {
        let (places, labels) = ([1.0, -1.0, 1.0, -1.0], [2, 1, 0, 0]);
        assert_eq!(votes(&places, &labels, 2, &[0, 1, 2, 3]), [0, 1, 1]);
        assert_eq!(votes(&places, &labels, 2, &[1, 2, 3]), [1, 1, 0]);
    }

    /// Every data set of up to five records on a small grid, with every record left out in turn:
    /// the histogram loses at most one ballot, or exchanges one.
    #[test]
    fn a_record_moves_one_ballot() {
        let places = [0.0, 1.0, 1.0, 2.0, 2.0];
        for code in 0..3_u32.pow(5) {
            let labels: Vec<u32> = (0..5).map(|i| code / 3_u32.pow(i) % 3).collect();
            for count in 1..=5 {
                let all = votes(&places, &labels, count, &[0, 1, 2, 3, 4]);
                for out in 0..5 {
                    let rest: Vec<usize> = (0..5).filter(|&i| i != out).collect();
                    let less = votes(&places, &labels, count, &rest);
                    let moved = |sign: i64| -> i64 {
                        let change = all.iter().zip(&less);
                        change
                            .map(|(&a, &b)| (sign * (i64::from(a) - i64::from(b))).max(0))
                            .sum()
                    };
                    assert!(moved(1) <= 1 && moved(-1) <= 1, "{labels:?} {count} {out}");
                }
            }
        }
    }
}
