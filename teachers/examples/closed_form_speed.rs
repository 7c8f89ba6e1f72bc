//! Time and memory of an ensemble of linear teachers in closed form.
//!
//! ```text
//! cargo run --release -p privet-teachers --example closed_form_speed -- \
//!     [TEACHERS [RECORDS [FEATURES [CLASSES [QUERIES [WORKERS]]]]]]
//! ```
//!
//! Records are a number a teacher; the defaults are 1000 teachers of 60 records of 784 features in 10
//! classes, 9000 queries and all processors. The data are random around a point for each class.

use std::error::Error;
use std::time::Instant;

use ndarray::Array2;
use privet_mechanisms::Sensitive;
use privet_teachers::{
    BallotLog, BallotLogHeader, Ensemble, Learner, LinearDiscriminant, Partition, PartitionRule,
    RidgeRegression,
};
use privet_training::data::Examples;
use privet_training::seed::seeded_generator;
use rand::RngExt;

/// Inputs around a point for each class; row `i` is of class `i mod classes`.
fn inputs(rows: usize, features: usize, classes: usize, name: &str) -> Array2<f32> {
    let mut points = seeded_generator(0, "points", 0);
    let mut generator = seeded_generator(0, name, 0);
    let points =
        Array2::from_shape_simple_fn((classes, features), || points.random_range(-0.1_f32..0.1));
    Array2::from_shape_fn((rows, features), |(row, feature)| {
        points[[row % classes, feature]] + generator.random_range(-1.0..1.0)
    })
}

/// The most memory that the process has held, in bytes.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<usize> = (std::env::args().skip(1))
        .map(|number| number.parse())
        .collect::<Result<_, _>>()?;
    let number = |place: usize, default| given.get(place).copied().unwrap_or(default);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let (teachers, records, features) = (number(0, 1000), number(1, 60), number(2, 784));
    let (classes, asked, workers) = (number(3, 10), number(4, 9000), number(5, processors));
    println!(
        "{teachers} teachers of {records} records, {features} features, {classes} classes, {asked} \
         queries, {workers} workers"
    );
    let labels: Vec<u32> = (0..teachers * records)
        .map(|row| (row % classes) as u32)
        .collect();
    let rows = inputs(labels.len(), features, classes, "records");
    let examples = Sensitive::new(Examples::new(rows, labels, classes, "random")?);
    let queries = inputs(asked, features, classes, "queries");
    let rule = PartitionRule::RecordHash { seed: 0 };
    let start = Instant::now();
    let partition = Partition::new(&examples, teachers, rule)?;
    println!("partition: {:.2} s", start.elapsed().as_secs_f64());
    let key = [0; 32];
    let start = Instant::now();
    let proof = partition.proof(&examples, None, &key)?;
    let disjoint = proof
        .expose_sensitive()
        .check()
        .expose_sensitive()
        .is_disjoint();
    let elapsed = start.elapsed().as_secs_f64();
    println!("proof and its check: {elapsed:.2} s, disjoint: {disjoint}");
    let data = peak_memory().unwrap_or(0);
    let learners = [
        ("ridge", Learner::Ridge(RidgeRegression::new(100.0)?)),
        (
            "discriminant",
            Learner::LinearDiscriminant(LinearDiscriminant::new(0.5)?),
        ),
    ];
    for (name, learner) in learners {
        let ensemble = Ensemble {
            learner,
            seed: 0,
            workers,
        };
        let start = Instant::now();
        let (votes, _) =
            ensemble.train_and_vote(&examples, &partition, queries.view(), &|_| true)?;
        let seconds = start.elapsed().as_secs_f64();
        let counts = votes
            .counts()
            .expose_sensitive()
            .rows()
            .into_iter()
            .enumerate();
        let right = counts
            .filter(|(query, row)| row.iter().max() == Some(&row[query % classes]))
            .count();
        println!(
            "{name}: {seconds:.2} s, {:.0} GFLOP/s in the queries' products alone, plurality right \
             {:.3}, peak memory {} MB above the data's {} MB",
            2e-9 * (teachers * asked * features * classes) as f64 / seconds,
            right as f64 / asked.max(1) as f64,
            (peak_memory().unwrap_or(0) - data) / 1_000_000,
            data / 1_000_000
        );
        let path = std::env::temp_dir().join(format!("ballots-{}", std::process::id()));
        let header = BallotLogHeader {
            inputs: Sensitive::new([0; 32]),
            teachers,
            queries: asked,
            classes,
        };
        let log = BallotLog::create(&path, &header)?;
        let start = Instant::now();
        ensemble.resume_and_vote(&examples, &partition, queries.view(), log, &|_| true)?;
        let seconds = start.elapsed().as_secs_f64();
        let size = std::fs::metadata(&path)?.len();
        let start = Instant::now();
        let done = BallotLog::open(&path, &header)?.teachers_done();
        println!(
            "  with a log: {seconds:.2} s, {} MB; reading {done} teachers: {:.2} s",
            size / 1_000_000,
            start.elapsed().as_secs_f64()
        );
        std::fs::remove_file(&path)?;
    }
    Ok(())
}
