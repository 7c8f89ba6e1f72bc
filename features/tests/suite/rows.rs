//! A row's result depends on nothing but the row.

use std::f32::consts::PI;

use ndarray::{Array2, Axis, concatenate};
use privet_features::{Encoder, FeatureError, FeatureMap, StageSpec};
use privet_gradients::cpu::CpuEngine;
use privet_gradients::network::{InputShape, NetworkSpec};

use crate::data::image;
use crate::fitting;

const INPUT: InputShape = InputShape::Image {
    channels: 2,
    height: 12,
    width: 16,
};

pub(crate) fn images(rows: usize) -> Array2<f32> {
    let images: Vec<_> = (0..rows).map(|row| image(INPUT.len(), row)).collect();
    let views: Vec<_> = images.iter().map(|image| image.view()).collect();
    concatenate(Axis(0), &views).unwrap()
}

/// A map with each kind of stage but `hog`, and one with `hog`.
pub(crate) fn maps() -> Vec<FeatureMap> {
    let stages = |text: &str| -> Vec<StageSpec> {
        let table: toml::Table = text.parse().unwrap();
        table["stages"].clone().try_into().unwrap()
    };
    let public = images(40);
    let fit = |text| {
        FeatureMap::fit(
            INPUT,
            &stages(text),
            Some(public.view()),
            fitting(&CpuEngine::default()),
        )
        .unwrap()
    };
    let mut long = fit("stages = [
        { kind = 'standardise', by = 'channel' },
        { kind = 'scattering', scales = 2, angles = 4 },
        { kind = 'group-normalise', groups = 5 },
        { kind = 'standardise' },
        { kind = 'pca', components = 20, whitening = 0.25 },
    ]");
    let network = NetworkSpec::mlp(&[13]);
    let architecture = network.resolve(long.output_shape(), 9).unwrap();
    let parameters = (0..architecture.parameters()).map(|at| (at as f32 * PI).sin() * 0.3);
    let encoder = Encoder::new(architecture.clone(), parameters.collect()).unwrap();
    long.push(Box::new(encoder)).unwrap();
    let short = fit("stages = [{ kind = 'hog', cell = 4 }, { kind = 'row-norm', norm = 2 }]");
    vec![long, short, FeatureMap::new(INPUT)]
}

fn apply_with(threads: usize, map: &FeatureMap, rows: &Array2<f32>) -> Array2<f32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(|| map.apply(rows.view())).unwrap()
}

#[test]
fn neighbours_and_threads_do_not_matter() {
    let rows = images(131);
    for map in maps() {
        let all = apply_with(1, &map, &rows);
        assert_eq!(all.dim(), (131, map.output_shape().len()));
        assert_eq!(apply_with(3, &map, &rows), all);
        // By itself, behind another number of rows, beside rows without sense, and column by column
        // in memory.
        for at in [0, 17, 63, 64, 130] {
            let alone = rows.select(Axis(0), &[at]);
            assert_eq!(map.apply(alone.view()).unwrap().row(0), all.row(at));
            let mut beside = rows.select(Axis(0), &[3, 2, 1, at, 5]);
            beside.row_mut(1).fill(f32::NAN);
            beside.row_mut(4).fill(f32::INFINITY);
            assert_eq!(map.apply(beside.view()).unwrap().row(3), all.row(at));
        }
        let columns_first = rows.t().as_standard_layout().into_owned();
        assert_eq!(map.apply(columns_first.t()).unwrap(), all);
        let none = Array2::zeros((0, INPUT.len()));
        let width = map.output_shape().len();
        assert_eq!(map.apply(none.view()).unwrap().dim(), (0, width));
    }
}

#[test]
fn rows_of_another_width_are_refused() {
    for map in maps() {
        for width in [0, 1, INPUT.len() + 1] {
            let rows = Array2::zeros((3, width));
            let error = map.apply(rows.view()).unwrap_err();
            assert!(matches!(error, FeatureError::Width { .. }), "{error}");
            for stage in map.stages() {
                let rows = Array2::zeros((3, stage.input().len() + 1));
                assert!(stage.apply(rows.view()).is_err());
            }
        }
    }
}

#[test]
fn stages_that_do_not_follow_each_other_are_refused_by_position() {
    let stages = [
        StageSpec::GroupNormalise { groups: 2 },
        StageSpec::Pca {
            components: 4,
            whitening: 0.0,
        },
        StageSpec::Scattering {
            scales: 1,
            angles: 8,
        },
    ];
    let error = FeatureMap::fit(
        INPUT,
        &stages,
        Some(images(9).view()),
        fitting(&CpuEngine::default()),
    )
    .unwrap_err();
    assert!(error.to_string().starts_with("stage 3"), "{error}");
    let error = FeatureMap::fit(INPUT, &stages, None, fitting(&CpuEngine::default())).unwrap_err();
    assert!(error.to_string().starts_with("stage 2"), "{error}");
}

#[test]
fn the_shape_is_known_before_anything_is_fitted() {
    for map in maps() {
        let stages: Vec<StageSpec> = map
            .to_parts()
            .description
            .stages
            .into_iter()
            .filter_map(|stage| match stage {
                privet_features::StageDescription::Configured(spec) => Some(spec),
                privet_features::StageDescription::Encoder { .. } => None,
            })
            .collect();
        let mut shape = INPUT;
        for spec in &stages {
            let rows = Array2::from_shape_fn((9, shape.len()), |(row, place)| {
                ((row * 31 + place * 7) % 17) as f32
            });
            let engine = CpuEngine::default();
            let stage = spec.fit(shape, Some(rows.view()), fitting(&engine));
            let Ok(stage) = stage else {
                // More components than these rows have.
                assert_eq!(spec.kind(), "pca");
                break;
            };
            assert_eq!(stage.output(), spec.output(shape).unwrap(), "{spec:?}");
            shape = stage.output();
        }
    }
}

#[test]
fn an_encoder_is_trained_on_public_images_and_survives_a_file() {
    let stages: Vec<StageSpec> = toml::from_str::<toml::Table>(
        "stages = [{ kind = 'encoder', epochs = 1, batch_size = 8, projection = [8] },
                   { kind = 'pca', components = 4, whitening = 0.25 }]",
    )
    .unwrap()["stages"]
        .clone()
        .try_into()
        .unwrap();
    let engine = CpuEngine::default();
    let public = images(24);
    let told = std::sync::Mutex::new(Vec::new());
    let fit = || {
        let progress = |kind: &str, epoch: usize, of: usize| {
            told.lock().unwrap().push((kind.to_owned(), epoch, of));
        };
        let fitting = privet_features::Fitting {
            progress: &progress,
            ..fitting(&engine)
        };
        FeatureMap::fit(INPUT, &stages, Some(public.view()), fitting).unwrap()
    };
    let (map, again) = (fit(), fit());
    assert_eq!(map.output_shape(), InputShape::flat(4));
    assert_eq!(
        FeatureMap::output_of(INPUT, &stages).unwrap(),
        map.output_shape()
    );
    let rows = images(5);
    let values = map.apply(rows.view()).unwrap();
    assert_eq!(values, again.apply(rows.view()).unwrap());
    let read = FeatureMap::from_parts(map.to_parts()).unwrap();
    assert_eq!(values, read.apply(rows.view()).unwrap());
    let told = told.into_inner().unwrap();
    assert!(told.contains(&("encoder".into(), 1, 1)));
    assert!(FeatureMap::fit(INPUT, &stages, None, fitting(&engine)).is_err());
}
