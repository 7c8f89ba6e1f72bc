//! Keys, tables and values that the file may not have.

use super::{refused, refused_with};
use crate::folder::Folder;
use crate::samples::{baseline, dp_sgd, edit, nearest_questions, pate};

#[test]
fn an_unknown_key_suggests_the_nearest() {
    refused(
        &edit(&pate(), "epsilon =", "epsilom ="),
        &["epsilom", "did you mean `epsilon`?", "line 4"],
    );
    refused(
        &edit(&pate(), "count = 12", "conut = 12 # not `batch_size`"),
        &["unknown field `conut`", "did you mean `count`?"],
    );
    refused(
        &edit(&pate(), "queries = 40", "queries = 40\nsigm = 3.0"),
        &["unknown field `sigm`", "did you mean `sigma`?"],
    );
    refused(
        &edit(&dp_sgd(), "clipping_norm", "cliping_norm"),
        &["did you mean `clipping_norm`?"],
    );
    refused(
        &edit(&pate(), "declared_by", "declared_from"),
        &["unknown field `declared_from`"],
    );
}

#[test]
fn an_unknown_table_suggests_the_nearest() {
    refused(
        &edit(&pate(), "[teachers]", "[teacher]"),
        &["unknown field `teacher`", "did you mean `teachers`?"],
    );
}

#[test]
fn an_unknown_variant_lists_the_known_ones() {
    refused(
        &edit(&pate(), "method = \"pate\"", "method = \"pat\""),
        &["`pat`", "`dp-sgd`", "did you mean `pate`?"],
    );
    refused(
        &edit(&pate(), "\"gnmax\"", "\"gnmx\""),
        &["`lnmax`", "`confident-gnmax`", "did you mean `gnmax`?"],
    );
    refused(
        &edit(&pate(), "\"linear\"", "\"liner\""),
        &["`liner`", "did you mean `linear`?"],
    );
    refused(
        &edit(&dp_sgd(), "\"sgd\"", "\"sdg\""),
        &["`sdg`", "did you mean `sgd`?"],
    );
    refused(
        &edit(
            &pate(),
            "delta = 1e-4",
            "delta = 1e-4\nneighboring = \"replace\"",
        ),
        &["`replace`", "`replace-one`"],
    );
}

#[test]
fn a_missing_table_is_named() {
    let config = pate();
    let student = config.find("[student]").unwrap();
    refused(
        &config[..student],
        &["method = \"pate\" needs a table [student]"],
    );
    let privacy = config.find("[privacy]").unwrap();
    refused(&config[..privacy], &["needs a table [privacy]"]);
    refused("method = \"pate\"\n", &["missing field `data`"]);
}

#[test]
fn a_table_that_the_method_does_not_read_is_refused() {
    let privacy = "[privacy]\nepsilon = 1.0\ndelta = 1e-5\n";
    refused(
        &format!("{}{privacy}", baseline()),
        &[
            "[privacy] has no meaning for method = \"baseline\"",
            "remove the table",
        ],
    );
    let sgd = &dp_sgd()[dp_sgd().find("[dp_sgd]").unwrap()..];
    refused(
        &format!("{}{sgd}", pate()),
        &["[dp_sgd] has no meaning for method = \"pate\""],
    );
}

#[test]
fn counts_of_nothing_are_refused() {
    for (from, to, words) in [
        ("count = 12", "count = 0", "[teachers] count = 0"),
        (
            "count = 12",
            "count = 12\nworkers = 0",
            "[teachers] workers = 0",
        ),
        ("epochs = 8", "epochs = 0", "[teachers] epochs = 0"),
        ("epochs = 12", "epochs = 0", "[student] epochs = 0"),
        (
            "batch_size = 8",
            "batch_size = 0",
            "[teachers] batch_size = 0",
        ),
        ("queries = 40", "queries = 0", "[aggregator] queries = 0"),
        ("count = 12", "count = -1", "invalid value: integer `-1`"),
    ] {
        refused(&edit(&pate(), from, to), &[words]);
    }
    refused(
        &edit(&dp_sgd(), "steps = 40", "steps = 0"),
        &["[dp_sgd] steps = 0"],
    );
}

#[test]
fn numbers_out_of_range_are_refused() {
    for (from, to, words) in [
        ("= 0.1\n", "= 1.5\n", "[dp_sgd] sampling_probability = 1.5"),
        ("= 0.1\n", "= 0\n", "[dp_sgd] sampling_probability = 0"),
        ("= 0.1\n", "= nan\n", "[dp_sgd] sampling_probability = NaN"),
        ("norm = 1.0", "norm = -1.0", "[dp_sgd] clipping_norm = -1"),
        ("norm = 1.0", "norm = inf", "[dp_sgd] clipping_norm = inf"),
        (
            "steps = 40",
            "steps = 40\nnoise_multiplier = nan",
            "[dp_sgd] noise_multiplier = NaN",
        ),
        ("rate = 0.5", "rate = -0.5", "`learning_rate` is -0.5"),
        (
            "rate = 0.5",
            "rate = 0.5, momentum = 1.0",
            "`momentum` is 1",
        ),
        ("rate = 0.5", "rate = nan", "`learning_rate` is NaN"),
    ] {
        refused(&edit(&dp_sgd(), from, to), &["[dp_sgd]", words]);
    }
}

#[test]
fn an_aggregator_out_of_range_is_refused() {
    for (keys, words) in [
        (
            "mechanism = \"gnmax\"\nsigma = nan",
            "[aggregator] sigma = NaN",
        ),
        ("mechanism = \"gnmax\"\nsigma = 0", "[aggregator] sigma = 0"),
        (
            "mechanism = \"lnmax\"\nscale = -1",
            "[aggregator] scale = -1",
        ),
        (
            "mechanism = \"confident-gnmax\"\nmax_answers = 41\nthreshold = 8\nsigma_threshold = 9",
            "[aggregator] max_answers = 41: it must lie between 1 and queries = 40",
        ),
        (
            "mechanism = \"confident-gnmax\"\nmax_answers = 0\nthreshold = 8\nsigma_threshold = 9",
            "[aggregator] max_answers = 0",
        ),
        (
            "mechanism = \"confident-gnmax\"\nmax_answers = 9\nthreshold = nan\nsigma_threshold = 9",
            "[aggregator] threshold = NaN",
        ),
        (
            "mechanism = \"confident-gnmax\"\nmax_answers = 9\nthreshold = 8\nsigma_threshold = 0",
            "[aggregator] sigma_threshold = 0",
        ),
    ] {
        refused(&edit(&pate(), "mechanism = \"gnmax\"", keys), &[words]);
    }
}

#[test]
fn a_malformed_override_is_refused() {
    for (assignment, words) in [
        ("seed", "there is no `=`"),
        ("=3", "is not a key"),
        ("a..b=1", "`a..b` is not a key"),
        ("seed.x=1", "`seed` is a value, not a table"),
        (
            "privacy.epsilon=abc",
            "invalid type: string \"abc\", expected f64",
        ),
        ("privacy.epsilom=1", "did you mean `epsilon`?"),
        ("teachers.workers=-1", "invalid value: integer `-1`"),
    ] {
        refused_with(&pate(), &["--set", assignment], &[words]);
    }
}

#[test]
fn a_seed_out_of_range_is_refused() {
    refused_with(&pate(), &["--seed=-1"], &["--seed"]);
    refused_with(&pate(), &["--seed", "18446744073709551615"], &["--seed"]);
    refused(
        &edit(&pate(), "seed = 1", "seed = -1"),
        &["invalid value: integer `-1`"],
    );
}

#[test]
fn a_config_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let run = |name: &str, words: &[&str]| {
        folder
            .privet(&["run", name, "--out", "run"])
            .failed(2, words);
        assert!(!folder.exists("run"));
    };
    run("nowhere.toml", &["nowhere.toml", "No such file"]);
    run(".", &["the config ."]);
    folder.write("bytes.toml", [0xff, 0xfe, 0x00]);
    run("bytes.toml", &["bytes.toml", "UTF-8"]);
    folder.write("half.toml", "method = ");
    run("half.toml", &["half.toml", "TOML parse error", "line 1"]);
    folder.write("empty.toml", "");
    run("empty.toml", &["empty.toml", "missing field `method`"]);
}

#[test]
fn a_network_that_does_not_fit_is_refused() {
    refused(
        &edit(&dp_sgd(), "preset = \"linear\"", "preset = \"cnn\""),
        &["[dp_sgd.network]", "16x16", "use preset = \"mlp\""],
    );
    let census = "method = \"baseline\"\n[data]\nname = \"census\"\n[baseline]\nepochs = 1\n\
                  batch_size = 64\noptimizer = { kind = \"sgd\", learning_rate = 0.1 }\n\
                  network = { preset = \"cnn\" }\n";
    refused(census, &["[baseline.network]", "preset \"cnn\"", "16x16"]);
    refused(
        &edit(
            &dp_sgd(),
            "preset = \"linear\"",
            "layers = [{ kind = \"linear\", outputs = 3 }]",
        ),
        &["[dp_sgd.network]", "2 classes", "outputs = 2"],
    );
    refused(
        &edit(
            &dp_sgd(),
            "preset = \"linear\"",
            "preset = \"linear\", hidden = [3]",
        ),
        &["[dp_sgd.network]", "`hidden`"],
    );
}

#[test]
fn a_key_of_another_mechanism_is_refused() {
    for (keys, words) in [
        (
            "mechanism = \"gnmax\"\nscale = 3",
            "[aggregator] scale has no meaning for",
        ),
        (
            "mechanism = \"lnmax\"\nsigma = 3",
            "[aggregator] sigma has no meaning for",
        ),
        (
            "mechanism = \"gnmax\"\nmax_answers = 3",
            "[aggregator] max_answers has no meaning",
        ),
        (
            "mechanism = \"gnmax\"\nneighbors = 3",
            "[aggregator] neighbors has no meaning",
        ),
        (
            "mechanism = \"gnmax\"\nnoise = \"laplace\"",
            "[aggregator] noise: mechanism",
        ),
        (
            "mechanism = \"confident-gnmax\"\nsigma_threshold = 3",
            "[aggregator] threshold is missing",
        ),
        (
            "mechanism = \"confident-gnmax\"\nthreshold = 3\nsigma_threshold = 30",
            "[aggregator] max_answers is missing",
        ),
        (
            "mechanism = \"private-knn\"\nneighbors = 3",
            "sampling_probability is missing",
        ),
        (
            "mechanism = \"nearest-questions\"",
            "questions_per_record is missing",
        ),
        (
            "mechanism = \"nearest-questions\"\nquestions_per_record = 0",
            "questions_per_record = 0: it must lie between 1 and queries = 40",
        ),
        (
            "mechanism = \"nearest-questions\"\nquestions_per_record = 41",
            "questions_per_record = 41",
        ),
        (
            "mechanism = \"gnmax\"\nquestions_per_record = 1",
            "[aggregator] questions_per_record has no meaning",
        ),
        (
            "mechanism = \"nearest-questions\"\nquestions_per_record = 1",
            "[teachers] has no meaning for mechanism = \"nearest-questions\"",
        ),
    ] {
        refused(&edit(&pate(), "mechanism = \"gnmax\"", keys), &[words]);
    }
}

#[test]
fn nearest_questions_are_known_beforehand_and_of_records() {
    let config = nearest_questions();
    let in_rounds = "[questions]\nrounds = 2\n\n[student]";
    let unit = "unit = { column = \"age\" }\nepsilon = 6.0";
    for (from, to, words) in [
        ("[student]", in_rounds, "[questions] rounds = 2"),
        (
            "epsilon = 6.0",
            unit,
            "[privacy] unit: nearest-questions protects records",
        ),
        ("keep = 0.5", "keep = 1.5", "[distillation] keep = 1.5"),
        ("keep = 0.5", "share = 0.5", "unknown field `share`"),
        ("queries = 40", "queries = 41000", "[aggregator] queries"),
    ] {
        refused(&edit(&config, from, to), &[words]);
    }
}

#[test]
fn a_sanitised_epsilon_that_cannot_be_is_refused() {
    let with = |keys: &str| edit(&pate(), "delta = 1e-4", &format!("delta = 1e-4\n{keys}"));
    for (keys, words) in [
        (
            "sanitize = { order = 0.5 }",
            &["[privacy] sanitize", "order"][..],
        ),
        (
            "sanitize = { order = 8, smoothness = 0.5 }",
            &["[privacy] sanitize", "beta = 0.5"],
        ),
        (
            "sanitize = { order = 8, failure_probability = 0 }",
            &["[privacy] sanitize"],
        ),
        ("sanitize = { ordre = 8 }", &["did you mean `order`?"]),
        (
            "sanitize = { order = 8.0 }\nneighboring = \"add-or-remove-one\"",
            &["[aggregator]"],
        ),
    ] {
        // The last one is refused for its aggregator: no smooth sensitivity is known for Laplace.
        let config = match words[0] {
            "[aggregator]" => edit(
                &with(keys),
                "mechanism = \"gnmax\"",
                "mechanism = \"lnmax\"",
            ),
            _ => with(keys),
        };
        let words = match words[0] {
            "[aggregator]" => &["[privacy] sanitize", "Gaussian noise only"][..],
            _ => words,
        };
        refused(&config, words);
    }
    refused(
        &edit(
            &dp_sgd(),
            "delta = 1e-4",
            "delta = 1e-4\nsanitize = { order = 8.0 }",
        ),
        &["[privacy] sanitize", "method = \"pate\""],
    );
}
