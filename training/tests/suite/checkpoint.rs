//! A training in a file: going on as if never stopped, and refusing what is damaged or foreign.

use std::path::Path;

use privet_mechanisms::{
    AdaptiveClipping, Arithmetic, ClippingPlan, NoiseStrategy, NoisySgdMechanism,
    NoisySgdParameters, RunState, Sensitive,
};
use privet_training::augment::Augmentation;
use privet_training::checkpoint::{Checkpoint, CheckpointError};
use privet_training::data::{Examples, InputShape};
use privet_training::gradient::BurnEngine;
use privet_training::network::LayerSpec;
use privet_training::noisy::{NoisySgdSettings, NoisySgdTraining, PrivateUnits};
use privet_training::optimizer::{AdamSpec, OptimizerSpec, Schedule, WeightAverage};

use crate::private_run::{self, examples, flat, noise, poisson};
use crate::support::{Start, network, numbers, sgd};

const STEPS: u64 = 10;

fn images() -> Sensitive<Examples> {
    let rows = ndarray::Array2::from_shape_vec((30, 16), numbers(480, "images")).unwrap();
    examples(rows, (0..30).map(|record| record % 2).collect())
}

fn small_network(width: usize) -> Start {
    let layers = vec![
        LayerSpec::Flatten,
        LayerSpec::Linear { outputs: width },
        LayerSpec::Tanh,
        LayerSpec::Linear { outputs: 2 },
    ];
    network(layers, InputShape::image(1, 4, 4), 2).into()
}

fn plan(clipping: ClippingPlan) -> NoisySgdMechanism {
    NoisySgdMechanism::new(NoisySgdParameters {
        noise: NoiseStrategy::independent(),
        arithmetic: Arithmetic::Float,
        sampling: poisson(0.4),
        declared_units: 30,
        steps: STEPS,
        clipping,
        noise_multiplier: 0.7,
    })
    .unwrap()
}

fn adaptive() -> ClippingPlan {
    ClippingPlan::Adaptive(AdaptiveClipping {
        initial_norm: 0.1,
        target_quantile: 0.5,
        learning_rate: 0.3,
        count_noise: 2.0,
    })
}

/// Everything that a training can remember: moments, averages, an adaptive norm, a schedule.
fn everything() -> NoisySgdSettings {
    let optimizer = OptimizerSpec::AdamW(AdamSpec {
        weight_decay: 0.01,
        noise_bias_correction: true,
        schedule: Schedule::Cosine {
            warmup_steps: 2,
            end_factor: 0.1,
        },
        ..AdamSpec::new(0.05)
    });
    NoisySgdSettings {
        weight_average: Some(WeightAverage {
            decay: 0.9,
            warm_up: true,
        }),
        augment: Some(Augmentation::shift(1)),
        ..NoisySgdSettings::new(optimizer)
    }
}

/// A training that has taken `steps` steps from the beginning, or from a checkpoint.
fn at<'a>(
    plan: &NoisySgdMechanism,
    settings: &NoisySgdSettings,
    data: &'a Sensitive<Examples>,
    from: Option<Checkpoint>,
    until: u64,
) -> (NoisySgdTraining<'a>, Checkpoint) {
    let units = PrivateUnits::of_records(data);
    let source = noise(4);
    let mut run = match &from {
        Some(checkpoint) => plan.start_at(checkpoint.run, &source, units.count()),
        None => plan.start(&source, units.count()),
    }
    .unwrap();
    let engine = BurnEngine::default();
    let start = small_network(3);
    let mut training = private_run::training(&engine, &start, units, &run, settings).unwrap();
    if let Some(checkpoint) = from {
        training.restore(checkpoint, &run).unwrap();
    }
    while run.released() < until {
        let batch = run.next_batch().unwrap();
        training.step(&mut run, batch).unwrap();
    }
    let checkpoint = training.checkpoint(&run);
    (training, checkpoint)
}

fn saved(directory: &Path, checkpoint: &Checkpoint) -> Checkpoint {
    let path = directory.join("checkpoint.safetensors");
    checkpoint.save(&path).unwrap();
    let names: Vec<_> = std::fs::read_dir(directory).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing is left beside the checkpoint");
    Checkpoint::load(&path).unwrap()
}

#[test]
fn a_training_resumed_from_a_file_ends_with_the_same_bytes() {
    let data = images();
    let directory = tempfile::tempdir().unwrap();
    let plain = NoisySgdSettings::new(sgd(0.5));
    for (plan, settings) in [
        (plan(flat(1.0)), plain),
        (plan(adaptive()), plain),
        (plan(adaptive()), everything()),
    ] {
        let (whole, at_the_end) = at(&plan, &settings, &data, None, STEPS);
        for stop in [0, 1, 5, STEPS] {
            let (_, middle) = at(&plan, &settings, &data, None, stop);
            let read = saved(directory.path(), &middle);
            assert_eq!(read, middle);
            let (resumed, end) = at(&plan, &settings, &data, Some(read), STEPS);
            assert_eq!(resumed.model(), whole.model());
            assert_eq!(end.to_bytes().unwrap(), at_the_end.to_bytes().unwrap());
        }
    }
}

/// Each thing that a checkpoint holds is needed: without it the end is another.
#[test]
fn nothing_in_a_checkpoint_is_idle() {
    let data = images();
    let (plan, settings) = (plan(adaptive()), everything());
    let (whole, _) = at(&plan, &settings, &data, None, STEPS);
    let (_, middle) = at(&plan, &settings, &data, None, 5);
    assert!(middle.run.clipping_norm.is_some_and(|norm| norm != 0.1));
    let changes: [fn(&mut Checkpoint); 7] = [
        |checkpoint| checkpoint.parameters[2] += 0.1,
        |checkpoint| checkpoint.optimizer.first_moment[2] += 0.1,
        |checkpoint| checkpoint.optimizer.second_moment[2] += 1.0,
        |checkpoint| checkpoint.optimizer.noise_moment += 0.1,
        |checkpoint| checkpoint.optimizer.steps -= 3,
        |checkpoint| checkpoint.average.as_mut().unwrap()[2] += 0.1,
        |checkpoint| checkpoint.run.clipping_norm = Some(0.3),
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut changed = middle.clone();
        change(&mut changed);
        assert_ne!(changed.to_bytes().unwrap(), middle.to_bytes().unwrap());
        let (resumed, _) = at(&plan, &settings, &data, Some(changed), STEPS);
        assert_ne!(resumed.model(), whole.model(), "change {index}");
    }
}

#[test]
fn a_checkpoint_of_another_training_is_refused() {
    let data = images();
    let units = PrivateUnits::of_records(&data);
    let settings = everything();
    let (_, checkpoint) = at(&plan(adaptive()), &settings, &data, None, 5);
    let refusal = |plan: NoisySgdMechanism, settings: NoisySgdSettings, start: Start, state| {
        let run = plan.start_at(state, &noise(4), units.count()).unwrap();
        let engine = BurnEngine::default();
        let mut training = private_run::training(&engine, &start, units, &run, &settings).unwrap();
        let before = training.checkpoint(&run);
        let error = training.restore(checkpoint.clone(), &run).unwrap_err();
        assert_eq!(training.checkpoint(&run), before);
        error.to_string()
    };
    let same = || plan(adaptive());
    let state = checkpoint.run;
    let error = refusal(same(), settings, small_network(4), state);
    assert!(error.contains("layers"), "{error}");
    let other = NoisySgdSettings {
        seed: 9,
        ..settings
    };
    let error = refusal(same(), other, small_network(3), state);
    assert!(error.contains("training settings"), "{error}");
    let mut parameters = same().parameters().clone();
    parameters.noise_multiplier = 0.6;
    let other = NoisySgdMechanism::new(parameters).unwrap();
    let error = refusal(other, settings, small_network(3), state);
    assert!(error.contains("privacy parameters"), "{error}");
    let later = RunState { step: 6, ..state };
    let error = refusal(same(), settings, small_network(3), later);
    assert!(error.contains("steps"), "{error}");
}

fn bytes() -> Vec<u8> {
    let (_, checkpoint) = at(&plan(adaptive()), &everything(), &images(), None, 3);
    checkpoint.to_bytes().unwrap()
}

#[test]
fn damage_anywhere_is_noticed() {
    let bytes = bytes();
    assert!(Checkpoint::from_bytes(&bytes).is_ok());
    for length in 0..bytes.len() {
        assert!(
            Checkpoint::from_bytes(&bytes[..length]).is_err(),
            "{length} bytes"
        );
    }
    for place in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut damaged = bytes.clone();
            damaged[place] ^= bit;
            assert!(
                Checkpoint::from_bytes(&damaged).is_err(),
                "bit {bit} of byte {place}"
            );
        }
    }
    let longer = [bytes, vec![0]].concat();
    assert!(Checkpoint::from_bytes(&longer).is_err());
}

#[test]
fn other_files_are_no_checkpoint() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other");
    let load = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        Checkpoint::load(&path).unwrap_err()
    };
    assert!(matches!(load(b""), CheckpointError::Damaged(_)));
    assert!(matches!(load(b"a text"), CheckpointError::Damaged(_)));
    let foreign = safetensors::serialize::<&str, _, _>(
        Vec::<(&str, safetensors::tensor::TensorView)>::new(),
        None,
    );
    assert!(matches!(load(&foreign.unwrap()), CheckpointError::Foreign));
    let missing = Checkpoint::load(&directory.path().join("nowhere")).unwrap_err();
    assert!(missing.to_string().contains("nowhere"), "{missing}");
    let nowhere = directory.path().join("no/such/folder");
    let whole = Checkpoint::from_bytes(&bytes()).unwrap();
    assert!(matches!(
        whole.save(&nowhere),
        Err(CheckpointError::File { .. })
    ));
}

/// An interrupted save leaves the old checkpoint.
#[test]
fn a_failed_save_leaves_the_old_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    let whole = Checkpoint::from_bytes(&bytes()).unwrap();
    whole.save(&path).unwrap();
    // In the way of the partial file.
    std::fs::create_dir(directory.path().join("checkpoint.partial")).unwrap();
    let mut later = whole.clone();
    later.run.step += 1;
    assert!(later.save(&path).is_err());
    assert_eq!(Checkpoint::load(&path).unwrap(), whole);
}
