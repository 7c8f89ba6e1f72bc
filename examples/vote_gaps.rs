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
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use privet_accountant::{
    DpEvent, NeighboringRelation, PldAccountant, PrivacyAccountant, VoteNoise,
};
use privet_training::data::read_counts;

const SIZE: (u32, u32) = (760, 420);
const COLOURS: [RGBColor; 4] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
];
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
    let labels = (
        ["percentile of the questions", "lead of the winner, votes"],
        SeriesLabelPosition::LowerRight,
    );
    draw(
        &folder.join("leads.svg"),
        labels,
        0.0..100.0,
        (1.0..1000.0).log_scale(),
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
    let labels = (
        [
            "lead that the noise turns once in a hundred, votes",
            "epsilon at delta 1e-5",
        ],
        SeriesLabelPosition::UpperRight,
    );
    draw(
        &folder.join("cost.svg"),
        labels,
        (20.0..1000.0).log_scale(),
        (0.05..100.0).log_scale(),
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

fn draw<X, Y>(
    path: &Path,
    ([x, y], legend): ([&str; 2], SeriesLabelPosition),
    across: X,
    up: Y,
    curves: &[Curve],
) -> Result<()>
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(62)
        .build_cartesian_2d(across, up)?;
    chart
        .configure_mesh()
        .x_desc(x)
        .y_desc(y)
        .x_labels(6)
        .x_label_formatter(&|value| format!("{value}"))
        .y_label_formatter(&|value| format!("{value}"))
        .light_line_style(WHITE)
        .draw()?;
    for ((name, points), colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
        let key = move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2));
        chart.draw_series(line)?.label(name).legend(key);
    }
    chart
        .configure_series_labels()
        .position(legend)
        .background_style(WHITE)
        .border_style(RGBColor(180, 180, 180))
        .draw()?;
    area.present()?;
    Ok(())
}
