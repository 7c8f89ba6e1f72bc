//! The adaptive clipping norm: it finds its quantile, and its count is paid for.

use privet_accountant::NeighboringRelation;
use privet_mechanisms::{
    AdaptiveClipping, Arithmetic, Clipping, ClippingPlan, DpEvent, NoiseSource, NoisySgdMechanism,
    NoisySgdParameters, Sensitive,
};

use crate::plans::{poisson, release_zeros};
use crate::statistics::fits_chi_square;

const STEPS: u64 = 600;
const ADAPTIVE: AdaptiveClipping = AdaptiveClipping {
    initial_norm: 0.1,
    target_quantile: 0.5,
    learning_rate: 0.2,
    count_noise: 50.0,
};

fn plan(adaptive: AdaptiveClipping, noise_multiplier: f64) -> NoisySgdMechanism {
    NoisySgdMechanism::new(NoisySgdParameters {
        declared_units: 2000,
        steps: STEPS,
        clipping: ClippingPlan::Adaptive(adaptive),
        noise_multiplier,
        ..poisson(0.5)
    })
    .unwrap()
}

/// The norm after each step on units with these norms.
fn norms_after(plan: &NoisySgdMechanism, norms: &[f64], seed: u64) -> Vec<f64> {
    let source = NoiseSource::danger_fixed_seed(seed);
    let mut run = plan.start(&source, Sensitive::new(norms.len())).unwrap();
    let mut after = Vec::new();
    while let Some(batch) = run.next_batch() {
        let chosen = batch
            .indices()
            .map(|chosen| chosen.iter().map(|&i| norms[i]).collect());
        release_zeros(&mut run, batch, 1, &chosen);
        let Clipping::Flat { norm } = *run.clipping() else {
            panic!("{:?}", run.clipping())
        };
        after.push(norm);
    }
    after
}

/// Norms from 0.01 to 100, of which a share `p` is below `0.01 * 10000^p`; and a tenth of the units
/// has no finite norm, which counts as above any.
#[test]
fn the_norm_finds_the_quantile_from_below_and_from_above() {
    let norms: Vec<f64> = (0..2000)
        .map(|i| match i % 10 {
            9 => f64::NAN,
            _ => 1e-2 * 1e4_f64.powf((i as f64 + 0.5) / 2000.0),
        })
        .collect();
    for target_quantile in [0.2, 0.5, 0.8] {
        for initial_norm in [1e-3, 1e3] {
            let adaptive = AdaptiveClipping {
                initial_norm,
                target_quantile,
                ..ADAPTIVE
            };
            let after = norms_after(&plan(adaptive, 1.0), &norms, 1);
            let average = after[300..].iter().map(|norm| norm.ln()).sum::<f64>() / 300.0;
            let share = norms.iter().filter(|norm| norm.ln() <= average).count() as f64 / 2000.0;
            assert!(
                (share - target_quantile).abs() < 0.02,
                "{share} {target_quantile}"
            );
        }
    }
}

/// With no units at all each step's move is the count's noise alone.
#[test]
fn the_count_has_the_stated_noise() {
    for arithmetic in [Arithmetic::Float, Arithmetic::Exact] {
        let plan = NoisySgdMechanism::new(NoisySgdParameters {
            declared_units: 2000,
            steps: 100_000,
            clipping: ClippingPlan::Adaptive(AdaptiveClipping {
                learning_rate: 0.01,
                initial_norm: 1.0,
                ..ADAPTIVE
            }),
            arithmetic,
            ..poisson(0.5)
        })
        .unwrap();
        let logs: Vec<f64> = norms_after(&plan, &[], 2)
            .iter()
            .map(|norm| norm.ln())
            .collect();
        // A step moves the logarithm by the learning rate times noise over the expected batch size.
        let noise: Vec<f64> = logs
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) * 1000.0 / 0.01)
            .collect();
        let in_half_units = noise
            .iter()
            .all(|x| ((2.0 * x).round() / 2.0 - x).abs() < 1e-6);
        assert_eq!(in_half_units, arithmetic == Arithmetic::Exact);
        let squares: f64 = noise.iter().map(|x| (x / 50.0).powi(2)).sum();
        assert!(fits_chi_square(squares, noise.len()));
        for off in [0.97_f64, 1.03] {
            assert!(!fits_chi_square(squares * off.powi(2), noise.len()));
        }
    }
}

/// All units are far above the norm, which grows by a tenth a step, and the noise with it. The count
/// takes a large part of what is charged, so the gradients' noise multiplier is far above the plan's.
#[test]
fn the_noise_on_the_gradients_is_made_for_the_norm_of_the_step() {
    const LENGTH: usize = 10_000;
    for arithmetic in [Arithmetic::Float, Arithmetic::Exact] {
        let count_noise = 0.6;
        let adaptive = AdaptiveClipping {
            count_noise,
            ..ADAPTIVE
        };
        let plan = plan(adaptive, 1.0);
        let plan = NoisySgdMechanism::new(NoisySgdParameters {
            arithmetic,
            ..plan.parameters().clone()
        })
        .unwrap();
        let multiplier = 1.0 / (1.0 - (0.5 / count_noise).powi(2)).sqrt();
        assert!(multiplier > 1.8);
        let source = NoiseSource::danger_fixed_seed(4);
        let mut run = plan.start(&source, Sensitive::new(2000)).unwrap();
        let (mut squares, mut norm) = (0.0, 0.1);
        for _ in 0..20 {
            let batch = run.next_batch().unwrap();
            let norms = batch.size().map(|size| vec![1e3; size]);
            let released = release_zeros(&mut run, batch, LENGTH, &norms);
            let deviation = multiplier * norm / plan.expected_batch_size();
            squares += released
                .iter()
                .map(|&x| (f64::from(x) / deviation).powi(2))
                .sum::<f64>();
            norm = run.state().clipping_norm.unwrap();
        }
        assert!(norm > 0.5, "{norm}");
        assert!(fits_chi_square(squares, 20 * LENGTH));
        for off in [0.97_f64, 1.03] {
            assert!(!fits_chi_square(squares * off.powi(2), 20 * LENGTH));
        }
    }
}

/// Renyi divergences of Gaussian releases add up: `alpha / 2` times the squared shift of each.
#[test]
fn gradients_and_count_together_cost_what_is_charged() {
    for noise_multiplier in [0.3, 1.0, 7.0] {
        for count_noise in [0.501 * noise_multiplier, 0.6 * noise_multiplier, 20.0, 1e6] {
            let adaptive = AdaptiveClipping {
                count_noise,
                ..ADAPTIVE
            };
            let plan = plan(adaptive, noise_multiplier);
            let gradients = plan.gradient_noise_multiplier().powi(-2);
            let total = gradients + (0.5 / count_noise).powi(2);
            let charged = noise_multiplier.powi(-2);
            // The gradients' part is a small difference where the count costs nearly everything.
            assert!(total <= charged * (1.0 + 1e-15), "{total} {charged}");
            assert!(total >= charged * (1.0 - 1e-11), "{total} {charged}");
            let step = DpEvent::gaussian(noise_multiplier).unwrap();
            let step = DpEvent::poisson_sampled(0.5, step).unwrap();
            let event = plan.event(NeighboringRelation::AddOrRemoveOne).unwrap();
            assert_eq!(event, DpEvent::self_composed(step, STEPS).unwrap());
        }
    }
}

#[test]
fn the_norm_stays_in_its_range_whatever_the_noise() {
    let adaptive = AdaptiveClipping {
        learning_rate: 1e300,
        ..ADAPTIVE
    };
    let after = norms_after(&plan(adaptive, 1.0), &[1.0; 20], 3);
    assert!(after.iter().all(|norm| (1e-10..=1e20).contains(norm)));
    assert!(after.contains(&1e-10) && after.contains(&1e20));
}
