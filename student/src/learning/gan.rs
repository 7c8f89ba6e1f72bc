//! A generative adversarial network whose discriminator is the student.

use ndarray::ArrayView2;
use privet_training::augment::{Augmentation, ValueRange};
use privet_training::data::InputShape;
use privet_training::gradient::{GradientEngine, GradientWorker, Objective, Variables};
use privet_training::network::{Architecture, LayerSpec, Network};
use privet_training::optimizer::Optimizer;
use privet_training::plain::TrainingError;
use privet_training::seed::standard_normal;
use rand_chacha::ChaCha8Rng;

use super::losses::{cross_entropy, generated, real};
use super::{
    StepRows, Study, change_weakly, optimizer_error, per_row, public_gradient, step_gradient,
};
use crate::Gan;
use burn::tensor::Device;

/// Feature matching at work: the generator, and what the student's last hidden layer says.
pub(crate) struct GanStudy {
    settings: Gan,
    /// The student up to its last hidden layer.
    features: Box<dyn GradientWorker>,
    feature_parameters: usize,
    feature_width: usize,
    generator: Box<dyn GradientWorker>,
    parameters: Vec<f32>,
    optimizer: Optimizer,
    width: usize,
    shape: InputShape,
    weak: Option<Augmentation>,
    /// Where the generator's outputs in `0..=1` are mapped, for images.
    range: Option<ValueRange>,
}

impl GanStudy {
    /// `weak` is for images; `planned_steps` for the schedule of the generator's optimizer.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn new(
        settings: Gan,
        engine: &dyn GradientEngine,
        student: &Architecture,
        unlabeled: ArrayView2<'_, f32>,
        weak: Option<Augmentation>,
        seed: u64,
        planned_steps: u64,
    ) -> Result<Self, TrainingError> {
        let width = student.input().len();
        let is_image = matches!(student.input(), InputShape::Image { .. });
        let mut layers = Vec::new();
        for &outputs in &settings.hidden {
            layers.extend([
                LayerSpec::Linear { outputs },
                LayerSpec::LayerNorm,
                LayerSpec::Relu,
            ]);
        }
        layers.push(LayerSpec::Linear { outputs: width });
        if is_image {
            layers.push(LayerSpec::Sigmoid);
        }
        let latent = InputShape::flat(settings.latent);
        let architecture = Architecture::new(latent, layers, width)?;
        let network = Network::new(
            architecture.clone(),
            seed,
            "student generator",
            0,
            &Device::flex(),
        );
        let parameters = network.flat_parameters();
        let features = student.features()?;
        Ok(Self {
            features: engine.worker(&features)?,
            feature_parameters: features.parameters(),
            feature_width: features.classes(),
            generator: engine.worker(&architecture)?,
            optimizer: Optimizer::new(
                settings.generator_optimizer,
                planned_steps,
                parameters.len(),
            ),
            parameters,
            width,
            shape: student.input(),
            weak,
            range: is_image.then(|| ValueRange::of(unlabeled)),
            settings,
        })
    }

    /// New rows from these latent numbers.
    fn generate(&mut self, latent: &[f32]) -> Result<Vec<f32>, TrainingError> {
        let mut rows = self.generator.scores(&self.parameters, latent)?;
        if let Some(range) = self.range {
            for value in &mut rows {
                *value = range.low + range.length() * *value;
            }
        }
        Ok(rows)
    }

    /// Mean features of rows.
    fn mean_features(&mut self, student: &[f32], rows: &[f32]) -> Result<Vec<f32>, TrainingError> {
        let features = self.features.scores(student, rows)?;
        let rows = features.len() / self.feature_width.max(1);
        let mut means = vec![0.0; self.feature_width];
        for row in features.chunks_exact(self.feature_width.max(1)) {
            for (mean, value) in means.iter_mut().zip(row) {
                *mean += value / rows as f32;
            }
        }
        Ok(means)
    }

    /// One step of the generator against the student as it is.
    fn match_features(
        &mut self,
        student: &[f32],
        public: &[f32],
        generator: &mut ChaCha8Rng,
    ) -> Result<(), TrainingError> {
        let student = student.get(..self.feature_parameters).unwrap_or_default();
        let rows = public.len() / self.width;
        let latent = normals(rows * self.settings.latent, generator);
        let made = self.generate(&latent)?;
        let mean_public = self.mean_features(student, public)?;
        let mean_made = self.mean_features(student, &made)?;
        // The mean over the features of the squared distance of the two means.
        let scale = 2.0 / (rows * self.feature_width).max(1) as f32;
        let slopes: Vec<f32> = mean_made
            .iter()
            .zip(&mean_public)
            .map(|(made, public)| scale * (made - public))
            .collect();
        let function = |_: usize, _: &[f32], into: &mut [f32]| {
            into.copy_from_slice(&slopes);
            0.0
        };
        let objective = Objective {
            inputs: &made,
            function: &function,
            variables: Variables::Inputs,
            dropout: None,
        };
        let (by_rows, _) = public_gradient(self.features.as_mut(), student, objective)?;
        let (width, stretch) = (self.width, self.range.map_or(1.0, ValueRange::length));
        let function = |row: usize, _: &[f32], into: &mut [f32]| {
            for (into, slope) in into.iter_mut().zip(&by_rows[row * width..]) {
                *into = stretch * slope;
            }
            0.0
        };
        let objective = Objective {
            inputs: &latent,
            function: &function,
            variables: Variables::Parameters,
            dropout: None,
        };
        let (gradient, _) = public_gradient(self.generator.as_mut(), &self.parameters, objective)?;
        self.optimizer
            .step(&mut self.parameters, &gradient, 0.0)
            .map_err(optimizer_error)
    }
}

impl Study for GanStudy {
    fn step(
        &mut self,
        worker: &mut dyn GradientWorker,
        parameters: &[f32],
        rows: StepRows<'_>,
        generator: &mut ChaCha8Rng,
    ) -> Result<(Vec<f32>, f64), TrainingError> {
        let mut public = rows.unlabeled;
        change_weakly(&mut public, self.shape, self.weak, generator);
        self.match_features(parameters, &public, generator)?;
        let unlabeled = public.len() / self.width;
        let latent = normals(unlabeled * self.settings.latent, generator);
        let made = self.generate(&latent)?;
        let mut inputs = rows.labeled;
        change_weakly(&mut inputs, self.shape, self.weak, generator);
        inputs.extend(public);
        inputs.extend(made);
        let noise = self.settings.input_noise as f32;
        if noise > 0.0 {
            let normals = normals(inputs.len(), generator);
            for (value, normal) in inputs.iter_mut().zip(normals) {
                *value += noise * normal;
            }
        }
        let labeled = rows.labels.len();
        let own = per_row(1.0, labeled);
        let others = per_row(self.settings.unlabeled_weight / 2.0, unlabeled);
        let function = |row: usize, scores: &[f32], slopes: &mut [f32]| {
            if row < labeled {
                cross_entropy(scores, rows.labels[row], own, slopes)
            } else if row < labeled + unlabeled {
                real(scores, others, slopes)
            } else {
                generated(scores, others, slopes)
            }
        };
        step_gradient(worker, parameters, (&inputs, rows.dropout), &function)
    }
}

/// Independent standard normal numbers, from the student's own generator.
fn normals(count: usize, generator: &mut ChaCha8Rng) -> Vec<f32> {
    (0..count).map(|_| standard_normal(generator)).collect()
}
