//! Telling a service to stop, from any thread.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::watch;

/// Stops a service. Any copy of it will do, such as one in a handler of Ctrl-C.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

/// Ready once its [`Stop`] was told to, and never before, even if every copy of that is gone.
pub struct Stopped(Pin<Box<dyn Future<Output = ()> + Send>>);

impl Stop {
    /// A stop, and what [`Service::serve`](crate::Service::serve) waits for.
    #[must_use]
    pub fn new() -> (Self, Stopped) {
        let (sender, mut receiver) = watch::channel(false);
        let told = async move {
            if receiver.wait_for(|told| *told).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        (Self(sender), Stopped(Box::pin(told)))
    }

    /// Tells the service to stop; does nothing the second time.
    pub fn now(&self) {
        self.0.send_replace(true);
    }
}

impl Future for Stopped {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}
