//! Connections: taken while there is room, ended gracefully.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::write_timeout::WriteTimeout;
use crate::http::App;

/// The head of a request: more than any client of this service has to say.
const MOST_HEADERS: usize = 64;
const MOST_HEADER_BYTES: usize = 16 << 10;
/// What is read ahead of each connection.
const BUFFER_BYTES: usize = 64 << 10;
/// The pause after a connection could not be taken, most often for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

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
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(app.limits.header_timeout)
        .max_headers(MOST_HEADERS)
        .max_header_size(MOST_HEADER_BYTES)
        .max_buf_size(BUFFER_BYTES);
    loop {
        // Never closed: the permit always comes.
        let Ok(permit) = room.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                app.counts.connected();
                connect(&http, stream, &routes, &app, &graceful, permit);
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

fn connect(
    http: &http1::Builder,
    stream: TcpStream,
    routes: &Router,
    app: &App,
    graceful: &GracefulShutdown,
    permit: OwnedSemaphorePermit,
) {
    // Answers are written at once; where that cannot be had they come a little later.
    let _ = stream.set_nodelay(true);
    let stream = WriteTimeout::new(stream, app.limits.write_timeout);
    let service = TowerToHyperService::new(routes.clone());
    let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
    tokio::spawn(async move {
        // A client that is slow, gone or speaks no HTTP has an end of its own making: nothing to tell.
        let _ = connection.await;
        drop(permit);
    });
}
