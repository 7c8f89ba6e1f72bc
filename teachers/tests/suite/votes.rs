//! Stored votes come back only if every teacher has voted on every query.

use ndarray::{Array2, array};
use privet_mechanisms::Sensitive;
use privet_teachers::{TeachersError, Votes};

fn from_counts(counts: Array2<u32>, teachers: usize) -> Result<Votes, TeachersError> {
    Votes::from_counts(Sensitive::new(counts), teachers)
}

#[test]
fn complete_ballots_come_back() {
    let votes = from_counts(array![[3, 0, 1], [0, 4, 0]], 4).unwrap();
    assert_eq!(votes.queries(), 2);
    let histogram = votes.histogram(0).unwrap();
    assert_eq!(histogram.expose_sensitive().counts(), [3, 0, 1]);
    let histogram = votes.histogram(1).unwrap();
    assert_eq!(histogram.expose_sensitive().counts(), [0, 4, 0]);
}

/// One ballot a teacher is what the sensitivity rests on.
#[test]
fn missing_or_additional_ballots_are_refused() {
    let incomplete = [
        array![[3, 0, 1], [0, 3, 0]],
        array![[3, 0, 1], [0, 5, 0]],
        array![[0, 0, 0], [4, 0, 0]],
        // The sum is 4 in 32 bits.
        array![[u32::MAX, 5, 0], [4, 0, 0]],
    ];
    for counts in incomplete {
        let error = from_counts(counts, 4).unwrap_err();
        assert!(matches!(error, TeachersError::Stored(_)), "{error}");
        // The message is public: it must not say which query or what count.
        assert!(!error.to_string().contains('3'), "{error}");
    }
}

#[test]
fn a_histogram_needs_two_classes() {
    let votes = from_counts(array![[4]], 4).unwrap();
    assert!(votes.histogram(0).is_err());
}

#[test]
fn debug_output_shows_no_count() {
    let votes = from_counts(array![[4711, 12]], 4723).unwrap();
    assert!(!format!("{votes:?}").contains("4711"));
}
