//! Draws the pictures of docs/PATE.md: how far the winner is ahead, and what a lead buys.
//!
//! ```text
//! cargo run --release --example vote_gaps -- docs/pate NAME=VOTES.npy [NAME=VOTES.npy ...]
//! ```
//!
//! Votes are private: this is for those of public benchmarks.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use privet_accountant::{
    DpEvent, NeighboringRelation, PldAccountant, PrivacyAccountant, VoteNoise,
};
use privet_report::figure::{Axis, Body, Figure, Plot, Scale, Series};
use privet_report::svg;
use privet_training::data::read_counts;

const DELTA: f64 = 1e-5;

/// Of a query with two leading classes the noise turns one in a hundred: sigma is the lead over
/// sqrt(2) times the normal quantile of 0.99.
const LEAD_OVER_SIGMA: f64 = std::f64::consts::SQRT_2 * 2.326_347_874;

type Curve = (String, Vec<(f64, f64)>);

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let folder = words.next().context("give a folder for the pictures")?;
    let mut gaps = Vec::new();
    for word in words {
        let (name, file) = word.split_once('=').context("give NAME=VOTES.npy")?;
        gaps.push((name.to_owned(), leads(Path::new(file))?));
    }
    ensure!(!gaps.is_empty(), "give at least one NAME=VOTES.npy");
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;

    let share = |(name, leads): &(String, Vec<f64>)| {
        let last = leads.len() as f64 - 1.0;
        let points = leads.iter().enumerate();
        let curve = points.map(|(rank, &lead)| (100.0 * rank as f64 / last.max(1.0), lead));
        (name.clone(), curve.collect())
    };
    let curves: Vec<Curve> = gaps.iter().map(share).collect();
    draw(
        &folder.join("leads.svg"),
        "How far the winner is ahead",
        Axis::linear("percentile of the questions", 0.0, 100.0),
        logarithmic("lead of the winner, votes", 1.0, 1000.0),
        &curves,
    )?;
    for (name, leads) in &gaps {
        let at = |share: f64| leads[((leads.len() - 1) as f64 * share) as usize];
        println!(
            "{name}: lead at 5, 25, 50 %: {}, {}, {}",
            at(0.05),
            at(0.25),
            at(0.5)
        );
    }

    let mut curves: Vec<Curve> = Vec::new();
    for answers in [100, 300, 1000] {
        let mut points = Vec::new();
        for step in 0..=24 {
            let lead = 20.0 * 50f64.powf(f64::from(step) / 24.0);
            points.push((lead, epsilon(lead / LEAD_OVER_SIGMA, answers)?));
        }
        println!("{answers} answers: {points:.3?}");
        curves.push((format!("{answers} answers"), points));
    }
    draw(
        &folder.join("cost.svg"),
        "What a lead buys",
        logarithmic(
            "lead that the noise turns once in a hundred, votes",
            20.0,
            1000.0,
        ),
        logarithmic("epsilon at delta 1e-5", 0.05, 100.0),
        &curves,
    )
}

/// By how many votes the winner of each query is ahead, ascending.
fn leads(path: &Path) -> Result<Vec<f64>> {
    let counts = read_counts(path)?;
    let lead = |row: ndarray::ArrayView1<'_, u32>| {
        let mut row = row.to_vec();
        row.sort_unstable_by(|a, b| b.cmp(a));
        f64::from(row[0] - row[1])
    };
    let mut leads: Vec<f64> = counts.rows().into_iter().map(lead).collect();
    ensure!(!leads.is_empty(), "{} holds no votes", path.display());
    leads.sort_by(f64::total_cmp);
    Ok(leads)
}

/// What so many answers of GNMax cost, whatever the votes.
fn epsilon(sigma: f64, answers: u64) -> Result<f64> {
    let answer = DpEvent::noisy_max(VoteNoise::Gaussian, sigma, 1)?;
    let mut accountant = PldAccountant::new(NeighboringRelation::AddOrRemoveOne);
    accountant.compose(&answer, answers)?;
    Ok(accountant.epsilon(DELTA)?.epsilon)
}

fn logarithmic(label: &str, low: f64, high: f64) -> Axis {
    Axis {
        scale: Scale::Logarithmic,
        ..Axis::linear(label, low, high)
    }
}

fn draw(path: &Path, title: &str, x: Axis, y: Axis, curves: &[Curve]) -> Result<()> {
    let curves = curves.iter().enumerate();
    let series = curves.map(|(look, (name, points))| {
        // A lead of 0 has no place on a logarithmic axis.
        let points = points.iter().copied().filter(|(_, y)| *y > 0.0);
        Series::line(name, look, points)
    });
    let figure = Figure {
        name: "figure".into(),
        title: title.into(),
        caption: title.into(),
        body: Body::Plot(Plot {
            x,
            y,
            series: series.collect(),
        }),
    };
    Ok(fs::write(path, svg::document(&figure))?)
}
