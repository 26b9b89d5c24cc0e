//! What happens by itself: backup, proof, retention, doctor, at times that
//! systemd or cron keep.
//!
//! `when.rs` reads and counts times, `job.rs` knows the jobs, `place.rs` where
//! they run, `units.rs` and `crontab.rs` write them down for those who start
//! them; `run.rs` is what they start, `record.rs` how it ended, `notify.rs` who
//! hears of it, `troubles.rs` what did not run.
//!
//! Must never: say that something will run that nobody will start.

pub mod crontab;
pub mod job;
mod notify;
pub mod place;
pub mod record;
pub mod run;
mod troubles;
pub mod units;
pub mod when;

pub use troubles::troubles;
