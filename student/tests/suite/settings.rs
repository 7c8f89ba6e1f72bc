//! Settings of a student as written in a config.

use privet_student::{FixMatch, Method, StudentTraining};
use privet_training::plain::PlainTraining;

const PLAIN: &str =
    "epochs = 3\nbatch_size = 8\noptimizer = { kind = \"sgd\", learning_rate = 0.5 }\n";

fn parse(more: &str) -> Result<StudentTraining, toml::de::Error> {
    toml::from_str(&format!("{PLAIN}{more}"))
}

#[test]
fn a_config_of_supervised_learning_means_what_it_meant() {
    let student = parse("network = { preset = \"linear\" }\naugment = { shift = 2 }").unwrap();
    assert_eq!(student.method, Method::Supervised);
    assert!(student.validate().is_ok());
    let text = toml::to_string(&student).unwrap();
    let plain: PlainTraining = toml::from_str(&text).unwrap();
    assert_eq!(plain, student.plain());
    assert_eq!(StudentTraining::from(plain), student);
}

#[test]
fn every_method_survives_toml_and_has_defaults() {
    for (name, method) in [
        ("supervised", Method::Supervised),
        ("fixmatch", Method::FixMatch),
        ("virtual_adversarial", Method::VirtualAdversarial),
        ("gan", Method::Gan),
    ] {
        let student = parse(&format!("method = \"{name}\"")).unwrap();
        assert_eq!((student.method, method.name()), (method, name));
        assert!(student.validate().is_ok(), "{name}");
        if method == Method::Supervised {
            continue;
        }
        let table = format!(
            "method = \"{name}\"\nweight_average = {{ decay = 0.9 }}\n\
             {name} = {{ unlabeled_weight = 0.5, unlabeled_ratio = 3 }}"
        );
        let student = parse(&table).unwrap();
        assert!(student.validate().is_ok(), "{name}");
        let text = toml::to_string(&student).unwrap();
        assert_eq!(toml::from_str::<StudentTraining>(&text).unwrap(), student);
    }
    let text = "method = \"fixmatch\"\nfixmatch = { images = { rotation = 5.0 } }";
    let settings = parse(text).unwrap().fixmatch.unwrap();
    assert_eq!(settings.images.rotation, 5.0);
    assert_eq!(settings.confidence, FixMatch::default().confidence);
}

#[test]
fn unknown_keys_and_methods_are_refused() {
    for wrong in [
        "methd = \"gan\"",
        "method = \"mixmatch\"",
        "method = \"fixmatch\"\nfixmatch = { treshold = 0.9 }",
        "method = \"gan\"\ngan = { latents = 3 }",
        "method = \"virtual_adversarial\"\nvirtual_adversarial = { epsilon = 2.0 }",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn values_out_of_range_name_their_key() {
    for (method, text, key) in [
        ("fixmatch", "confidence = 1.5", "fixmatch.confidence"),
        ("fixmatch", "confidence = nan", "fixmatch.confidence"),
        (
            "fixmatch",
            "unlabeled_weight = -1.0",
            "fixmatch.unlabeled_weight",
        ),
        (
            "fixmatch",
            "unlabeled_ratio = 0",
            "fixmatch.unlabeled_ratio",
        ),
        ("fixmatch", "images = { cutout = 2.0 }", "cutout"),
        ("fixmatch", "tables = { masking = 2.0 }", "masking"),
        (
            "virtual_adversarial",
            "radius = 0.0",
            "virtual_adversarial.radius",
        ),
        (
            "virtual_adversarial",
            "probe = inf",
            "virtual_adversarial.probe",
        ),
        (
            "virtual_adversarial",
            "iterations = 0",
            "virtual_adversarial.iterations",
        ),
        (
            "virtual_adversarial",
            "entropy_weight = -1.0",
            "entropy_weight",
        ),
        ("gan", "latent = 0", "gan.latent"),
        ("gan", "hidden = [5, 0]", "gan.hidden"),
        ("gan", "input_noise = -0.1", "gan.input_noise"),
        (
            "gan",
            "generator_optimizer = { kind = \"sgd\", learning_rate = -1.0 }",
            "gan.generator_optimizer",
        ),
    ] {
        let student = parse(&format!("method = \"{method}\"\n{method} = {{ {text} }}")).unwrap();
        let error = student.validate().unwrap_err().to_string();
        assert!(error.contains(key), "{text}: {error}");
    }
    let mut student = parse("").unwrap();
    student.epochs = 0;
    assert!(
        student
            .validate()
            .unwrap_err()
            .to_string()
            .contains("epochs = 0: it must be at least 1")
    );
}

#[test]
fn settings_of_another_method_are_refused() {
    for (text, key) in [
        ("fixmatch = { confidence = 0.9 }", "fixmatch"),
        ("weight_average = { decay = 0.9 }", "weight_average"),
        (
            "method = \"gan\"\nfixmatch = { confidence = 0.9 }",
            "fixmatch",
        ),
        ("method = \"fixmatch\"\ngan = { latent = 3 }", "gan"),
        (
            "method = \"gan\"\nvirtual_adversarial = { radius = 1.0 }",
            "virtual_adversarial",
        ),
    ] {
        let error = parse(text).unwrap().validate().unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{key}`")), "{error}");
    }
}
