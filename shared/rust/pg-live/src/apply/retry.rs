//! Trying again: how long to wait for a lock, how long to wait before the
//! next try, and when to give up.
//!
//! Must never: wait in step with another run. Every pause has its own length.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Of a try that took longer, the rest was work and not waiting.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

pub(super) struct Retry {
    attempt: u32,
    left: Duration,
    since: Instant,
    shortest: Duration,
    longest: Duration,
}

impl Retry {
    /// `shortest` and `longest` are what a try may wait for one lock.
    pub(super) fn new(budget: Duration, shortest: Duration, longest: Duration) -> Retry {
        let longest = longest.max(shortest);
        Retry { attempt: 0, left: budget, since: Instant::now(), shortest, longest }
    }

    /// From 1.
    pub(super) fn attempt(&self) -> u32 {
        self.attempt + 1
    }

    /// What the current try may wait for one lock: half as long again each time.
    pub(super) fn lock_timeout(&self) -> Duration {
        let grown = self.shortest.as_secs_f64() * 1.5_f64.powi(self.attempt.min(20) as i32);
        Duration::from_secs_f64(grown.min(self.longest.as_secs_f64()))
    }

    /// The pause before the next try; None when the budget is used up.
    pub(super) fn next(&mut self) -> Option<Duration> {
        let pause = FIRST_PAUSE * 2_u32.pow(self.attempt.min(10));
        let pause = pause.min(LONGEST_PAUSE).mul_f64(0.5 + chance());
        self.attempt += 1;
        let waited = self.since.elapsed().min(LONGEST_WAIT);
        self.left = self.left.checked_sub(waited)?.checked_sub(pause)?;
        self.since = Instant::now() + pause;
        Some(pause)
    }
}

/// From 0 to 1. The standard library's hasher is seeded by the system.
fn chance() -> f64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u8(0);
    (hasher.finish() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    //! Lengths of waits and pauses.

    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let second = Duration::from_secs(1);
        let mut retry = Retry::new(600 * second, second, 3 * second);
        let mut pauses = Vec::new();
        for attempt in 1..8 {
            assert_eq!(retry.attempt(), attempt);
            assert!(retry.lock_timeout() >= second && retry.lock_timeout() <= 3 * second);
            pauses.push(retry.next().expect("there is time"));
        }
        assert_eq!(retry.lock_timeout(), 3 * second);
        assert!(pauses[0] >= FIRST_PAUSE / 2 && pauses[0] <= FIRST_PAUSE * 3 / 2);
        assert!(pauses[6] >= LONGEST_PAUSE / 2 && pauses[6] <= LONGEST_PAUSE * 3 / 2);
        assert_eq!(Retry::new(Duration::ZERO, second, second).next(), None);
    }
}
