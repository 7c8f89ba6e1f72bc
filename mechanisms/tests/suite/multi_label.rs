//! Multi-label voting: the law of its bits, its cost, and what it refuses.

use privet_accountant::rdp::{Order, RdpAccountant};
use privet_accountant::{NeighboringRelation, PldAccountant, PrivacyAccountant};
use privet_mechanisms::{
    ChangedVotes, DpEvent, LabelVotes, MechanismError, MultiLabel, MultiLabelParameters,
    NoiseSource, Sensitive, VoteSign,
};

use crate::statistics::{fits_binomial, normal_cdf};

const QUERIES: u64 = 100_000;

const PARAMETERS: MultiLabelParameters = MultiLabelParameters {
    labels: 3,
    teachers: 4,
    queries: QUERIES,
    changed_votes: ChangedVotes::ONE,
    norm: 2.0,
    sign: VoteSign::NonNegative,
    threshold: 2.5,
    scale: 1.5,
};

fn votes(rows: &[[f32; 3]]) -> Sensitive<LabelVotes> {
    Sensitive::new(LabelVotes::new(rows.concat(), 3).unwrap())
}

#[test]
fn every_bit_has_the_probability_of_its_noisy_sum() {
    let run = MultiLabel::new(PARAMETERS).unwrap();
    let run = &mut run.start(&NoiseSource::danger_fixed_seed(1)).unwrap();
    // The last row has norm 5 and is clipped to 2: 1.2, 0, 1.6. NaN counts as 0.
    let votes = votes(&[
        [1.0, 0.0, 0.0],
        [1.0, f32::NAN, 1.0],
        [0.5, 0.25, 0.0],
        [3.0, 0.0, 4.0],
    ]);
    let mut on = [0_u64; 3];
    let mut both = 0;
    for query in 0..QUERIES {
        let released = run.release(query, &votes).unwrap();
        assert_eq!(released.query(), query);
        for (on, &bit) in on.iter_mut().zip(released.labels()) {
            *on += u64::from(bit);
        }
        both += u64::from(released.labels()[0] && released.labels()[2]);
    }
    let p = |sum: f64, scale: f64| normal_cdf((sum - 2.5) / scale);
    for (on, sum) in on.into_iter().zip([3.7, 0.25, 2.6]) {
        assert!(fits_binomial(on, QUERIES, p(sum, 1.5)), "{sum}: {on}");
    }
    assert!(!fits_binomial(on[0], QUERIES, p(3.7, 1.4)));
    assert!(
        !fits_binomial(on[0], QUERIES, p(2.5 + 3.0, 1.5)),
        "not clipped"
    );
    // Every label has noise of its own.
    let independent = p(3.7, 1.5) * p(2.6, 1.5);
    assert!(fits_binomial(both, QUERIES, independent));
}

/// The event costs what the Gaussian mechanism with the vector's sensitivity costs, under every
/// relation, and not a bit less.
#[test]
fn the_event_costs_as_the_gaussian_mechanism_on_the_sums() {
    for relation in NeighboringRelation::ALL {
        for (sign, factor) in [(VoteSign::NonNegative, 2_f64.sqrt()), (VoteSign::Any, 2.0)] {
            for k in [1, 2] {
                let plan = MultiLabel::new(MultiLabelParameters {
                    queries: 10,
                    changed_votes: ChangedVotes::new(k).unwrap(),
                    sign,
                    scale: 40.0,
                    ..PARAMETERS
                });
                let event = plan.unwrap().event();
                // As the accountant doubles it: the noise multiplier on twice the sensitivity.
                let doubled = relation.sum_sensitivity();
                let sensitivity = f64::from(k) * factor * 2.0;
                let gaussian = DpEvent::gaussian(doubled * 40.0 / sensitivity).unwrap();
                let reference = DpEvent::self_composed(gaussian, 10).unwrap();
                let of = |accountant: &mut dyn PrivacyAccountant, event: &DpEvent| {
                    accountant.compose(event, 1).unwrap();
                    accountant.epsilon(1e-5).unwrap().epsilon
                };
                let rdp = |event| of(&mut RdpAccountant::new(relation), event);
                let pld = |event| of(&mut PldAccountant::new(relation), event);
                for (claimed, needed) in [
                    (rdp(&event), rdp(&reference)),
                    (pld(&event), pld(&reference)),
                ] {
                    assert!((claimed / needed - 1.0).abs() < 1e-9, "{claimed} {needed}");
                }
            }
        }
    }
}

#[test]
fn the_scale_of_the_event_is_rounded_to_the_safe_side() {
    for (norm, scale) in [(2.0, 1.5), (0.3, 40.0), (1.7, 7.7)] {
        let plan = MultiLabel::new(MultiLabelParameters {
            norm,
            scale,
            ..PARAMETERS
        });
        let DpEvent::SelfComposed { count, event, .. } = plan.unwrap().event() else {
            panic!("one kind of release")
        };
        let DpEvent::ThresholdCheck {
            scale: claimed,
            changed_votes,
            ..
        } = *event
        else {
            panic!("charged as one number")
        };
        assert_eq!((count.get(), changed_votes.get()), (QUERIES, 1));
        // Of the norm on the grid of 2^-20, which is what vectors are clipped to.
        let norm = (norm * 1_048_576.0).floor() / 1_048_576.0;
        let product = claimed.get() * norm * 2_f64.sqrt();
        assert!(
            product <= scale && product >= scale * (1.0 - 1e-15),
            "{product}"
        );
    }
}

/// The analysis of the votes is of the plan that releases: the same cost whatever they are, of the
/// same sums, and of the same bits.
#[test]
fn the_analysis_is_of_what_is_released() {
    let order = Order::new(7.5).unwrap();
    for k in [1, 3] {
        let plan = MultiLabel::new(MultiLabelParameters {
            queries: 1,
            changed_votes: ChangedVotes::new(k).unwrap(),
            ..PARAMETERS
        });
        let plan = plan.unwrap();
        let mut accountant = RdpAccountant::new(NeighboringRelation::AddOrRemoveOne);
        accountant.compose(&plan.event(), 1).unwrap();
        let of_event = accountant.epsilon_at_order(1e-5, order).unwrap().epsilon;
        let mut twice = RdpAccountant::new(NeighboringRelation::AddOrRemoveOne);
        twice.compose(&plan.event(), 2).unwrap();
        let rdp = twice.epsilon_at_order(1e-5, order).unwrap().epsilon - of_event;
        assert!((plan.voting().rdp(order) / rdp - 1.0).abs() < 1e-9);
    }
    let plan = MultiLabel::new(PARAMETERS).unwrap();
    let rows = votes(&[
        [1.0, 0.0, 0.0],
        [1.0, f32::NAN, 1.0],
        [0.5, 0.25, 0.0],
        [3.0, 0.0, 4.0],
    ]);
    let sums = plan.clipped_sums(&rows).unwrap().into_exposed_sensitive();
    for (sum, exact) in sums.iter().zip([3.7, 0.25, 2.6]) {
        assert!((sum - exact).abs() < 2e-6, "{sums:?}");
    }
    // On every query whose bits are not those of the sums counts what q bounds.
    let q = plan.voting().log_q(&sums).exp();
    let run = &mut plan.start(&NoiseSource::danger_fixed_seed(5)).unwrap();
    let wrong = (0..QUERIES)
        .filter(|&query| run.release(query, &rows).unwrap().labels() != [true, false, true]);
    let wrong = wrong.count() as u64;
    assert!(fits_binomial(wrong, QUERIES, q), "{wrong} {q}");
}

#[test]
fn what_does_not_fit_the_plan_is_refused_and_uses_nothing_up() {
    let run = MultiLabel::new(PARAMETERS).unwrap();
    let run = &mut run.start(&NoiseSource::danger_fixed_seed(2)).unwrap();
    let good = votes(&[[0.0; 3]; 4]);
    let refused = run.release(0, &votes(&[[0.0, -0.5, 0.0]; 4])).unwrap_err();
    assert_eq!(refused, MechanismError::NegativeVote);
    let (found, expected) = (3, 4);
    let refused = run.release(0, &votes(&[[0.0; 3]; 3])).unwrap_err();
    assert_eq!(refused, MechanismError::Teachers { found, expected });
    let other = Sensitive::new(LabelVotes::new(vec![0.0; 8], 2).unwrap());
    assert!(matches!(
        run.release(0, &other),
        Err(MechanismError::Classes { .. })
    ));
    assert!(matches!(
        run.release(1, &good),
        Err(MechanismError::QueryOrder { .. })
    ));
    assert_eq!(run.next_query(), 0);
    run.release(0, &good).unwrap();
    assert!(LabelVotes::new(vec![0.0; 4], 3).is_err() && LabelVotes::new(vec![], 0).is_err());
}

#[test]
fn replays_repeat_and_any_other_parameter_has_other_noise() {
    let changes: [fn(&mut MultiLabelParameters); 7] = [
        |_| (),
        |p| p.queries = 7,
        |p| p.changed_votes = ChangedVotes::TWO,
        |p| p.norm = 2.5,
        |p| p.sign = VoteSign::Any,
        |p| p.threshold = 2.501,
        |p| p.scale = 1.501,
    ];
    let source = NoiseSource::danger_fixed_seed(3);
    let bits = |parameters, source: &NoiseSource| -> Vec<bool> {
        let mut run = MultiLabel::new(parameters).unwrap().start(source).unwrap();
        let votes = votes(&[[0.625; 3]; 4]);
        let bits = (0..7).map(|query| run.release(query, &votes).unwrap().labels().to_vec());
        bits.collect::<Vec<_>>().concat()
    };
    for change in changes {
        let mut parameters = PARAMETERS;
        change(&mut parameters);
        let first = bits(parameters, &source);
        assert_eq!(first, bits(parameters, &NoiseSource::danger_fixed_seed(3)));
        // Equal by chance with probability 2^-21; the seed is fixed.
        assert_ne!(first, bits(parameters, &NoiseSource::danger_fixed_seed(4)));
    }
}

#[test]
fn parameters_that_are_none_are_refused() {
    let changes: [fn(&mut MultiLabelParameters); 9] = [
        |p| p.labels = 0,
        |p| p.teachers = 0,
        |p| p.queries = 0,
        |p| p.norm = 0.0,
        |p| p.norm = f64::NAN,
        |p| p.norm = 1e6,
        |p| p.threshold = f64::INFINITY,
        |p| p.scale = 0.0,
        |p| p.scale = f64::NAN,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut parameters = PARAMETERS;
        change(&mut parameters);
        let refused = MultiLabel::new(parameters);
        let out_of_range = matches!(refused, Err(MechanismError::OutOfRange { .. }));
        assert!(out_of_range, "{index}");
    }
}
