//! What is the same for everyone: page, style, script, model, health.

use privet_serve::{Form, ModelPage, Privacy};

use crate::client::Client;
use crate::made::{Echo, Running, image, limits, numbers, table};

#[test]
fn every_answer_has_the_headers_that_protect_it() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    for path in [
        "/",
        "/page.css",
        "/page.js",
        "/health",
        "/v1/model",
        "/openapi.json",
        "/v1/predict",
        "/x",
    ] {
        let answer = client.get(path);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(
            answer
                .headers
                .iter()
                .all(|(name, _)| !name.starts_with("access-control"))
        );
        assert_eq!(answer.header("server"), None);
    }
    let served = service.end();
    assert_eq!(
        (served.connections, served.requests, served.refused),
        (1, 8, 2)
    );
}

#[test]
fn documents_say_what_they_are() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    for (path, media_type, words) in [
        ("/", "text/html; charset=utf-8", "<canvas id=\"pad\""),
        (
            "/page.css",
            "text/css; charset=utf-8",
            "prefers-color-scheme: dark",
        ),
        ("/page.js", "text/javascript; charset=utf-8", "v1/predict"),
        ("/health", "application/json", "{\"status\":\"ok\"}"),
    ] {
        let whole = client.get(path);
        assert_eq!(whole.status, 200);
        assert_eq!(whole.header("content-type"), Some(media_type));
        assert!(whole.body.contains(words), "{path}");
        let head = client.ask("HEAD", path, "", "");
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!(
            head.header("content-length"),
            whole.header("content-length")
        );
    }
}

#[test]
fn the_page_stands_alone_and_is_escaped() {
    for page in [image(), table(), numbers()] {
        let service = Running::new(page, Echo, limits());
        let mut client = Client::new(service.address);
        let html = client.get("/").body;
        for forbidden in [
            "http://", "https://", "style=", "onclick", "<script>", "<style", "<digits>",
            "<noise>", "<b>",
        ] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
        assert!(html.contains("tiny &#60;digits&#62;") && html.contains("digits &#38; more"));
    }
}

#[test]
fn the_guarantee_is_shown_or_that_there_is_none() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    let html = client.get("/").body;
    for words in [
        "<dd>0.9813</dd>",
        "<dd>1e-5</dd>",
        "<dd>add-or-remove-one</dd>",
        "record changes\nmuch.",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("NOT PRIVATE"));
    let model = client.get("/v1/model").json();
    assert_eq!(model["private"], true);
    assert_eq!(model["guarantee"]["epsilon"], 0.981_23);
    assert_eq!(model["not_private"], serde_json::Value::Null);

    let service = Running::new(table(), Echo, limits());
    let mut client = Client::new(service.address);
    let html = client.get("/").body;
    assert!(html.contains("NOT PRIVATE") && html.contains("without &#60;noise&#62;"));
    assert!(html.contains("value=\"a &#34;quoted&#34; &#60;b&#62;\""));
    let model = client.get("/v1/model").json();
    assert_eq!(model["private"], false);
    assert_eq!(model["guarantee"], serde_json::Value::Null);
}

#[test]
fn a_guarantee_that_protects_nobody_is_called_none() {
    let mut page = image();
    if let Privacy::Guaranteed(guarantee) = &mut page.privacy {
        guarantee.epsilon = 1e300;
    }
    let service = Running::new(page, Echo, limits());
    let mut client = Client::new(service.address);
    let html = client.get("/").body;
    for words in [
        "NOT PRIVATE.",
        "In effect nothing.",
        "<dd>1e300</dd>",
        "protects nobody in effect",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let model = client.get("/v1/model").json();
    assert_eq!(model["private"], false);
    assert_eq!(model["guarantee"]["epsilon"], 1e300);
    let why = model["not_private"].as_str().unwrap();
    assert!(why.contains("protects nobody in effect"), "{why}");
    let told = client.get("/openapi.json").json()["info"]["description"].to_string();
    assert!(told.contains("NOT PRIVATE: Epsilon 1e300"), "{told}");
}

#[test]
fn pictures_are_centred_at_first_where_those_of_training_were() {
    let page = |dataset: &str, side| ModelPage {
        dataset: dataset.to_owned(),
        form: Form::Image {
            channels: 1,
            height: side,
            width: side,
            minimum: 0.0,
            maximum: 255.0,
        },
        ..image()
    };
    for (page, offered, ticked) in [
        (page("mnist", 28), true, true),
        (page("fashion-mnist", 28), true, false),
        (page("mnist", 8), false, false),
    ] {
        let service = Running::new(page, Echo, limits());
        let html = Client::new(service.address).get("/").body;
        assert_eq!(html.contains("id=\"centre\""), offered);
        let tick = "<input id=\"centre\" type=\"checkbox\" checked ";
        assert_eq!(html.contains(tick), ticked);
    }
}

#[test]
fn an_empty_class_is_answered_as_it_is() {
    let mut page = image();
    page.classes[1].clear();
    let service = Running::new(page, Echo, limits());
    let answer = Client::new(service.address).predict(r#"{"inputs": [[0, 1]]}"#);
    assert_eq!(answer.json()["predictions"][0]["label"], "");
}

#[test]
fn the_model_says_what_it_takes() {
    let service = Running::new(table(), Echo, limits());
    let model = Client::new(service.address).get("/v1/model").json();
    assert_eq!(model["classes"], serde_json::json!(["no", "yes"]));
    assert_eq!(
        model["limits"],
        serde_json::json!({"rows": 4, "body_bytes": 16384})
    );
    assert_eq!(
        model["form"]["fields"][0],
        serde_json::json!({"name": "age", "kind": "number", "min": 17.0, "max": 90.0})
    );
}

#[test]
fn what_is_not_there_and_what_is_not_done() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    for path in [
        "/x",
        "/v1/predict/",
        "/v1",
        "//",
        "/../etc/passwd",
        "/%2e%2e/x",
    ] {
        client.get(path).is_problem(404, "there is nothing here");
    }
    for (method, path, allowed) in [
        ("DELETE", "/", "GET,HEAD"),
        ("POST", "/v1/model", "GET,HEAD"),
        ("OPTIONS", "/v1/predict", "POST"),
        ("GET", "/v1/predict", "POST"),
        ("BREW", "/health", "GET,HEAD"),
    ] {
        let answer = client.ask(method, path, "", "");
        answer.is_problem(405, "this is not done here");
        assert_eq!(answer.header("allow"), Some(allowed));
    }
    // A query changes nothing.
    assert_eq!(client.get("/health?x=1").status, 200);
}
