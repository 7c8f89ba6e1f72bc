//! The engines under test, and how they are asked.

use privet_gradients::cpu::Instructions;
use privet_mechanisms::Clipping;
use privet_training::data::InputShape;
use privet_training::gradient::{
    Batch, BurnEngine, CpuEngine, Examples, GradientEngine, GradientError, GradientRequest,
    GradientSum, Sum, Units,
};
use privet_training::network::{Architecture, LayerSpec};

use crate::reference::Case;

/// Every engine.
pub(crate) fn engines() -> Vec<(&'static str, Box<dyn GradientEngine>)> {
    vec![
        ("burn", Box::new(BurnEngine::default())),
        ("cpu", Box::new(CpuEngine::default())),
        (
            "cpu, no vector instructions",
            Box::new(CpuEngine::default().with_instructions(Instructions::Portable)),
        ),
        (
            "burn, physical batches of 3 rows",
            Box::new(BurnEngine::default().with_physical_batch(3)),
        ),
    ]
}

/// Every engine that has all layers of the case: the CPU engine knows no sequences.
pub(crate) fn engines_of(case: &Case) -> Vec<(&'static str, Box<dyn GradientEngine>)> {
    let architecture = case.network.architecture();
    let has_sequences = architecture
        .layers()
        .iter()
        .any(|layer| matches!(layer.output, InputShape::Sequence { .. }));
    let mut engines = engines();
    engines.retain(|(name, engine)| {
        let refused = matches!(
            engine.worker(architecture),
            Err(GradientError::Unsupported { .. })
        );
        assert_eq!(
            refused,
            has_sequences && name.starts_with("cpu"),
            "{}",
            case.name
        );
        !refused
    });
    engines
}

pub(crate) struct Answer {
    pub(crate) sum: Vec<f64>,
    pub(crate) norms: Vec<f64>,
    pub(crate) not_finite: usize,
    pub(crate) loss: f64,
}

pub(crate) fn try_ask(
    engine: &dyn GradientEngine,
    case: &Case,
    units: Units<'_>,
    request: GradientRequest<'_>,
) -> Result<GradientSum, GradientError> {
    let examples = Examples {
        inputs: &case.inputs,
        labels: &case.labels,
    };
    let mut worker = engine.worker(case.network.architecture())?;
    worker.gradient_sum(
        &case.network.flat_parameters(),
        Batch { examples, units },
        request,
    )
}

pub(crate) fn ask(
    engine: &dyn GradientEngine,
    case: &Case,
    units: Units<'_>,
    request: GradientRequest<'_>,
) -> Answer {
    let answer = try_ask(engine, case, units, request).unwrap();
    let sum = match answer.sum.into_exposed_sensitive() {
        Sum::Float(values) => values.into_iter().map(f64::from).collect(),
        Sum::Grid(steps) => steps.into_iter().map(|steps| steps as f64).collect(),
    };
    Answer {
        sum,
        norms: answer.norms.into_exposed_sensitive(),
        not_finite: answer.not_finite.into_exposed_sensitive(),
        loss: answer.loss.into_exposed_sensitive(),
    }
}

pub(crate) fn clipped(clipping: &Clipping) -> GradientRequest<'_> {
    GradientRequest {
        clipping: Some(clipping),
        ..GradientRequest::default()
    }
}

/// Each rule, with norms about as large as those of the gradients, so that some are clipped.
pub(crate) fn rules(architecture: &Architecture, typical: f64) -> Vec<Clipping> {
    let layers = architecture.trainable_layers().len();
    let part = 0.7 * typical / (layers as f64).sqrt();
    vec![
        Clipping::Flat {
            norm: 0.9 * typical,
        },
        Clipping::PerLayer {
            norms: (0..layers)
                .map(|layer| part * (1.0 + layer as f64 / 10.0))
                .collect(),
        },
        Clipping::Automatic {
            norm: 1.0,
            stability: 0.01,
        },
    ]
}

/// A convolution that keeps what it can of the picture.
pub(crate) fn conv(channels: usize, kernel: usize, stride: usize, groups: usize) -> LayerSpec {
    LayerSpec::Conv2d {
        channels,
        kernel,
        stride,
        padding: kernel / 2,
        groups,
    }
}
