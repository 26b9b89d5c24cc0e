//! Stopping what is running on servers when the user says stop.
//!
//! Every [`Session`](crate::Session) is registered here while it lives, so
//! that one call reaches all of them: a dropped connection alone would leave
//! its statement running until the server notices.
//!
//! Must never: close a session. The statement's own error does the unwinding.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio_postgres::CancelToken;
use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

static NEXT: AtomicU64 = AtomicU64::new(0);
static RUNNING: Mutex<BTreeMap<u64, (CancelToken, Option<MakeRustlsConnect>)>> =
    Mutex::new(BTreeMap::new());

/// How often the user said stop.
static WISHES: AtomicU64 = AtomicU64::new(0);

/// Asks every server we are connected to, to cancel what it does for us.
/// Sessions at rest are not disturbed; who waits between two statements asks
/// a [`Wish`].
pub async fn cancel_running() {
    WISHES.fetch_add(1, Ordering::Relaxed);
    let tokens: Vec<_> = match RUNNING.lock() {
        Ok(running) => running.values().cloned().collect(),
        Err(_) => return,
    };
    for (token, tls) in tokens {
        // A request that does not arrive changes nothing: the caller's own
        // deadline then ends the wait.
        let _ = match tls {
            Some(tls) => token.cancel_query(tls).await,
            None => token.cancel_query(NoTls).await,
        };
    }
}

/// Knows whether the user said stop since it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish(u64);

impl Wish {
    pub(crate) fn now() -> Wish {
        Wish(WISHES.load(Ordering::Relaxed))
    }

    pub(crate) fn is_stop(self) -> bool {
        WISHES.load(Ordering::Relaxed) != self.0
    }
}

/// Keeps one session in the list until it is dropped.
pub(crate) struct Registration(u64);

impl Registration {
    pub(crate) fn new(token: CancelToken, tls: Option<MakeRustlsConnect>) -> Registration {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut running) = RUNNING.lock() {
            running.insert(id, (token, tls));
        }
        Registration(id)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Ok(mut running) = RUNNING.lock() {
            running.remove(&self.0);
        }
    }
}
