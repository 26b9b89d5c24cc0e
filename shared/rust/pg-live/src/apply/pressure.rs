//! Whether others have room for a backfill: replicas that keep up, clients
//! that do not wait, a rate of WAL that was agreed to.
//!
//! Who may not see replicas (that takes `pg_monitor`) is not slowed down by
//! them.
//!
//! Must never: judge a batch. It says what the server says.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::lookout::Lookout;

/// How fast a backfill may be.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// What a batch should take: so long a client may wait for a row.
    pub batch: Duration,
    /// Replicas further behind are waited for.
    pub lag: Duration,
    pub lag_bytes: u64,
    /// Sessions that may wait for locks of any kind before we pause.
    pub waiting: u64,
    /// WAL per second, by everybody.
    pub wal_bytes_per_second: u64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            batch: Duration::from_millis(50),
            lag: Duration::from_secs(10),
            lag_bytes: 256 << 20,
            waiting: 5,
            wal_bytes_per_second: 64 << 20,
        }
    }
}

/// Why a backfill waits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "pressure")]
pub enum Pressure {
    /// The slowest replica.
    Replica { behind_bytes: u64, behind_ms: u64 },
    /// Sessions that wait for a lock.
    Clients { waiting: u64 },
    /// Since the last batch.
    Wal { bytes_per_second: u64 },
}

impl fmt::Display for Pressure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pressure::Replica { behind_bytes, behind_ms } => {
                write!(f, "a replica is {} MB and {behind_ms} ms behind", behind_bytes >> 20)
            }
            Pressure::Clients { waiting } => write!(f, "{waiting} sessions wait for locks"),
            Pressure::Wal { bytes_per_second } => {
                write!(f, "{} MB/s of WAL are written", bytes_per_second >> 20)
            }
        }
    }
}

/// One look at the server.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gauge {
    behind_bytes: u64,
    behind_ms: u64,
    waiting: u64,
    /// Where WAL is written; None: it could not be asked.
    pub(super) wal: Option<u64>,
}

impl Gauge {
    pub(super) async fn read(lookout: &mut Lookout) -> Gauge {
        let rows = lookout.rows(include_str!("pressure.sql"), &[]).await;
        let Some(row) = rows.first() else { return Gauge::default() };
        let number = |at: usize| row.get::<_, Option<i64>>(at).map(|it| it.max(0) as u64);
        Gauge {
            behind_bytes: number(0).unwrap_or_default(),
            behind_ms: number(1).unwrap_or_default(),
            waiting: number(2).unwrap_or_default(),
            wal: number(3),
        }
    }

    /// What is too much now. A replica's time says nothing while nothing is
    /// sent; so a few bytes must be missing too.
    pub(super) fn pressure(&self, pace: &Pace) -> Option<Pressure> {
        let Gauge { behind_bytes, behind_ms, waiting, .. } = *self;
        let is_late = u128::from(behind_ms) > pace.lag.as_millis() && behind_bytes > 1 << 20;
        if is_late || behind_bytes > pace.lag_bytes {
            return Some(Pressure::Replica { behind_bytes, behind_ms });
        }
        (waiting > pace.waiting).then_some(Pressure::Clients { waiting })
    }

    /// How long to pause so that, since `before`, WAL was not written faster
    /// than agreed.
    pub(super) fn wal_pause(
        &self,
        before: &Gauge,
        elapsed: Duration,
        pace: &Pace,
    ) -> Option<(Pressure, Duration)> {
        let bytes = self.wal?.checked_sub(before.wal?)?;
        let due = Duration::from_secs_f64(bytes as f64 / pace.wal_bytes_per_second.max(1) as f64);
        let pause = due.checked_sub(elapsed).filter(|pause| !pause.is_zero())?;
        let per_second = bytes as f64 / elapsed.as_secs_f64().max(0.001);
        Some((Pressure::Wal { bytes_per_second: per_second as u64 }, pause))
    }
}

#[cfg(test)]
mod tests {
    //! When a backfill waits.

    use super::*;

    #[test]
    fn replicas_and_clients_press() {
        let pace = Pace::default();
        let gauge = Gauge { behind_bytes: 100, behind_ms: 60_000, ..Gauge::default() };
        assert_eq!(gauge.pressure(&pace), None, "an idle replica");
        let gauge = Gauge { behind_bytes: 2 << 20, behind_ms: 60_000, ..Gauge::default() };
        assert!(matches!(gauge.pressure(&pace), Some(Pressure::Replica { .. })));
        let gauge = Gauge { behind_bytes: 1 << 30, ..Gauge::default() };
        assert!(matches!(gauge.pressure(&pace), Some(Pressure::Replica { .. })));
        let gauge = Gauge { waiting: 6, ..Gauge::default() };
        assert_eq!(gauge.pressure(&pace), Some(Pressure::Clients { waiting: 6 }));
    }

    #[test]
    fn wal_is_spread_over_time() {
        let pace = Pace { wal_bytes_per_second: 1000, ..Pace::default() };
        let gauge = |wal| Gauge { wal: Some(wal), ..Gauge::default() };
        let pause = |bytes, ms| {
            let elapsed = Duration::from_millis(ms);
            gauge(bytes).wal_pause(&gauge(0), elapsed, &pace).map(|(_, pause)| pause)
        };
        assert_eq!(pause(500, 500), None);
        assert_eq!(pause(2000, 500), Some(Duration::from_millis(1500)));
        let unknown = Gauge::default().wal_pause(&gauge(0), Duration::ZERO, &pace);
        assert!(unknown.is_none());
    }
}
