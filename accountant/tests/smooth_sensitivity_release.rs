//! Publishing a sanitised epsilon is an event like any other.

use privet_accountant::pate::sanitized::{SanitizeSettings, release_rdp};
use privet_accountant::rdp::Order;
use privet_accountant::{
    DpEvent, NeighboringRelation, PldAccountant, PrivacyAccountant, RdpAccountant, VoteNoise,
};

const DELTA: f64 = 1e-5;

fn settings() -> SanitizeSettings {
    SanitizeSettings::for_order(Order::new(8.0).unwrap(), 0.001).unwrap()
}

fn answers() -> DpEvent {
    let answer = DpEvent::noisy_max(VoteNoise::Gaussian, 40.0, 1).unwrap();
    DpEvent::self_composed(answer, 286).unwrap()
}

/// Epsilon by RDP.
fn epsilon(event: &DpEvent) -> f64 {
    let mut accountant = RdpAccountant::new(NeighboringRelation::AddOrRemoveOne);
    accountant.compose(event, 1).unwrap();
    accountant.epsilon(DELTA).unwrap().epsilon
}

#[test]
fn a_release_is_charged_at_the_best_order_of_everything_together() {
    let release = settings().event().unwrap();
    let both = DpEvent::composed(vec![answers(), release.clone()]);
    // Answers alone have RDP 286 alpha / 40^2; the shift is the normal quantile of 0.999.
    let (beta, sigma, shift) = (0.2 / 8.0, 5.0, 3.090_232_306_167_813_5);
    let smallest = (1..4000)
        .map(|step| 1.0 + f64::from(step) * 0.005)
        .map(|order| {
            let rdp = 286.0 * order / 1600.0 + release_rdp(beta, sigma, shift, order);
            // Canonne, Kamath and Steinke 2020, proposition 12.
            rdp + (1.0 - 1.0 / order).ln() - (DELTA * order).ln() / (order - 1.0)
        })
        .fold(f64::INFINITY, f64::min);
    let found = epsilon(&both);
    assert!(
        (found - smallest).abs() < 1e-4 * smallest,
        "{found} {smallest}"
    );
    assert!(found > epsilon(&answers()) + 0.1, "{found}");
    assert!(found > epsilon(&release));
}

#[test]
fn only_renyi_divergences_are_known_of_it() {
    let release = settings().event().unwrap();
    let mut exact = PldAccountant::new(NeighboringRelation::AddOrRemoveOne);
    let refused = exact.compose(&release, 1).unwrap_err().to_string();
    assert!(refused.contains("`rdp` accountant"), "{refused}");
    let sampled = DpEvent::poisson_sampled(0.5, release).unwrap();
    let mut renyi = RdpAccountant::new(NeighboringRelation::AddOrRemoveOne);
    assert!(renyi.compose(&sampled, 1).is_err());
}

#[test]
fn without_noise_it_costs_everything() {
    let release = DpEvent::smooth_sensitivity_release(0.1, 0.0, 0.0).unwrap();
    assert_eq!(epsilon(&release), f64::INFINITY);
    for (smoothness, noise, shift, field) in [
        (0.0, 1.0, 0.0, "smoothness"),
        (f64::NAN, 1.0, 0.0, "smoothness"),
        (0.1, -1.0, 0.0, "noise_multiplier"),
        (0.1, 1.0, -1.0, "shift"),
        (0.1, 1.0, f64::INFINITY, "shift"),
    ] {
        let error = DpEvent::smooth_sensitivity_release(smoothness, noise, shift).unwrap_err();
        assert!(error.to_string().contains(field), "{error}");
    }
    let json = serde_json::to_string(&settings().event().unwrap()).unwrap();
    let read: DpEvent = serde_json::from_str(&json).unwrap();
    assert_eq!(read, settings().event().unwrap());
    assert!(json.contains("smooth_sensitivity_release"), "{json}");
}
