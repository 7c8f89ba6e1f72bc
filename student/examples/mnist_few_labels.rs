//! How well students learn MNIST from few labels:
//! `mnist_few_labels DIRECTORY SETTINGS LABELS SEEDS`.
//!
//! The first 9,000 test images are the public pool and the last 1,000 judge the student, as in the
//! PATE papers. LABELS images of the pool, chosen at random by each seed, get their right label.
//! SETTINGS is a file with a `[student]` table's keys; DIRECTORY holds the gzipped IDX files. One line
//! a seed: seed, accuracy, seconds.

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use burn::tensor::Device;
use flate2::read::GzDecoder;
use ndarray::{Array2, Axis};
use privet_mechanisms::{
    ChangedVotes, GnMax, NoiseSource, NoisyMax, ReleasedLabel, Sensitive, VoteHistogram,
    VoteQueries,
};
use privet_student::questions::{QuestionStrategy, Questions};
use privet_student::{LabeledSet, Student, StudentTraining};
use privet_training::data::{InputShape, PublicInputs};
use privet_training::evaluate::accuracy_of_scores;
use privet_training::gradient::{CpuEngine, GradientEngine};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, settings, labels, seeds] = &arguments[..] else {
        return Err("usage: mnist_few_labels DIRECTORY SETTINGS LABELS SEEDS".into());
    };
    let directory = Path::new(directory);
    let training: StudentTraining = toml::from_str(&std::fs::read_to_string(settings)?)?;
    let count: usize = labels.parse()?;
    let pixels = read(&directory.join("t10k-images-idx3-ubyte.gz"), 16)?;
    let truth = read(&directory.join("t10k-labels-idx1-ubyte.gz"), 8)?;
    let pixels: Vec<f32> = pixels
        .iter()
        .map(|&value| f32::from(value) / 255.0)
        .collect();
    let images = Array2::from_shape_vec((truth.len(), 784), pixels)?;
    let (pool, tests) = images.view().split_at(Axis(0), 9000);
    let pool = PublicInputs::new(pool.to_owned(), "pool")?;
    let tests: Vec<f32> = tests.iter().copied().collect();
    let answers: Vec<u32> = truth[9000..].iter().map(|&label| label.into()).collect();
    let architecture = training.network.resolve(InputShape::image(1, 28, 28), 10)?;
    let engine = CpuEngine::default();
    for seed in 0..seeds.parse()? {
        let mut questions = Questions::new(&pool, seed);
        let asked = questions.next_round(QuestionStrategy::Random {}, count, None)?;
        let classes: Vec<usize> = asked.iter().map(|&at| truth[at].into()).collect();
        let set = LabeledSet::new(&pool.select(&asked), &release(&classes)?)?;
        let start = Instant::now();
        let student = Student::train(
            &engine,
            architecture.clone(),
            &training,
            seed,
            &set,
            &pool,
            &Device::flex(),
            |epoch, loss| {
                if epoch % 10 == 0 {
                    eprintln!("epoch {epoch}: loss {loss:.4}");
                }
            },
        )?;
        let seconds = start.elapsed().as_secs_f64();
        let parameters = student.network().flat_parameters();
        let scores = engine.worker(&architecture)?.scores(&parameters, &tests)?;
        let accuracy = accuracy_of_scores(&scores, &answers);
        println!("{seed} {accuracy:.4} {seconds:.1}");
    }
    Ok(())
}

/// The bytes of a gzipped file after its header.
fn read(path: &Path, header: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    GzDecoder::new(std::fs::File::open(path)?).read_to_end(&mut bytes)?;
    Ok(bytes.split_off(header.min(bytes.len())))
}

/// Labels of teachers that all agree and are right, by a mechanism with next to no noise.
fn release(classes: &[usize]) -> Result<Vec<ReleasedLabel>, Failure> {
    let queries = VoteQueries {
        classes: 10,
        queries: classes.len() as u64,
        changed_votes: ChangedVotes::ONE,
    };
    let plan = GnMax::new(1e-3, queries)?;
    let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(0))?;
    let mut labels = Vec::new();
    for (query, &class) in classes.iter().enumerate() {
        let votes = Sensitive::new(VoteHistogram::from_ballots([class; 5], 10)?);
        labels.extend(aggregator.release(query as u64, &votes)?.label());
    }
    Ok(labels)
}
