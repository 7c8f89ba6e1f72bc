//! Training of an encoder.

use ndarray::{ArrayView2, Axis};
use privet_gradients::network::{Architecture, InputShape};
use privet_gradients::{GradientEngine, GradientError, GradientWorker, Objective, Variables};
use rand::Rng;
use rand::seq::SliceRandom;

use super::{EncoderError, EncoderObjective, EncoderTraining};
use crate::augment::{ValueRange, each_row};
use crate::initial::initial_parameters;
use crate::optimizer::Optimizer;
use crate::plain::SeedName;
use crate::seed::seeded_generator;

/// Trains an encoder on public images, `[images, values]`, and returns its trunk and the trunk's
/// parameters: its scores are the features.
///
/// `after_epoch` is told the epochs done and the mean of the objective over the last one's batches.
/// The result depends on the images, the settings, the engine and the name alone.
///
/// # Errors
/// Settings or layers that do not fit, fewer than two images, values that are not finite, or a
/// training that diverges.
pub fn train_encoder(
    engine: &dyn GradientEngine,
    images: ArrayView2<'_, f32>,
    shape: InputShape,
    training: &EncoderTraining,
    name: SeedName<'_>,
    mut after_epoch: impl FnMut(usize, f64),
) -> Result<(Architecture, Vec<f32>), EncoderError> {
    training.validate()?;
    let trunk = training.trunk(shape)?;
    let network = training.with_head(&trunk)?;
    check(images, shape)?;
    let mut worker = engine.worker(&network)?;
    let stream =
        |what| seeded_generator(name.seed, &format!("{} {what}", name.purpose), name.index);
    let mut parameters = initial_parameters(&network, &mut stream("initial parameters"));
    let (mut shuffle, mut augment) = (stream("shuffle"), stream("views"));
    let range = ValueRange::of(images);
    let batches = batches(images.nrows(), training.batch_size);
    let steps = batches.saturating_mul(training.epochs);
    let mut optimizer = Optimizer::new(training.optimizer, steps as u64, parameters.len());
    let mut order: Vec<usize> = (0..images.nrows()).collect();
    let mut views = Vec::new();
    for epoch in 1..=training.epochs {
        order.shuffle(&mut shuffle);
        let mut total = 0.0;
        for batch in 0..batches {
            let place = |batch: usize| batch * order.len() / batches;
            let rows = &order[place(batch)..place(batch + 1)];
            copy_twice(images, rows, &mut views);
            each_row(
                &mut views,
                shape.len(),
                augment.next_u64(),
                |row, generator| {
                    training.views.apply(row, shape, range, generator);
                },
            );
            let objective = training.objective;
            let (value, gradient) =
                gradient(worker.as_mut(), &parameters, &views, objective, &network)?;
            total += value;
            optimizer.step(&mut parameters, &gradient, 0.0)?;
        }
        // The value is that before a step: it cannot tell what the last step did.
        if !(total.is_finite() && parameters.iter().all(|value| value.is_finite())) {
            return Err(EncoderError::Diverged { epoch });
        }
        after_epoch(epoch, total / batches as f64);
    }
    parameters.truncate(trunk.parameters());
    Ok((trunk, parameters))
}

/// Refuses rows of another shape, too few of them, and values that are not finite.
fn check(images: ArrayView2<'_, f32>, shape: InputShape) -> Result<(), EncoderError> {
    let (rows, width) = images.dim();
    if width != shape.len() {
        return Err(EncoderError::Gradient(GradientError::Shape {
            labels: rows,
            expected: rows.saturating_mul(shape.len()),
            found: images.len(),
        }));
    }
    if rows < 2 {
        return Err(EncoderError::TooFew(rows));
    }
    let finite = |row: ndarray::ArrayView1<'_, f32>| row.iter().all(|value| value.is_finite());
    match images.axis_iter(Axis(0)).position(|row| !finite(row)) {
        Some(row) => Err(EncoderError::NotFinite { row }),
        None => Ok(()),
    }
}

/// Nearly equal batches of at most the asked-for size, but of at least two rows.
fn batches(rows: usize, batch_size: usize) -> usize {
    rows.div_ceil(batch_size).min(rows / 2).max(1)
}

/// All rows, then all rows again.
fn copy_twice(images: ArrayView2<'_, f32>, rows: &[usize], views: &mut Vec<f32>) {
    views.clear();
    for &row in rows {
        views.extend(images.row(row));
    }
    views.extend_from_within(..);
}

/// The objective's value for the views of a batch and its gradient by the parameters.
///
/// The objective couples the rows, and an engine sums a function of each row: so the projections are
/// computed first, the objective's derivative by each of them is taken in closed form, and the
/// engine is given the inner product with that, which has the same gradient. That costs one forward
/// pass more than a function of single rows would.
fn gradient(
    worker: &mut dyn GradientWorker,
    parameters: &[f32],
    views: &[f32],
    objective: EncoderObjective,
    network: &Architecture,
) -> Result<(f64, Vec<f32>), EncoderError> {
    let width = network.classes();
    let scores = worker.scores(parameters, views)?;
    let misfit = GradientError::Shape {
        labels: views.len() / network.input().len().max(1),
        expected: scores.len(),
        found: views.len(),
    };
    let rows = scores.len() / width.max(1);
    let projections = ArrayView2::from_shape((rows, width), &scores).map_err(|_| misfit)?;
    let (value, derivative) = objective.value(projections);
    let derivative = derivative.mapv(|value| value as f32);
    let inner = |row: usize, scores: &[f32], by_score: &mut [f32]| {
        let derivative = derivative.row(row);
        let mut sum = 0.0;
        for ((into, derivative), score) in by_score.iter_mut().zip(derivative).zip(scores) {
            *into = *derivative;
            sum += f64::from(*derivative) * f64::from(*score);
        }
        sum
    };
    let asked = Objective {
        inputs: views,
        function: &inner,
        variables: Variables::Parameters,
        dropout: None,
    };
    let found = worker.objective_gradient(parameters, asked)?;
    Ok((value, found.gradient.into_exposed_sensitive()))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use privet_gradients::cpu::CpuEngine;
    use privet_gradients::network::{LayerSpec, NetworkSpec, Preset};
    use rand::RngExt;

    use super::*;
    use crate::augment::ImageAugmentation;
    use crate::optimizer::OptimizerSpec;
    use crate::plain::{LabeledRows, PlainTraining, train};

    const SHAPE: InputShape = InputShape::image(1, 12, 12);
    const NAME: SeedName<'_> = SeedName {
        seed: 1,
        purpose: "test",
        index: 0,
    };

    /// Four glyphs of 5x5 pixels, one a class, each image's anywhere.
    fn glyphs(rows: usize, index: u64) -> (Array2<f32>, Vec<u32>) {
        const GLYPHS: [[&str; 5]; 4] = [
            ["#####", ".....", "#####", ".....", "#####"],
            ["#.#.#", "#.#.#", "#.#.#", "#.#.#", "#.#.#"],
            ["#...#", ".#.#.", "..#..", ".#.#.", "#...#"],
            ["#####", "#...#", "#...#", "#...#", "#####"],
        ];
        let mut generator = seeded_generator(1, "glyphs", index);
        let mut images = Array2::zeros((rows, SHAPE.len()));
        let labels: Vec<u32> = (0..rows).map(|row| (row % 4) as u32).collect();
        for (mut image, &label) in images.rows_mut().into_iter().zip(&labels) {
            let [top, left] = [(); 2].map(|()| generator.random_range(0..=7));
            for (row, line) in GLYPHS[label as usize].iter().enumerate() {
                for (column, mark) in line.bytes().enumerate() {
                    let at = (top + row) * 12 + left + column;
                    image[at] = if mark == b'#' { 1.0 } else { 0.0 };
                }
            }
            image.mapv_inplace(|value: f32| value + generator.random_range(-0.2..0.2));
        }
        (images, labels)
    }

    fn training() -> EncoderTraining {
        let conv = |channels| LayerSpec::Conv2d {
            channels,
            kernel: 3,
            stride: 1,
            padding: 0,
            groups: 1,
        };
        let layers = [conv(8), LayerSpec::Relu, conv(16), LayerSpec::Relu];
        EncoderTraining {
            layers: Some([&layers[..], &[LayerSpec::GlobalAvgPool]].concat()),
            projection: vec![16],
            epochs: 12,
            batch_size: 64,
            optimizer: OptimizerSpec::adam(0.01),
            views: ImageAugmentation {
                rotation: 0.0,
                shear: 0.0,
                scale: 0.0,
                shift: 0.3,
                contrast: 0.2,
                brightness: 0.0,
                cutout: 0.0,
                elastic: 0.0,
            },
            ..EncoderTraining::default()
        }
    }

    /// Share of 400 test rows that a linear network gets right, trained on 24 rows with labels.
    fn probe(encode: impl Fn(&Array2<f32>) -> Array2<f32>) -> f64 {
        let [(rows, labels), (others, truth)] = [(24, 1), (400, 2)].map(|(n, i)| glyphs(n, i));
        let [mut rows, mut others] = [rows, others].map(|rows| encode(&rows));
        // Columns of mean 0 and deviation 1.
        let mean = rows.mean_axis(Axis(0)).unwrap();
        let deviation = rows.std_axis(Axis(0), 0.0) + 1e-6;
        for rows in [&mut rows, &mut others] {
            *rows -= &mean;
            *rows /= &deviation;
        }
        let network = NetworkSpec::preset(Preset::Linear)
            .resolve(InputShape::flat(rows.ncols()), 4)
            .unwrap();
        let plain = PlainTraining {
            network: NetworkSpec::default(),
            epochs: 200,
            batch_size: 24,
            optimizer: OptimizerSpec::sgd(0.1),
            augment: None,
        };
        let mut worker = CpuEngine::default().worker(&network).unwrap();
        let given = LabeledRows {
            inputs: rows.view(),
            labels: &labels,
        };
        let zeros = vec![0.0; network.parameters()];
        let worker = worker.as_mut();
        let trained = train(worker, &network, zeros, given, &plain, NAME, |_, _| {}).unwrap();
        let scores = worker.scores(&trained, others.as_slice().unwrap()).unwrap();
        let best = scores.chunks(4).map(|scores| {
            let order = |a: &usize, b: &usize| scores[*a].total_cmp(&scores[*b]);
            (0..4).max_by(order).unwrap() as u32
        });
        best.zip(&truth).filter(|(a, b)| a == *b).count() as f64 / 400.0
    }

    #[test]
    fn features_separate_what_the_views_keep_better_than_pixels_do() {
        let (images, _) = glyphs(512, 0);
        let pixels = probe(Array2::clone);
        let contrastive = EncoderObjective::default();
        let vicreg = EncoderObjective::VicReg {
            invariance: 25.0,
            variance: 25.0,
            covariance: 1.0,
        };
        for objective in [contrastive, vicreg] {
            let training = EncoderTraining {
                objective,
                ..training()
            };
            let mut values = Vec::new();
            let engine = CpuEngine::default();
            let (trunk, parameters) = train_encoder(
                &engine,
                images.view(),
                SHAPE,
                &training,
                NAME,
                |_, value| {
                    values.push(value);
                },
            )
            .unwrap();
            assert_eq!((trunk.classes(), values.len()), (16, 12));
            assert!(values[11] < values[0], "{values:?}");
            let learned = probe(|rows| {
                let mut worker = engine.worker(&trunk).unwrap();
                let features = worker
                    .scores(&parameters, rows.as_slice().unwrap())
                    .unwrap();
                Array2::from_shape_vec((rows.nrows(), 16), features).unwrap()
            });
            eprintln!("{objective:?}: {learned} against {pixels}");
            assert!(learned > pixels + 0.2, "{learned} against {pixels}");
        }
    }

    #[test]
    fn the_seed_decides_and_batches_are_nearly_equal() {
        let (images, _) = glyphs(50, 0);
        let run = |engine: CpuEngine, seed| {
            let mut training = training();
            training.epochs = 2;
            let name = SeedName { seed, ..NAME };
            train_encoder(&engine, images.view(), SHAPE, &training, name, |_, _| {})
                .unwrap()
                .1
        };
        let first = run(CpuEngine::default(), 1);
        assert_eq!(first, run(CpuEngine::default(), 1));
        assert_eq!(first, run(CpuEngine::single_threaded(), 1));
        assert_ne!(first, run(CpuEngine::default(), 2));
        assert_eq!(
            [batches(2, 9), batches(3, 2), batches(9, 4), batches(8, 4)],
            [1, 1, 3, 2]
        );
    }

    fn refused(images: Array2<f32>, training: &EncoderTraining) -> String {
        let engine = CpuEngine::default();
        train_encoder(&engine, images.view(), SHAPE, training, NAME, |_, _| {})
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_cannot_be_trained_is_refused() {
        let rows = |rows| glyphs(rows, 0).0;
        for few in [0, 1] {
            let error = refused(rows(few), &training());
            assert!(error.contains(&format!("there are {few}")), "{error}");
        }
        let mut wrong = rows(5);
        wrong[[3, 7]] = f32::NAN;
        assert!(refused(wrong, &training()).starts_with("image 3"));
        assert!(refused(Array2::zeros((5, 9)), &training()).contains("720"));
        let diverging = EncoderTraining {
            optimizer: OptimizerSpec::sgd(1e30),
            ..training()
        };
        // One batch an epoch: the first step goes far, the second epoch sees it.
        assert!(refused(rows(20), &diverging).contains("in epoch 2"));
        // All images alike: nothing to learn, and nothing breaks.
        let engine = CpuEngine::default();
        let black = Array2::zeros((6, SHAPE.len()));
        train_encoder(&engine, black.view(), SHAPE, &training(), NAME, |_, _| {}).unwrap();
    }
}
