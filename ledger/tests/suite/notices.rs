//! Hooks, and what is shown to others.

use std::fs;

use privet_ledger::export::Export;
use privet_ledger::{Notice, NoticeKind, Notifier};
use privet_mechanisms::Sensitive;

use crate::support::{Folder, clinic, gaussian, request};

fn notice(folder: &Folder) -> Notice {
    Notice {
        population: Some(clinic().to_string()),
        ..Notice::new(
            NoticeKind::BudgetExhausted,
            &folder.ledger(),
            "too little is left",
        )
    }
}

#[test]
fn a_file_gets_a_line_for_each_notice() {
    let folder = Folder::new();
    let notifier = Notifier {
        file: Some(folder.path("notices.jsonl")),
        command: None,
    };
    let notice = notice(&folder);
    for _ in 0..2 {
        assert!(notifier.send(&notice).is_empty());
    }
    let text = fs::read_to_string(folder.path("notices.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["event"], "budget-exhausted");
    assert_eq!(lines[0]["population"], "clinic");
    assert_eq!(lines[0]["message"], "too little is left");
    assert!(lines[0].get("run").is_none());
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_reads_is_not_waited_for() {
    let folder = Folder::new();
    let pipe = folder.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let notifier = Notifier {
        file: Some(pipe),
        command: None,
    };
    let failures = notifier.send(&notice(&folder));
    assert_eq!(failures.len(), 1);
    assert!(failures[0].to_string().contains("it is no file"));
}

#[cfg(unix)]
#[test]
fn a_command_reads_the_notice_and_no_shell_its_words() {
    let folder = Folder::new();
    let out = folder.path("out; touch harm").display().to_string();
    let notifier = Notifier {
        file: None,
        command: Some(vec!["tee".into(), out.clone()]),
    };
    assert!(notifier.send(&notice(&folder)).is_empty());
    let value: serde_json::Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    assert_eq!(value["event"], "budget-exhausted");
    assert!(!folder.path("harm").exists());
}

#[cfg(unix)]
#[test]
fn who_could_not_be_told_is_said() {
    let folder = Folder::new();
    let with = |words: &[&str]| Notifier {
        file: Some(folder.path("notices.jsonl")),
        command: Some(words.iter().map(|word| (*word).to_owned()).collect()),
    };
    for (words, reason) in [
        (&["no-such-program-of-privet"][..], "cannot be started"),
        (&["false"], "exit status: 1"),
    ] {
        let failures = with(words).send(&notice(&folder));
        assert_eq!(failures.len(), 1, "{failures:?}");
        assert!(failures[0].to_string().contains(reason), "{}", failures[0]);
    }
    let nowhere = Notifier {
        file: Some(folder.path("none/notices.jsonl")),
        command: None,
    };
    assert_eq!(nowhere.send(&notice(&folder)).len(), 1);
    // The file was written all the same.
    let text = fs::read_to_string(folder.path("notices.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn an_export_holds_nothing_computed_from_private_data() {
    let (folder, mut ledger) = Folder::clinic(Some(3.0));
    let secret = "the-name-of-the-release";
    for byte in [1, 2, 1] {
        let run = privet_ledger::Request {
            data: ledger.data_id(&Sensitive::new([byte; 32])),
            directory: "/home/secret-directory".into(),
            ..request(&ledger, gaussian(10.0))
        };
        ledger.reserve(&run).unwrap();
        ledger.claim(&run, secret).unwrap();
    }
    let (state, head) = ledger.state().unwrap();
    let export = Export::new(&state);
    let text = serde_json::to_string(&export).unwrap();
    // Nor whether two runs had the same content.
    assert!(!text.contains("\"data\""), "{text}");
    assert!(text.contains("\"epsilon\":3.0"), "{text}");
    let connection = rusqlite::Connection::open(folder.ledger()).unwrap();
    let id: String = connection
        .query_row(
            "SELECT json_extract(content, '$.action.data') FROM entries WHERE number = 2",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(id.len(), 64);
    let head = head.to_string();
    for private in [&id, &head, secret, "secret-directory"] {
        assert!(!text.contains(private), "{private}");
    }
}
