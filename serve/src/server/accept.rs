//! Connections: taken while there is room, ended gracefully.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::idle::{Activity, Idle};
use super::write_timeout::WriteTimeout;
use crate::http::App;

/// The head of a request: more than any client of this service has to say, with a browser's cookies for
/// other services of the same host.
pub(crate) const MOST_HEADERS: usize = 64;
pub(crate) const MOST_HEADER_BYTES: usize = 64 << 10;
/// What is read ahead of each connection: a head, and as much again.
const BUFFER_BYTES: usize = 128 << 10;
/// The pause after a connection could not be taken, most often for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// How often idle connections are looked for while there is no room.
const LOOK: Duration = Duration::from_millis(50);

/// Serves connections until `stopped`; how many had to be cut off then.
pub(super) async fn until(
    listener: TcpListener,
    routes: Router,
    app: Arc<App>,
    stopped: impl Future<Output = ()>,
) -> u64 {
    let graceful = Arc::new(GracefulShutdown::new());
    let most = app.limits.connections;
    let patience = app.limits.shutdown_timeout;
    let room = Arc::new(Semaphore::new(most));
    let accepting = tokio::spawn(accept(
        listener,
        routes,
        app,
        graceful.clone(),
        room.clone(),
    ));
    stopped.await;
    accepting.abort();
    // The listener is closed when the task is gone.
    let _ = accepting.await;
    let Some(graceful) = Arc::into_inner(graceful) else {
        return 0;
    };
    match timeout(patience, graceful.shutdown()).await {
        Ok(()) => 0,
        Err(_) => most.saturating_sub(room.available_permits()) as u64,
    }
}

/// Takes connections for ever, at most as many at once as the limit says.
async fn accept(
    listener: TcpListener,
    routes: Router,
    app: Arc<App>,
    graceful: Arc<GracefulShutdown>,
    room: Arc<Semaphore>,
) {
    let idle = Arc::new(Idle::default());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(app.limits.header_timeout)
        .max_headers(MOST_HEADERS)
        .max_header_size(MOST_HEADER_BYTES)
        .max_buf_size(BUFFER_BYTES);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let permit = place(&room, &idle).await;
                app.counts.connected();
                connect(&http, stream, &routes, &app, &graceful, (permit, &idle));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// A place for one more connection, as soon as one ends or has been idle for a while.
async fn place(room: &Arc<Semaphore>, idle: &Idle) -> Option<OwnedSemaphorePermit> {
    loop {
        if let Ok(permit) = room.clone().try_acquire_owned() {
            return Some(permit);
        }
        idle.close_longest();
        // Never closed: the permit comes.
        if let Ok(permit) = timeout(LOOK, room.clone().acquire_owned()).await {
            return permit.ok();
        }
    }
}

fn connect(
    http: &http1::Builder,
    stream: TcpStream,
    routes: &Router,
    app: &Arc<App>,
    graceful: &GracefulShutdown,
    (permit, idle): (Option<OwnedSemaphorePermit>, &Arc<Idle>),
) {
    // Answers are written at once; where that cannot be had they come a little later.
    let _ = stream.set_nodelay(true);
    let activity = Arc::new(Activity::new(idle));
    let stream = WriteTimeout::new(stream, app.limits.write_timeout, activity.clone());
    let (routes, asked) = (TowerToHyperService::new(routes.clone()), activity.clone());
    let service = service_fn(move |request| {
        asked.asked();
        let (answer, asked) = (routes.call(request), asked.clone());
        async move {
            let answer = answer.await;
            asked.answered();
            answer
        }
    });
    let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
    let app = app.clone();
    let task = tokio::spawn(async move {
        // A client that is slow or gone has an end of its own making: nothing to tell. A head that is no
        // HTTP or too large was answered, without a body, and no route has counted it.
        match connection.await {
            Err(error) if error.is_parse_too_large() => {
                let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
                app.counts.answered(status);
            }
            Err(error) if error.is_parse() => app.counts.answered(StatusCode::BAD_REQUEST),
            _ => {}
        }
        drop(permit);
    });
    activity.begins(task.abort_handle());
}
