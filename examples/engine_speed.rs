//! Examples per second of complete training steps, for `experiments/speed`.
//!
//! ```text
//! engine_speed --network mnist-cnn|mlp|resnet9 --batch N --mode private|plain|teachers [--seconds S] [--json]
//! ```
//!
//! A step is everything that `privet run` does in one: sampling, gathering the rows, gradients,
//! clipping, noise from ChaCha20, an optimizer step. The data are random; 60,000 rows for the two
//! small networks, 8,192 for the large one.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use clap::{Parser, ValueEnum};
use ndarray::{Array2, Axis};
use privet_accountant::NeighboringRelation;
use privet_mechanisms::{
    Arithmetic, Clipping, NoiseKey, NoiseSource, NoiseStrategy, NoisySgdMechanism,
    NoisySgdParameters, Sampling, Sensitive,
};
use privet_teachers::{Ensemble, Learner, Partition, PartitionRule};
use privet_training::data::{Examples, InputShape};
use privet_training::gradient::{CpuEngine, GradientEngine};
use privet_training::network::{Architecture, LayerSpec, Network, NetworkSpec, Preset};
use privet_training::noisy::{NoisySgdSettings, NoisySgdTraining, PrivateUnits};
use privet_training::optimizer::OptimizerSpec;
use privet_training::plain::{LabeledRows, PlainTraining, SeedName, train};
use privet_training::seed::seeded_generator;
use rand::RngExt;

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value = "mnist-cnn")]
    network: NetworkName,
    #[arg(long, default_value_t = 1024)]
    batch: usize,
    #[arg(long, default_value = "private")]
    mode: Mode,
    /// Least time of a measurement.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum, PartialEq)]
enum NetworkName {
    MnistCnn,
    Mlp,
    Resnet9,
}

#[derive(Clone, Copy, ValueEnum, PartialEq)]
enum Mode {
    Private,
    Plain,
    Teachers,
}

fn block(channels: usize) -> [LayerSpec; 3] {
    let conv = LayerSpec::Conv2d {
        channels,
        kernel: 3,
        stride: 1,
        padding: 1,
        groups: 1,
    };
    [conv, LayerSpec::GroupNorm { groups: 16 }, LayerSpec::Relu]
}

fn resnet9() -> Vec<LayerSpec> {
    let pool = LayerSpec::MaxPool {
        kernel: 2,
        stride: None,
    };
    let residual = |channels| LayerSpec::Residual {
        layers: [block(channels), block(channels)].concat(),
        shortcut: Vec::new(),
    };
    let mut layers = [block(64), block(128)].concat();
    layers.extend([pool.clone(), residual(128)]);
    layers.extend(block(256));
    layers.push(pool.clone());
    layers.extend(block(256));
    layers.extend([pool, residual(256), LayerSpec::GlobalAvgPool]);
    layers.push(LayerSpec::Linear { outputs: 10 });
    layers
}

fn network(name: NetworkName) -> Result<(Architecture, usize)> {
    Ok(match name {
        NetworkName::MnistCnn => {
            let shape = InputShape::image(1, 28, 28);
            (NetworkSpec::preset(Preset::Cnn).resolve(shape, 10)?, 60_000)
        }
        NetworkName::Mlp => {
            let spec = NetworkSpec::mlp(&[1024, 1024]);
            (spec.resolve(InputShape::flat(784), 10)?, 60_000)
        }
        NetworkName::Resnet9 => {
            let shape = InputShape::image(3, 32, 32);
            (Architecture::new(shape, resnet9(), 10)?, 8192)
        }
    })
}

const OPTIMIZER: &str = r#"{"kind":"sgd","learning_rate":0.01,"momentum":0.9}"#;

/// Examples per second, and for teachers the seconds of all of them.
struct Speed {
    examples_per_second: f64,
    seconds: Option<f64>,
}

fn private(
    architecture: &Architecture,
    parameters: Vec<f32>,
    examples: Examples,
    arguments: &Arguments,
) -> Result<Speed> {
    let rows = examples.len();
    let examples = Sensitive::new(examples);
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling: Sampling::Poisson {
            sampling_probability: arguments.batch as f64 / rows as f64,
        },
        declared_units: rows as u64,
        steps: 1_000_000,
        clipping: Clipping::Flat { norm: 1.0 }.into(),
        noise_multiplier: 1.0,
        noise: NoiseStrategy::independent(),
        arithmetic: Arithmetic::Float,
    })?;
    let noise = NoiseSource::from_key(&NoiseKey::generate()?);
    let units = PrivateUnits::of_records(&examples);
    let mut run = plan.start(&noise, units.count())?;
    let optimizer: OptimizerSpec = serde_json::from_str(OPTIMIZER)?;
    let settings = NoisySgdSettings::new(optimizer);
    let engine = CpuEngine::default();
    let mut training =
        NoisySgdTraining::new(&engine, architecture, parameters, units, &plan, &settings)?;
    let mut rates = Vec::new();
    let clock = Instant::now();
    while clock.elapsed().as_secs_f64() < arguments.seconds || rates.len() < 3 {
        let start = Instant::now();
        let mut steps = 0;
        while steps == 0 || start.elapsed().as_secs_f64() < 0.2 {
            let batch = run.next_batch().context("the plan is over")?;
            training.step(&mut run, batch)?;
            steps += 1;
        }
        rates.push((steps * arguments.batch) as f64 / start.elapsed().as_secs_f64());
    }
    Ok(Speed {
        examples_per_second: median(rates),
        seconds: None,
    })
}

fn plain(
    architecture: &Architecture,
    mut parameters: Vec<f32>,
    examples: &Examples,
    arguments: &Arguments,
) -> Result<Speed> {
    let mut worker = CpuEngine::default().worker(architecture)?;
    // Short epochs, so that there are several to take the median of.
    let least = if arguments.network == NetworkName::Resnet9 {
        128
    } else {
        4096
    };
    let count = (4 * arguments.batch).max(least).min(examples.len());
    let rows = LabeledRows {
        inputs: examples.inputs().split_at(Axis(0), count).0,
        labels: &examples.labels()[..count],
    };
    let training: PlainTraining = serde_json::from_str(&format!(
        r#"{{"epochs":1,"batch_size":{},"optimizer":{OPTIMIZER}}}"#,
        arguments.batch
    ))?;
    let name = SeedName {
        seed: 0,
        purpose: "speed",
        index: 0,
    };
    let mut rates = Vec::new();
    let clock = Instant::now();
    while clock.elapsed().as_secs_f64() < arguments.seconds || rates.len() < 4 {
        let start = Instant::now();
        let worker = worker.as_mut();
        parameters = train(
            worker,
            architecture,
            parameters,
            rows,
            &training,
            name,
            |_, _| {},
        )?;
        rates.push(count as f64 / start.elapsed().as_secs_f64());
    }
    rates.remove(0);
    Ok(Speed {
        examples_per_second: median(rates),
        seconds: None,
    })
}

/// 250 teachers, 60 epochs of 240 examples each in batches of 32, two at a time; a tenth of the
/// epochs is measured where less time than that is asked for.
fn teachers(
    architecture: &Architecture,
    examples: Examples,
    arguments: &Arguments,
) -> Result<Speed> {
    const TEACHERS: usize = 250;
    const EPOCHS: usize = 60;
    let rows = examples.len();
    let examples = Sensitive::new(examples);
    let rule = PartitionRule::for_relation(NeighboringRelation::ReplaceOne, 0);
    let partition = Partition::new(&examples, TEACHERS, rule)?;
    let epochs = if arguments.seconds < 30.0 { 6 } else { EPOCHS };
    let training: PlainTraining = serde_json::from_str(&format!(
        r#"{{"epochs":{epochs},"batch_size":32,"optimizer":{OPTIMIZER}}}"#
    ))?;
    let ensemble = Ensemble {
        learner: Learner::Network {
            architecture,
            training: &training,
            engine: &CpuEngine::single_threaded(),
            device: Device::flex(),
        },
        seed: 0,
        workers: std::thread::available_parallelism().map_or(1, usize::from),
    };
    let queries = Array2::zeros((10, architecture.input().len()));
    let start = Instant::now();
    ensemble.train_and_vote(&examples, &partition, queries.view(), &|_| true)?;
    let seconds = start.elapsed().as_secs_f64() * EPOCHS as f64 / epochs as f64;
    Ok(Speed {
        examples_per_second: (rows * EPOCHS) as f64 / seconds,
        seconds: Some(seconds),
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The most memory that the process has held, in bytes.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (architecture, rows) = network(arguments.network)?;
    if arguments.batch == 0 || arguments.batch > rows {
        bail!(
            "--batch {}: it must lie between 1 and {rows}",
            arguments.batch
        );
    }
    let mut generator = seeded_generator(0, "speed", 0);
    let width = architecture.input().len();
    let inputs = Array2::from_shape_simple_fn((rows, width), || generator.random_range(-1.0..1.0));
    let labels = (0..rows).map(|row| (row % 10) as u32).collect();
    let examples = Examples::new(inputs, labels, 10, "random")?;
    let device = Device::flex();
    let parameters = Network::new(architecture.clone(), 0, "speed", 0, &device).flat_parameters();
    let speed = match arguments.mode {
        Mode::Private => private(&architecture, parameters, examples, &arguments)?,
        Mode::Plain => plain(&architecture, parameters, &examples, &arguments)?,
        Mode::Teachers => teachers(&architecture, examples, &arguments)?,
    };
    let name = |value: &dyn ToString| value.to_string();
    let network = arguments
        .network
        .to_possible_value()
        .map(|v| name(&v.get_name()));
    let mode = arguments
        .mode
        .to_possible_value()
        .map(|v| name(&v.get_name()));
    match arguments.json {
        true => println!(
            "{}",
            serde_json::json!({
                "engine": "privet",
                "network": network,
                "mode": mode,
                "batch": arguments.batch,
                "examples_per_second": speed.examples_per_second,
                "seconds": speed.seconds,
                "peak_memory_bytes": peak_memory(),
            })
        ),
        false => println!(
            "{} {} batch {}: {:.0} examples/s, peak memory {} MB",
            network.unwrap_or_default(),
            mode.unwrap_or_default(),
            arguments.batch,
            speed.examples_per_second,
            peak_memory().unwrap_or(0) / 1_000_000
        ),
    }
    Ok(())
}
