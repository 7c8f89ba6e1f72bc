//! How long a run will take, from a short measurement of its networks on this machine.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use privet_training::data::PublicInputs;
use privet_training::gradient::{Batch, Examples, GradientEngine, GradientRequest, Units};
use privet_training::network::Architecture;

use super::engine::Engine;

/// How long a network is measured.
const MEASURED: Duration = Duration::from_millis(100);

/// Rows of a measured batch.
const ROWS: usize = 128;

/// Gradients that a run takes of one network.
pub(super) struct Work<'a> {
    pub(super) network: &'a Architecture,
    /// Rows, each as often as it is seen.
    pub(super) rows: f64,
}

/// Measures each network once.
#[derive(Debug, Default)]
pub(crate) struct Estimator {
    seconds_a_row: HashMap<String, f64>,
}

impl Estimator {
    /// Seconds of all gradients of a run, rows taken from its public pool. Loading, voting, noise and
    /// measuring come on top.
    pub(super) fn seconds(
        &mut self,
        engine: &Engine,
        pool: &PublicInputs,
        work: &[Work<'_>],
    ) -> Result<f64> {
        let mut seconds = 0.0;
        for Work { network, rows } in work {
            let name = format!("{engine:?} {network:?}");
            let rate = match self.seconds_a_row.get(&name) {
                Some(&rate) => rate,
                None => {
                    let rate = seconds_a_row(engine, pool, network)?;
                    self.seconds_a_row.insert(name, rate);
                    rate
                }
            };
            seconds += rate * rows;
        }
        Ok(seconds)
    }
}

fn seconds_a_row(engine: &Engine, pool: &PublicInputs, network: &Architecture) -> Result<f64> {
    // Features that are not there yet are as wide as the network's input.
    let values = pool.inputs();
    let values = values.iter().copied().cycle();
    let inputs: Vec<f32> = values.take(ROWS * network.input().len()).collect();
    let labels = vec![0; ROWS];
    let parameters = vec![0.01; network.parameters()];
    let mut worker = engine.worker(network)?;
    let mut step = || {
        let batch = Batch {
            examples: Examples {
                inputs: &inputs,
                labels: &labels,
            },
            units: Units::Rows,
        };
        let dropout = network.has_dropout().then_some(0);
        let request = GradientRequest {
            dropout,
            ..GradientRequest::default()
        };
        let gradient = worker.gradient_sum(&parameters, batch, request);
        gradient
            .map(drop)
            .context("measuring how fast a network learns")
    };
    // The first one allocates.
    step()?;
    let (start, mut steps) = (Instant::now(), 0);
    while start.elapsed() < MEASURED {
        step()?;
        steps += 1;
    }
    Ok(start.elapsed().as_secs_f64() / f64::from(steps * ROWS as u32))
}
