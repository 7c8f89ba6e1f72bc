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

fn imported(counts: Array2<u32>) -> Result<Votes, TeachersError> {
    Votes::from_imported_counts(Sensitive::new(counts))
}

/// Votes from elsewhere say themselves how many teachers there were.
#[test]
fn imported_votes_imply_the_number_of_teachers() {
    let votes = imported(array![[3, 0, 1], [0, 4, 0]]).unwrap();
    assert_eq!(
        (votes.teachers(), votes.queries(), votes.classes()),
        (4, 2, 3)
    );
    assert_eq!(
        imported(array![[u32::MAX, 0]]).unwrap().teachers(),
        u32::MAX as usize
    );
    for counts in [
        array![[3, 0, 1], [0, 4, 1]],
        array![[0, 0], [0, 0]],
        // Equal in 32 bits, and too many for them.
        array![[3, 0], [u32::MAX, 4]],
        array![[u32::MAX, 4], [u32::MAX, 4]],
        Array2::zeros((0, 3)),
        Array2::zeros((2, 0)),
    ] {
        let error = imported(counts).unwrap_err();
        assert!(matches!(error, TeachersError::Stored(_)), "{error}");
    }
    assert!(from_counts(Array2::zeros((2, 3)), 0).is_err());
}

#[test]
fn ballots_are_counted() {
    let ballots = |ballots| Sensitive::new(ballots);
    let votes = Votes::from_ballots(&ballots(array![[0, 2], [2, 2], [0, 1]]), 3).unwrap();
    assert_eq!(
        votes.counts().expose_sensitive(),
        array![[2, 0, 1], [0, 1, 2]]
    );
    assert_eq!(votes.teachers(), 3);
    let error = Votes::from_ballots(&ballots(array![[0, 2], [2, 7]]), 3).unwrap_err();
    assert!(!error.to_string().contains('7'), "{error}");
    assert!(Votes::from_ballots(&ballots(Array2::zeros((0, 4))), 3).is_err());
}
