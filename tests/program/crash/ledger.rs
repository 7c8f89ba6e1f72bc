//! Runs that die after they have reserved in the ledger of all runs.

use std::fs;
use std::time::Duration;

use super::{finish, has_released, kill_after, kill_when, reservations, slow_dp_sgd, start};
use crate::good::ledger::{charged, clinic, ledger, shown, states};
use crate::samples::{edit, pate, records};

fn roomy() -> String {
    let config = edit(
        &slow_dp_sgd(),
        "steps = 500",
        "steps = 500\nnoise_multiplier = 3.0",
    );
    charged(&edit(&config, "epsilon = 4.0", "epsilon = 104.0"))
}

#[test]
fn a_killed_run_stays_spent_is_told_of_and_goes_on_for_nothing() {
    let config = charged(&slow_dp_sgd());
    let folder = clinic("6");
    let child = start(&folder, &config);
    assert!(kill_when(child, || has_released(&folder)));
    let spent = shown(&folder)["part_spent"].clone();
    assert!(spent.as_f64().unwrap() > 0.5);
    assert_eq!(states(&folder), ["claimed"]);
    assert_eq!(shown(&folder)["reservations"][0]["died"], true);
    // Another run does not fit beside it; that one is told of first.
    let said = folder.run_into("other", &config, &["--quiet"]);
    said.failed(2, &["population clinic has too little left"]);
    finish(&folder, &config);
    assert_eq!(states(&folder), ["settled"]);
    let after = shown(&folder);
    assert_eq!(after["part_spent"], spent);
    assert_eq!(after["reservations"][0]["died"], false);
    assert_eq!(reservations(&folder).len(), 1);
    ledger(&folder, &["verify"]).well();
}

#[test]
fn the_next_run_tells_of_one_that_died() {
    let config = charged(&slow_dp_sgd());
    let folder = clinic("20");
    let child = start(&folder, &config);
    assert!(kill_when(child, || has_released(&folder)));
    folder.run_into("other", &config, &["--quiet"]).well();
    let notices = folder.json_lines("notices.jsonl");
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0]["event"], "run-died");
    assert!(notices[0]["directory"].as_str().unwrap().ends_with("run"));
    folder.run_into("third", &config, &["--quiet"]).well();
    assert_eq!(folder.json_lines("notices.jsonl").len(), 1);
}

#[test]
fn killed_at_any_time_a_run_is_charged_for_what_it_released() {
    let config = charged(&slow_dp_sgd());
    for trial in 0..8 {
        let folder = clinic("20");
        kill_after(
            start(&folder, &config),
            Duration::from_millis(20 + 60 * trial),
        );
        let own = reservations(&folder).len();
        let claimed = states(&folder).iter().filter(|s| *s != "reserved").count();
        assert!(claimed >= own, "released without a charge");
        if folder.exists("run") {
            finish(&folder, &config);
        }
        let settled = states(&folder).iter().filter(|s| *s == "settled").count();
        // Also where it died between the two ledgers.
        assert_eq!(
            settled,
            reservations(&folder).len(),
            "{:?}",
            states(&folder)
        );
        ledger(&folder, &["verify"]).well();
    }
}

#[test]
fn a_second_charge_of_one_directory_is_charged_here_too() {
    let folder = clinic("20");
    let child = start(&folder, &roomy());
    assert!(kill_when(child, || has_released(&folder)));
    let before = shown(&folder)["part_spent"].as_f64().unwrap();
    folder.write("records.csv", edit(&records(), ",0,low\n", ",0,high\n"));
    finish(&folder, &roomy());
    assert_eq!(states(&folder), ["settled", "settled"]);
    let after = shown(&folder);
    assert!(after["part_spent"].as_f64().unwrap() > 1.9 * before);
    // Other content, and what was claimed for it.
    assert_eq!(after["reservations"][0]["data"], 1);
    assert_eq!(after["reservations"][1]["data"], 2);
}

#[test]
fn a_second_charge_that_does_not_fit_releases_nothing() {
    let folder = clinic("10");
    let child = start(&folder, &roomy());
    assert!(kill_when(child, || has_released(&folder)));
    // Others that cost the same take what is left.
    let others = (1..10).take_while(|other| {
        let said = folder.run_into(&format!("other-{other}"), &roomy(), &["--quiet"]);
        said.code == Some(0)
    });
    let others = others.count();
    assert!(others < 9, "the budget is not used up");
    let metrics = folder.bytes("run/metrics.jsonl");
    fs::remove_file(folder.path("run/private/noise.key")).unwrap();
    let words = ["nothing was released", "too little left"];
    folder
        .run(&roomy(), &["--resume", "--quiet"])
        .failed(1, &words);
    assert_eq!(folder.bytes("run/metrics.jsonl"), metrics);
    assert_eq!(reservations(&folder).len(), 1);
    assert_eq!(states(&folder).len(), 1 + others);
    assert_eq!(states(&folder)[0], "claimed");
}

#[test]
fn a_copy_of_a_directory_pays_for_itself() {
    let folder = clinic("20");
    let child = start(&folder, &roomy());
    assert!(kill_when(child, || has_released(&folder)));
    let copied = std::process::Command::new("cp")
        .args(["-r", "run", "copy"])
        .current_dir(folder.path(""))
        .status();
    assert!(copied.unwrap().success());
    // Both draw new noise: the copy's is not that of the first.
    for run in ["run", "copy"] {
        fs::remove_file(folder.path(&format!("{run}/private/noise.key"))).unwrap();
        folder
            .run_into(run, &roomy(), &["--resume", "--quiet"])
            .well();
    }
    assert_eq!(states(&folder), ["settled", "settled", "settled"]);
}

#[test]
fn a_run_that_fails_before_its_release_gives_back() {
    let folder = clinic("8");
    let config = charged(&pate());
    folder.write("experiment.toml", &config);
    folder
        .privet(&["teachers", "experiment.toml", "--out", "run", "--quiet"])
        .well();
    // No key can be read or written there.
    fs::create_dir(folder.path("run/private/noise.key")).unwrap();
    let words = ["label", "experiment.toml", "--out", "run", "--quiet"];
    folder.privet(&words).failed(1, &["noise.key"]);
    assert_eq!(states(&folder), ["cancelled"]);
    assert_eq!(shown(&folder)["part_spent"], 0.0);
    fs::remove_dir(folder.path("run/private/noise.key")).unwrap();
    folder.privet(&words).well();
    assert_eq!(states(&folder), ["cancelled", "settled"]);
}

#[test]
fn a_charged_run_does_not_go_on_without_its_ledger() {
    let folder = clinic("8");
    folder.write("experiment.toml", slow_dp_sgd());
    let words = ["run", "experiment.toml", "--out", "run", "--quiet"];
    let mut command = folder.command(&words);
    command
        .env("PRIVET_LEDGER", "ledger.sqlite")
        .env("PRIVET_POPULATION", "clinic");
    let child = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    assert!(kill_when(child, || has_released(&folder)));
    let resume = ["run", "experiment.toml", "--out", "run", "--resume"];
    folder
        .privet(&resume)
        .failed(2, &["charged in a ledger of all runs", "PRIVET_LEDGER"]);
    assert_eq!(states(&folder), ["claimed"]);
}
