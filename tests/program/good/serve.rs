//! `privet serve`: the program's part. The service itself is tested in its crate.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::samples::{dp_sgd, pate};

/// A service, stopped at its end.
struct Served {
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
    /// What it said first.
    line: String,
}

impl Served {
    fn start(folder: &Folder, words: &[&str]) -> Self {
        let mut child = Command::cargo_bin("privet")
            .unwrap()
            .args(["serve", "--port", "0"])
            .args(words)
            .current_dir(folder.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url = line.split("http://").nth(1);
        let address = url.and_then(|url| url.split('/').next());
        let address = address.unwrap_or_else(|| panic!("{line}")).to_string();
        Self {
            child,
            out,
            address,
            line,
        }
    }

    /// Status and body of one request.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_string())
    }

    fn json(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, body) = self.ask(method, path, body);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Asks the process to end; the exit code, what it then said on both outputs.
    fn stop(mut self) -> (Option<i32>, String, String) {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(killed.success());
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap().code(), out, err)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn answers_are_those_of_predict() {
    let folder = Folder::new();
    folder.run(&pate(), &["--quiet"]).well();
    folder.privet(&["export", "run"]).well();
    folder.write(
        "rows.csv",
        "age,income,colour\n40,1000,?\n60.5,46000,green\n200,46000,green\n",
    );
    let words = ["predict", "run", "rows.csv", "--probabilities", "--json"];
    let said = folder.privet(&words).well().out;
    let expected: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let rows = json!({"records": [
        {"age": 40, "income": 1000, "colour": "?"},
        {"age": 60.5, "income": 46000, "colour": "green"},
        {"age": 200, "income": 46000, "colour": "green"},
    ], "probabilities": true});
    for model in ["run", "run/released/model.onnx"] {
        let served = Served::start(&folder, &[model]);
        let answer = served.json("POST", "/v1/predict", &rows.to_string());
        let predictions = answer["predictions"].as_array().unwrap();
        assert_eq!(predictions.len(), 3);
        for (found, expected) in predictions.iter().zip(&expected) {
            assert_eq!(found["label"], expected["label"]);
            let of = |value: &Value| -> Vec<f64> {
                let all = value["probabilities"].as_array().unwrap();
                all.iter().map(|value| value.as_f64().unwrap()).collect()
            };
            for (a, b) in of(found).iter().zip(of(expected)) {
                assert!((a - b).abs() < 1e-6, "{a} {b}");
            }
        }
        let told = served.json("GET", "/v1/model", "");
        let privacy = folder.json("run/released/privacy.json");
        assert_eq!(told["guarantee"]["epsilon"], privacy["epsilon"]);
        let statement = told["guarantee"]["statement"].as_str().unwrap();
        assert!(statement.contains("differential privacy"), "{statement}");
        let (status, body) = served.ask("POST", "/v1/predict", "{\"records\": [{\"age\": 1}]}");
        assert_eq!(status, 422, "{body}");
        assert!(body.contains("income"), "{body}");
        let (code, out, err) = served.stop();
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("served 3 rows in"), "{out}");
    }
}

#[test]
fn a_model_without_privacy_is_served_with_a_warning() {
    let folder = Folder::new();
    let config = dp_sgd().replacen("[privacy]\n", "[privacy]\ndanger_fixed_noise_seed = 1\n", 1);
    folder.run(&config, &["--quiet"]).well();
    let served = Served::start(&folder, &["run", "--json"]);
    let told: Value = serde_json::from_str(&served.line).unwrap();
    assert_eq!(told["url"], format!("http://{}/", served.address));
    let (_, page) = served.ask("GET", "/", "");
    assert!(
        page.contains("NOT PRIVATE") || page.contains("not private"),
        "{page}"
    );
    let (code, out, err) = served.stop();
    assert_eq!(code, Some(0));
    assert!(err.contains("warning: NOT PRIVATE"), "{err}");
    let counts: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(counts["rows"], 0);
}

#[test]
fn a_statement_of_something_else_is_not_shown() {
    let folder = Folder::new();
    folder.run(&pate(), &["--quiet"]).well();
    folder.write("run/released/statement.md", "Nothing can go wrong.");
    let served = Served::start(&folder, &["run"]);
    let told = served.json("GET", "/v1/model", "");
    let statement = told["guarantee"]["statement"].as_str().unwrap();
    assert!(statement.contains("is not the one"), "{statement}");
    let (code, _, err) = served.stop();
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("export --verify"), "{err}");
}

#[test]
fn what_cannot_be_served_is_refused() {
    let folder = Folder::new();
    folder.privet(&["serve", "nothing"]).failed(2, &["nothing"]);
    folder
        .privet(&["serve", "records.csv"])
        .failed(2, &["records.csv", "no model file"]);
    folder.run(&dp_sgd(), &["--quiet"]).well();
    let served = Served::start(&folder, &["run"]);
    let port = served.address.rsplit(':').next().unwrap().to_string();
    folder
        .privet(&["serve", "run", "--port", &port])
        .failed(2, &["cannot listen", "--port"]);
    folder
        .privet(&["serve", "run", "--port", "0", "--max-rows", "0"])
        .failed(2, &["rows"]);
    folder
        .privet(&["serve", "run", "--port", "0", "--max-connections", "0"])
        .failed(2, &["connections"]);
}
