//! Every layer alone in a small network, and random whole networks: sums, norms and losses equal
//! those of batches of one.

use privet_training::data::InputShape;
use privet_training::gradient::{GradientEngine, GradientRequest, Units};
use privet_training::network::LayerSpec::{self, *};
use privet_training::seed::seeded_generator;
use rand::{Rng, RngExt};

use crate::engines::{ask, clipped, conv, engines, engines_of, rules};
use crate::reference::{CLASSES, Case, case, distance, length, sum, typical};

const IMAGE: InputShape = InputShape::image(4, 7, 6);
const ROW: InputShape = InputShape::flat(9);

fn residual(layers: Vec<LayerSpec>, shortcut: Vec<LayerSpec>) -> LayerSpec {
    Residual { layers, shortcut }
}

/// A normalisation by this many constants, all of them different.
fn public_norm(constants: usize) -> LayerSpec {
    let numbers = || (0..constants).map(|place| place as f64);
    PublicNorm {
        mean: numbers().map(|place| 0.3 - 0.1 * place).collect(),
        deviation: numbers().map(|place| 0.6 + 0.2 * place).collect(),
    }
}

/// A network around layers that take an image.
fn of_image(name: &str, layers: Vec<LayerSpec>) -> Case {
    let mut all = layers;
    all.extend([Flatten, Linear { outputs: CLASSES }]);
    case(name, IMAGE, all, 7)
}

/// A network around layers that take a sequence.
fn of_sequence(name: &str, layers: Vec<LayerSpec>) -> Case {
    let mut all = vec![Embedding {
        vocabulary: 5,
        width: 8,
    }];
    all.extend(layers);
    all.extend([GlobalAvgPool, Linear { outputs: CLASSES }]);
    case(name, InputShape::flat(6), all, 7)
}

/// A network around layers that take a row.
fn of_row(name: &str, layers: Vec<LayerSpec>) -> Case {
    let mut all = vec![Linear { outputs: 12 }];
    all.extend(layers);
    all.push(Linear { outputs: CLASSES });
    case(name, ROW, all, 7)
}

pub(crate) fn cases() -> Vec<Case> {
    let (kernel, stride) = (3, Some(2));
    let attention = |heads| MultiHeadAttention { heads };
    vec![
        case("linear", ROW, vec![Linear { outputs: CLASSES }], 11),
        of_row("tanh", vec![Tanh]),
        of_row("relu", vec![Relu]),
        of_row("gelu", vec![Gelu]),
        of_row("silu", vec![Silu]),
        of_row("sigmoid", vec![Sigmoid]),
        of_row("square", vec![Square]),
        of_row("layer norm of features", vec![LayerNorm, Tanh]),
        of_row("public norm of features", vec![public_norm(12), Square]),
        of_row("dropout", vec![Dropout { probability: 0.4 }]),
        of_row(
            "residual",
            vec![residual(vec![Linear { outputs: 12 }, Tanh], vec![])],
        ),
        of_row(
            "nested residual",
            vec![residual(
                vec![
                    residual(vec![Linear { outputs: 12 }], vec![]),
                    Linear { outputs: 5 },
                ],
                vec![Linear { outputs: 5 }, Tanh],
            )],
        ),
        of_image("conv", vec![conv(5, 3, 1, 1)]),
        of_image("conv with stride", vec![conv(6, 4, 3, 1)]),
        of_image("conv of one pixel", vec![conv(6, 1, 1, 1)]),
        of_image(
            "grouped conv",
            vec![conv(6, 3, 2, 2), Tanh, conv(4, 2, 1, 2)],
        ),
        of_image("depthwise conv", vec![conv(8, 3, 1, 4)]),
        of_image(
            "group norm",
            vec![conv(6, 3, 2, 1), GroupNorm { groups: 3 }, Relu],
        ),
        of_image(
            "layer norm of pixels",
            vec![conv(6, 3, 2, 1), LayerNorm, Tanh],
        ),
        of_image(
            "public norm of channels",
            vec![public_norm(4), conv(6, 3, 2, 1), public_norm(1), Tanh],
        ),
        of_image(
            "max pool",
            vec![conv(3, 3, 1, 1), MaxPool { kernel, stride }],
        ),
        of_image(
            "average pool",
            vec![conv(3, 3, 1, 1), AvgPool { kernel, stride }],
        ),
        of_image("global max pool", vec![conv(7, 3, 1, 1), GlobalMaxPool]),
        of_image("global average pool", vec![conv(7, 3, 1, 1), GlobalAvgPool]),
        of_image(
            "residual of images",
            vec![residual(
                vec![
                    conv(6, 3, 2, 1),
                    GroupNorm { groups: 2 },
                    Relu,
                    conv(6, 3, 1, 1),
                ],
                vec![conv(6, 1, 2, 1)],
            )],
        ),
        of_sequence("embedding", vec![]),
        of_sequence("linear on a sequence", vec![Linear { outputs: 5 }, Tanh]),
        of_sequence("public norm of a sequence", vec![public_norm(8), Tanh]),
        of_sequence("layer norm of a sequence", vec![LayerNorm, Gelu]),
        of_sequence("attention", vec![attention(2)]),
        of_sequence(
            "transformer block",
            vec![
                residual(vec![LayerNorm, attention(4)], vec![]),
                residual(
                    vec![
                        LayerNorm,
                        Linear { outputs: 16 },
                        Gelu,
                        Linear { outputs: 8 },
                    ],
                    vec![],
                ),
            ],
        ),
        case(
            "global max pool of a sequence",
            InputShape::flat(6),
            vec![
                Embedding {
                    vocabulary: 5,
                    width: 8,
                },
                GlobalMaxPool,
                Linear { outputs: CLASSES },
            ],
            7,
        ),
    ]
}

/// A few random layers that fit what comes before.
fn random_layers(generator: &mut impl Rng, kind: usize) -> Vec<LayerSpec> {
    let width = 4 * generator.random_range(1..4);
    let nonlinear = [Tanh, Relu, Gelu, Silu, Sigmoid][generator.random_range(0..5)].clone();
    let groups = [1, 2, 4][generator.random_range(0..3)];
    match kind {
        0 => vec![Linear { outputs: width }, nonlinear, LayerNorm],
        1 => vec![
            conv(
                width,
                generator.random_range(1..4),
                generator.random_range(1..3),
                groups,
            ),
            GroupNorm { groups },
            nonlinear,
            residual(
                vec![conv(width, 3, 1, groups), LayerNorm],
                vec![conv(width, 1, 1, 1)],
            ),
        ],
        _ => vec![
            Linear { outputs: width },
            residual(
                vec![LayerNorm, MultiHeadAttention { heads: groups }],
                vec![],
            ),
            nonlinear,
        ],
    }
}

pub(crate) fn random_network(seed: u64) -> Case {
    let mut generator = seeded_generator(seed, "random network", 0);
    let kind = generator.random_range(0..3);
    let depth = generator.random_range(1..3);
    let layers = (0..depth)
        .flat_map(|_| random_layers(&mut generator, kind))
        .collect();
    let name = format!("random network {seed}");
    match kind {
        0 => of_row(&name, layers),
        1 => of_image(&name, layers),
        _ => of_sequence(&name, layers),
    }
}

fn compare(case: &Case) {
    let gradients = Gradients::of(case);
    for (name, engine) in engines_of(case) {
        gradients.compare(name, &*engine, 1.0, 1e-5);
    }
}

/// The gradients of a case by batches of one.
pub(crate) struct Gradients<'a> {
    case: &'a Case,
    rows: Vec<Vec<f64>>,
    loss: f64,
}

impl<'a> Gradients<'a> {
    pub(crate) fn of(case: &'a Case) -> Self {
        let rows = case.row_gradients();
        let loss = rows.iter().map(|(_, loss)| loss).sum();
        let rows = rows.into_iter().map(|(gradient, _)| gradient).collect();
        Self { case, rows, loss }
    }

    /// Asserts that an engine gives the same to a relative `precision`, where it keeps clipped
    /// gradients at this share of what the rule allows.
    pub(crate) fn compare(
        &self,
        engine_name: &str,
        engine: &dyn GradientEngine,
        share: f64,
        precision: f64,
    ) {
        let Self {
            case,
            rows: gradients,
            loss,
        } = self;
        let architecture = case.network.architecture();
        let name = format!("{}, {engine_name}", case.name);
        let plain = ask(engine, case, Units::Rows, GradientRequest::default());
        let error = distance(&plain.sum, &sum(gradients, architecture.parameters()));
        assert!(error < precision, "{name}, not clipped: {error:e}");
        assert!(
            (plain.loss - loss).abs() < precision * loss,
            "{name}: {}",
            plain.loss
        );
        for rule in rules(architecture, typical(gradients)) {
            let answer = ask(engine, case, Units::Rows, clipped(&rule));
            let mut expected = sum(&case.clipped(gradients, &rule), architecture.parameters());
            expected.iter_mut().for_each(|value| *value *= share);
            let error = distance(&answer.sum, &expected);
            assert!(error < precision, "{name}, {rule:?}: {error:e}");
            assert_eq!(answer.norms.len(), gradients.len());
            assert_eq!(answer.not_finite, 0);
            for (norm, gradient) in answer.norms.iter().zip(gradients) {
                let relative = norm / length(gradient) - 1.0;
                assert!(relative.abs() < precision, "{name}, norm: {relative:e}");
            }
        }
    }
}

#[test]
fn every_layer_gives_the_gradients_of_batches_of_one() {
    cases().iter().for_each(compare);
}

#[test]
fn random_networks_give_the_gradients_of_batches_of_one() {
    (0..30).for_each(|seed| compare(&random_network(seed)));
}

/// The comparison above would notice a clipping norm that is 1 % off, for every network.
#[test]
fn a_clipping_that_is_one_percent_off_is_noticed() {
    let (_, engine) = engines().remove(0);
    for case in cases() {
        let gradients = case.unit_gradients(&vec![1; case.labels.len()]);
        let bound = 0.01 * typical(&gradients);
        let flat = |norm| privet_mechanisms::Clipping::Flat { norm };
        let parameters = case.network.architecture().parameters();
        let expected = sum(&case.clipped(&gradients, &flat(bound)), parameters);
        for off in [0.99, 1.01] {
            let answer = ask(&*engine, &case, Units::Rows, clipped(&flat(bound * off)));
            assert!(distance(&answer.sum, &expected) > 0.005, "{}", case.name);
        }
    }
}
