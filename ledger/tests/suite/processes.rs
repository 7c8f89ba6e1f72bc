//! Many at once: threads, processes, and processes that are killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use privet_accountant::budget::{Budget, PrivacyFilter};
use privet_ledger::{LedgerError, PopulationLedger, ReservationState, Standing};

use crate::support::{DELTA, Folder, RELATION, clinic, gaussian, request, reservations, spent};

const WORKERS: usize = 8;
const PLACE: &str = "PRIVET_TEST_LEDGER";
const HANG: &str = "PRIVET_TEST_HANG";

/// How many runs with noise 10 fit into the budget of the tests.
fn most() -> u64 {
    let budget = Budget::new(3.0, DELTA).unwrap();
    let filter = PrivacyFilter::new(RELATION, budget).unwrap();
    filter.largest_count(&gaussian(10.0)).unwrap()
}

/// Whole runs until one is refused.
fn work(path: &Path) -> u64 {
    let mut ledger = PopulationLedger::open(path).unwrap();
    for count in 0.. {
        let run = request(&ledger, gaussian(10.0));
        match ledger.reserve(&run) {
            Ok(_) => {}
            Err(LedgerError::OverBudget(_)) => return count,
            Err(error) => panic!("{error}"),
        }
        if std::env::var_os(HANG).is_some() {
            thread::sleep(Duration::from_secs(600));
        }
        ledger.claim(&run, "a").unwrap();
        ledger.settle(&run.run).unwrap();
    }
    unreachable!()
}

/// Not a test by itself: what the processes below do.
#[test]
fn worker() {
    if let Some(path) = std::env::var_os(PLACE) {
        work(Path::new(&path));
    }
}

fn spawn(path: &Path, hang: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "processes::worker"])
        .env(PLACE, path)
        .stdout(Stdio::null());
    if hang {
        command.env(HANG, "1");
    }
    command.spawn().unwrap()
}

#[test]
fn threads_never_overspend() {
    let (folder, ledger) = Folder::clinic(Some(3.0));
    let path = folder.ledger();
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let path = path.clone();
            thread::spawn(move || work(&path))
        })
        .collect();
    let total: u64 = workers.into_iter().map(|w| w.join().unwrap()).sum();
    assert!(most() > WORKERS as u64);
    assert_eq!(total, most());
    assert_eq!(spent(&ledger) as u64, most());
    ledger.verify(None).unwrap();
}

#[test]
fn processes_never_overspend() {
    let (folder, ledger) = Folder::clinic(Some(3.0));
    let children: Vec<Child> = (0..WORKERS)
        .map(|_| spawn(&folder.ledger(), false))
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(spent(&ledger) as u64, most());
    ledger.verify(None).unwrap();
}

#[test]
fn many_begin_one_ledger_together() {
    let folder = Folder::new();
    let path = folder.ledger();
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let path = path.clone();
            thread::spawn(move || PopulationLedger::create(&path).map(drop))
        })
        .collect();
    for worker in workers {
        worker.join().unwrap().unwrap();
    }
    assert!(PopulationLedger::open(&path).unwrap().verify(None).is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_run_stays_spent_and_is_found() {
    let (folder, mut ledger) = Folder::clinic(Some(3.0));
    let mut child = spawn(&folder.ledger(), true);
    let begun = Instant::now();
    while spent(&ledger) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(2));
    }
    assert!(ledger.find_dead().unwrap().is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    let dead = ledger.find_dead().unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].process.pid(), child.id());
    assert!(ledger.find_dead().unwrap().is_empty(), "it is told once");
    let left = &reservations(&ledger)[0];
    assert!(left.died && left.is_spent());
    assert_eq!(left.state, ReservationState::Reserved);
    let (state, _) = ledger.state().unwrap();
    let standing = Standing::new(&state, state.population(&clinic()).unwrap());
    assert_eq!(
        standing.charges, 1,
        "what a dead run reserved does not count"
    );
    // Going on with it costs nothing more, and makes it a living run.
    let mut run = request(&ledger, gaussian(10.0));
    run.run = left.run.clone();
    assert!(!ledger.reserve(&run).unwrap().charged);
    assert!(!reservations(&ledger)[0].died);
    assert_eq!(spent(&ledger), 1);
    ledger.verify(None).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn killed_at_any_time_nothing_is_lost() {
    let (folder, ledger) = Folder::clinic(Some(3.0));
    let mut before = 0;
    for trial in 0..12_u64 {
        let mut child = spawn(&folder.ledger(), false);
        thread::sleep(Duration::from_millis(3 + 4 * trial));
        let _ = child.kill();
        let _ = child.wait();
        // The entries are whole, and none is gone.
        let entries = ledger.verify(None).unwrap().entries;
        assert!(entries >= before);
        before = entries;
    }
    assert!(spent(&ledger) as u64 <= most());
}
