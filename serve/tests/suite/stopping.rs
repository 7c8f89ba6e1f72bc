//! The end of a service.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use privet_serve::{Limits, Service, Stop};

use crate::client::Client;
use crate::made::{Echo, Gate, Running, image, limits};

const LONG: Duration = Duration::from_secs(20);
const BODY: &str = r#"{"inputs": [[1, 2]]}"#;

#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    let gate = Gate::default();
    let service = Running::new(image(), gate.clone(), limits());
    let address = service.address;
    let asked = thread::spawn(move || Client::new(address).predict(BODY));
    gate.wait_for(1);
    service.tell_to_stop();
    // Soon nobody is let in any more.
    let start = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(start.elapsed() < LONG, "it still takes connections");
        thread::sleep(Duration::from_millis(5));
    }
    // The request has all of the time that there is for ending.
    thread::sleep(Duration::from_millis(500));
    gate.open();
    let answer = asked.join().unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("connection"), Some("close"));
    let served = service.end();
    assert_eq!((served.rows, served.cut_off), (1, 0));
}

#[test]
fn idle_and_silent_connections_do_not_hold_up_the_end() {
    let service = Running::new(image(), Echo, limits());
    let mut idle = Client::new(service.address);
    assert_eq!(idle.get("/health").status, 200);
    let mut silent = Client::new(service.address);
    let start = Instant::now();
    let served = service.end();
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(served.cut_off, 0);
    assert!(idle.is_closed_within(LONG) && silent.is_closed_within(LONG));
}

#[test]
fn what_does_not_end_is_cut_off() {
    let gate = Gate::default();
    let hasty = Limits {
        shutdown_timeout: Duration::from_millis(200),
        ..limits()
    };
    let service = Running::new(image(), gate.clone(), hasty);
    let mut client = Client::new(service.address);
    let length = BODY.len();
    client.send(format!(
        "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{BODY}"
    ));
    gate.wait_for(1);
    let start = Instant::now();
    let served = service.end();
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!((served.cut_off, served.rows), (1, 0));
    assert!(client.is_closed_within(LONG));
    gate.open();
}

#[test]
fn a_service_stopped_before_it_began_ends_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (stop, stopped) = Stop::new();
    stop.now();
    stop.now();
    let served = Service::new(image(), Echo)
        .unwrap()
        .serve(listener, stopped)
        .unwrap();
    assert_eq!(served, privet_serve::Served::default());
}

#[test]
fn a_stop_that_is_gone_stops_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = Stop::new();
    drop(stop);
    // This thread ends with the tests.
    thread::spawn(move || {
        Service::new(image(), Echo)
            .unwrap()
            .serve(listener, stopped)
    });
    for _ in 0..5 {
        assert_eq!(Client::new(address).get("/health").status, 200);
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn inside_an_async_runtime_it_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let service = Service::new(image(), Echo).unwrap();
    let error = runtime
        .block_on(async { service.serve(listener, async {}) })
        .unwrap_err();
    assert!(error.to_string().contains("inside an async runtime"));
}

#[test]
fn bad_settings_are_refused_before_the_start() {
    let service = || Service::new(image(), Echo).unwrap();
    let nothing = Limits {
        requests: 0,
        ..limits()
    };
    let message = service().with_limits(nothing).err().unwrap().to_string();
    assert!(message.contains("the limit requests is 0"), "{message}");
    let hosts = vec!["http://privet.example/".to_owned()];
    let message = service()
        .with_allowed_hosts(hosts)
        .err()
        .unwrap()
        .to_string();
    assert!(message.contains("without `http://`"), "{message}");
    let mut page = image();
    page.classes.clear();
    let message = Service::new(page, Echo).err().unwrap().to_string();
    assert!(message.contains("classes"), "{message}");
}
