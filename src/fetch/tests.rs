//! Downloads from a server on this machine: whole, resumed, broken, wrong.

use super::{
    test_server::{Answer, TestServer},
    *,
};

/// What the published file holds.
fn file() -> Vec<u8> {
    (0..200_000_u32).map(|index| (index % 251) as u8).collect()
}

/// Fetches from these servers into a fresh folder, over what `before` puts there.
fn fetch_over(
    servers: &[&TestServer],
    before: impl Fn(&Path),
) -> (Result<(), FetchError>, Option<Vec<u8>>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let destination = folder.path().join("file.gz");
    before(&destination);
    let fetcher = Fetcher {
        pause: Duration::from_millis(1),
        patience: Duration::from_secs(5),
        ..Fetcher::default()
    };
    let urls: Vec<String> = servers.iter().map(|server| server.url.clone()).collect();
    let verify = |path: &Path| {
        if fs::read(path).unwrap() == file() {
            Ok(())
        } else {
            Err("wrong checksum".to_owned())
        }
    };
    let mut last = 0;
    let result = fetcher.fetch(&urls, &destination, &verify, &mut |received, _| {
        last = received
    });
    if result.is_ok() {
        assert_eq!(last, file().len() as u64);
    }
    let names = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    (result, fs::read(destination).ok(), names)
}

fn fetch(servers: &[&TestServer]) -> (Result<(), FetchError>, Option<Vec<u8>>, Vec<String>) {
    fetch_over(servers, |_| {})
}

#[test]
fn a_file_is_fetched_whole() {
    let server = TestServer::start(file(), vec![Answer::File]);
    let (result, content, names) = fetch(&[&server]);
    result.unwrap();
    assert_eq!(content, Some(file()));
    assert_eq!(names, ["file.gz"], "no part is left");
    assert_eq!(server.requests(), [None]);
}

#[test]
fn a_cut_connection_is_resumed_where_it_broke() {
    let server = TestServer::start(
        file(),
        vec![
            Answer::CutAfter(70_000),
            Answer::CutAfter(30_000),
            Answer::File,
        ],
    );
    let (result, content, _) = fetch(&[&server]);
    result.unwrap();
    assert_eq!(content, Some(file()));
    assert_eq!(server.requests(), [None, Some(70_000), Some(100_000)]);
}

#[test]
fn a_server_without_ranges_starts_again() {
    let server = TestServer::start(
        file(),
        vec![Answer::CutAfter(70_000), Answer::FileWithoutRanges],
    );
    let (result, content, _) = fetch(&[&server]);
    result.unwrap();
    assert_eq!(content, Some(file()));
    assert_eq!(server.requests(), [None, Some(70_000)]);
}

#[test]
fn a_part_of_an_earlier_run_is_used() {
    let server = TestServer::start(file(), vec![Answer::File]);
    let (result, content, names) = fetch_over(&[&server], |destination| {
        fs::write(part_path(destination, &server.url), &file()[..150_000]).unwrap();
    });
    result.unwrap();
    assert_eq!((content, names.len()), (Some(file()), 1));
    assert_eq!(server.requests(), [Some(150_000)]);
}

#[test]
fn a_stale_part_is_fetched_again_from_the_beginning() {
    for stale in [vec![9; 150_000], vec![9; 200_000], vec![9; 300_000]] {
        let server = TestServer::start(file(), vec![Answer::File]);
        let (result, content, _) = fetch_over(&[&server], |destination| {
            fs::write(part_path(destination, &server.url), &stale).unwrap();
        });
        result.unwrap();
        assert_eq!(content, Some(file()));
        assert_eq!(server.requests(), [Some(stale.len()), None]);
    }
}

#[test]
fn a_wrong_file_is_refused_and_the_next_mirror_asked() {
    let wrong = TestServer::start(vec![1; 1000], vec![Answer::File]);
    let (result, content, names) = fetch(&[&wrong]);
    let error = result.unwrap_err().to_string();
    assert!(
        error.contains(&wrong.url) && error.contains("wrong checksum"),
        "{error}"
    );
    assert_eq!((content, names), (None, vec![]), "nothing of it is kept");
    assert_eq!(
        wrong.requests(),
        [None],
        "a whole wrong file is not asked for twice"
    );

    let right = TestServer::start(file(), vec![Answer::File]);
    let (result, content, _) = fetch(&[&wrong, &right]);
    result.unwrap();
    assert_eq!(content, Some(file()));
}

#[test]
fn a_missing_file_is_asked_of_the_next_mirror_at_once() {
    let missing = TestServer::start(vec![], vec![Answer::Status(404)]);
    let right = TestServer::start(file(), vec![Answer::File]);
    let (result, content, _) = fetch(&[&missing, &right]);
    result.unwrap();
    assert_eq!(content, Some(file()));
    assert_eq!(missing.requests().len(), 1);
}

#[test]
fn a_busy_server_is_asked_again_and_then_given_up() {
    let recovering = TestServer::start(file(), vec![Answer::Status(503), Answer::File]);
    fetch(&[&recovering]).0.unwrap();
    assert_eq!(recovering.requests().len(), 2);

    let busy = TestServer::start(file(), vec![Answer::Status(503)]);
    let error = fetch(&[&busy]).0.unwrap_err().to_string();
    assert!(error.contains("answered 503"), "{error}");
    assert_eq!(busy.requests().len(), Fetcher::default().attempts);
}

#[test]
fn a_download_that_never_completes_leaves_its_part_for_the_next_time() {
    let server = TestServer::start(file(), vec![Answer::CutAfter(1_000)]);
    let (result, content, names) = fetch(&[&server]);
    assert!(
        result
            .unwrap_err()
            .to_string()
            .contains("broke off after 4000")
    );
    assert_eq!(content, None);
    assert_eq!(names.len(), 1);
    assert!(names[0].ends_with(".part"));
}

#[test]
fn an_existing_file_is_replaced_only_by_a_right_one() {
    let wrong = TestServer::start(vec![1; 10], vec![Answer::File]);
    let (_, content, _) = fetch_over(&[&wrong], |destination| {
        fs::write(destination, "old").unwrap()
    });
    assert_eq!(content, Some(b"old".to_vec()));
}

#[test]
fn a_closed_port_is_an_error_not_a_hang() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/file.gz", listener.local_addr().unwrap());
    drop(listener);
    let folder = tempfile::tempdir().unwrap();
    let fetcher = Fetcher {
        pause: Duration::ZERO,
        ..Fetcher::default()
    };
    let error = fetcher
        .fetch(
            std::slice::from_ref(&url),
            &folder.path().join("f"),
            &|_| Ok(()),
            &mut |_, _| {},
        )
        .unwrap_err();
    assert!(error.to_string().contains(&url), "{error}");
}
