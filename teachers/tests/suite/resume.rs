//! Ballots on disk: an ensemble that was interrupted counts the votes of one that was not.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use ndarray::ArrayView2;
use privet_mechanisms::Sensitive;
use privet_teachers::{BallotLog, BallotLogError, BallotLogHeader, Partition, TeachersError};
use privet_training::data::Examples;
use privet_training::gradient::BurnEngine;

use crate::support::{Counted, HASH, Setup, every_learner, noisy_points, queries};

const TEACHERS: usize = 20;

fn header(teachers: usize, queries: usize, classes: usize) -> BallotLogHeader {
    BallotLogHeader {
        inputs: Sensitive::new([7; 32]),
        teachers,
        queries,
        classes,
    }
}

/// Goes on with the log at `path`, until `progress` says no.
fn resume(
    setup: &Setup,
    examples: &Examples,
    queries: ArrayView2<'_, f32>,
    path: &Path,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Counted, TeachersError> {
    let header = header(TEACHERS, queries.nrows(), examples.classes());
    let log = BallotLog::open(path, &header)?;
    let examples = Sensitive::new(examples.clone());
    let partition = Partition::new(&examples, TEACHERS, HASH)?;
    let engine = BurnEngine::default();
    let (votes, outcomes) =
        (setup.ensemble(&engine)).resume_and_vote(&examples, &partition, queries, log, progress)?;
    let counts = votes.counts().expose_sensitive().clone();
    Ok((counts, outcomes.into_exposed_sensitive()))
}

/// Few records, so that some shards are empty.
fn records() -> Examples {
    noisy_points(40)
}

#[test]
fn an_interrupted_ensemble_goes_on_with_the_missing_teachers() {
    let folder = tempfile::tempdir().unwrap();
    let queries = queries(30);
    for (number, mut setup) in every_learner().into_iter().enumerate() {
        let expected = setup.vote(&records(), TEACHERS, HASH, queries.view());
        let path = folder.path().join(number.to_string());
        let mut before = 0;
        for (stop_at, workers) in [(1, 1), (4, 3), (19, 2)] {
            setup.workers = workers;
            let told = Mutex::new(Vec::new());
            let progress = |done| {
                told.lock().unwrap().push(done);
                done < stop_at
            };
            let result = resume(&setup, &records(), queries.view(), &path, &progress);
            let told = told.into_inner().unwrap();
            // Groups that were in work when the run was stopped are kept as well.
            let header = header(TEACHERS, 30, 3);
            let done = BallotLog::open(&path, &header).unwrap().teachers_done();
            match result {
                Err(TeachersError::Interrupted) => assert!(done < TEACHERS || !told.is_empty()),
                Err(error) => panic!("{error}"),
                Ok(found) => assert_eq!(found, expected),
            }
            assert!(done > before || done == TEACHERS);
            assert!(told.first().is_none_or(|&first| first == before + 1));
            before = done;
        }
        let found = resume(&setup, &records(), queries.view(), &path, &|_| true).unwrap();
        assert_eq!(found, expected);
        // Now nobody is missing.
        let nobody = |_| panic!("a teacher was trained again");
        let found = resume(&setup, &records(), queries.view(), &path, &nobody).unwrap();
        assert_eq!(found, expected);
    }
}

/// A complete log and the votes in it.
fn complete(path: &Path, queries: ArrayView2<'_, f32>) -> (Setup, Vec<u8>, Counted) {
    let [_, setup, _] = every_learner();
    let counted = resume(&setup, &records(), queries, path, &|_| true).unwrap();
    (setup, fs::read(path).unwrap(), counted)
}

/// Teacher, outcome, ballots, checksum.
const RECORD: usize = 4 + 1 + 9 + 16;
const HEADER: usize = 80;

#[test]
fn a_log_cut_off_anywhere_gives_the_same_votes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ballots");
    let queries = queries(9);
    let (setup, bytes, expected) = complete(&path, queries.view());
    assert_eq!(bytes.len(), HEADER + TEACHERS * RECORD);
    for cut in bytes.len() - 3 * RECORD..bytes.len() {
        fs::write(&path, &bytes[..cut]).unwrap();
        let log = BallotLog::open(&path, &header(TEACHERS, 9, 3)).unwrap();
        assert_eq!(log.teachers_done(), (cut - HEADER) / RECORD);
        drop(log);
        // The torn record is gone, not only passed over.
        let whole = HEADER + (cut - HEADER) / RECORD * RECORD;
        assert_eq!(fs::read(&path).unwrap(), bytes[..whole]);
        let found = resume(&setup, &records(), queries.view(), &path, &|_| true).unwrap();
        assert_eq!(found, expected, "{cut}");
        assert_eq!(fs::read(&path).unwrap().len(), bytes.len());
    }
}

#[test]
fn a_damaged_record_is_cast_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ballots");
    let queries = queries(9);
    let (setup, bytes, expected) = complete(&path, queries.view());
    let damaged = HEADER + 17 * RECORD;
    for place in damaged..damaged + RECORD {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let log = BallotLog::open(&path, &header(TEACHERS, 9, 3)).unwrap();
        assert_eq!(log.teachers_done(), 17);
        drop(log);
        let found = resume(&setup, &records(), queries.view(), &path, &|_| true).unwrap();
        assert_eq!(found, expected, "{place}");
    }
    // A teacher never votes twice, whatever the file says.
    let mut twice = bytes.clone();
    let first = bytes[HEADER..HEADER + RECORD].to_vec();
    twice[damaged..damaged + RECORD].copy_from_slice(&first);
    fs::write(&path, &twice).unwrap();
    let found = resume(&setup, &records(), queries.view(), &path, &|_| true).unwrap();
    assert_eq!(found, expected);
}

fn refusal(path: &Path, header: &BallotLogHeader) -> BallotLogError {
    match BallotLog::open(path, header).unwrap_err() {
        TeachersError::BallotLog(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_log_of_something_else_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ballots");
    let (_, bytes, _) = complete(&path, queries(9).view());
    let mut inputs = header(TEACHERS, 9, 3);
    inputs.inputs = Sensitive::new([8; 32]);
    for (other, named) in [
        (inputs, "inputs"),
        (header(TEACHERS + 1, 9, 3), "teachers"),
        (header(TEACHERS, 8, 3), "queries"),
        (header(TEACHERS, 9, 4), "classes"),
    ] {
        let error = refusal(&path, &other);
        assert!(matches!(error, BallotLogError::Mismatch { what, .. } if what.contains(named)));
        assert_eq!(fs::read(&path).unwrap(), bytes);
        // Digests are private.
        assert!(!error.to_string().contains("0707") && !error.to_string().contains("0808"));
    }
    let own = header(TEACHERS, 9, 3);
    for foreign in [&b""[..], b"x", &bytes[..79], &[0; 200]] {
        fs::write(&path, foreign).unwrap();
        assert!(matches!(refusal(&path, &own), BallotLogError::Foreign(_)));
        assert_eq!(fs::read(&path).unwrap(), foreign);
    }
    for place in 0..HEADER {
        let mut damaged = bytes.clone();
        damaged[place] ^= 4;
        fs::write(&path, &damaged).unwrap();
        assert!(matches!(refusal(&path, &own), BallotLogError::Foreign(_)));
    }
    // Whoever wants to starts anew.
    assert_eq!(BallotLog::create(&path, &own).unwrap().teachers_done(), 0);
    assert_eq!(fs::read(&path).unwrap(), bytes[..HEADER]);
}

#[test]
fn two_processes_do_not_share_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ballots");
    let own = header(TEACHERS, 9, 3);
    let first = BallotLog::open(&path, &own).unwrap();
    assert!(matches!(refusal(&path, &own), BallotLogError::Busy(_)));
    drop(first);
    assert!(BallotLog::open(&path, &own).is_ok());
}

#[test]
fn a_log_must_be_that_of_the_ensemble() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ballots");
    let log = BallotLog::create(&path, &header(TEACHERS, 10, 3)).unwrap();
    let [_, setup, _] = every_learner();
    let examples = Sensitive::new(records());
    let partition = Partition::new(&examples, TEACHERS, HASH).unwrap();
    let (engine, queries) = (BurnEngine::default(), queries(9));
    let ensemble = setup.ensemble(&engine);
    let result = ensemble.resume_and_vote(&examples, &partition, queries.view(), log, &|_| true);
    assert!(matches!(result, Err(TeachersError::Stored(_))));
    let missing = folder.path().join("no folder").join("ballots");
    assert!(matches!(
        refusal(&missing, &header(2, 2, 2)),
        BallotLogError::File { .. }
    ));
    assert!(matches!(
        refusal(&missing, &header(2, 2, 70_000)),
        BallotLogError::TooMany { .. }
    ));
}

#[cfg(unix)]
#[test]
fn the_owner_alone_reads_a_log() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ballots");
    let own = header(TEACHERS, 9, 3);
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    drop(BallotLog::create(&path, &own).unwrap());
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    drop(BallotLog::open(&path, &own).unwrap());
    assert_eq!(mode(), 0o600);
}

/// Classes beyond 255 take two bytes.
#[test]
fn many_classes_come_back() {
    let folder = tempfile::tempdir().unwrap();
    for classes in [256, 257, 1000] {
        let points = noisy_points(60);
        let labels = points
            .labels()
            .iter()
            .map(|label| label * (classes - 1) / 2);
        let inputs = points.inputs().to_owned();
        let examples = Examples::new(inputs, labels.collect(), classes as usize, "test").unwrap();
        let [_, setup, _] = every_learner();
        let queries = queries(9);
        let expected = setup.vote(&examples, TEACHERS, HASH, queries.view());
        assert!(expected.0.column(classes as usize - 1).sum() > 0);
        let path = folder.path().join(classes.to_string());
        for _ in 0..2 {
            let found = resume(&setup, &examples, queries.view(), &path, &|_| true).unwrap();
            assert_eq!(found, expected);
        }
    }
}
