//! The proof: a plan runs on a clone of the schema, and what each statement
//! does is observed, not guessed.
//!
//! The caller hands over a scratch database that has the schema of the live
//! one and no rows. The plan runs there in the very groups in which it will
//! run on the live one. After each statement we read from our own session
//! which locks it took (`pg_locks`), which relations have new files
//! (`relfilenode`) and which tables it read (`pg_stat_get_xact_numscans`: a
//! scan that finds no row is counted as well; measured on 15, 16 and 18).
//!
//! Must never: run on a database that anybody uses; decide whether the result
//! is the wanted one. The caller compares.

mod certificate;
mod estimate;
mod observe;
mod outside;
mod sizes;

use std::time::Instant;

use pg_diff::plan::{Backfill, Mode, Plan, Step, Work};

pub use certificate::{BuiltIndex, Certificate, ObservedLock, StepCertificate};
pub use estimate::{Estimate, MOMENT_MS, StepEstimate, estimate};
pub use sizes::{Size, Sizes, sizes};

use crate::address::Address;
use crate::batch::Batches;
use crate::error::{Error, ErrorKind};
use crate::session::Session;
use observe::Observer;

/// A statement of the plan that the server refused.
#[derive(Clone, Debug)]
pub struct StepFailure {
    /// Index into `Plan::steps`. A transaction that fails at its end names its
    /// last step.
    pub step: usize,
    pub sql: String,
    pub error: Error,
}

/// Why there is no certificate.
#[derive(Clone, Debug)]
pub enum ProofFailure {
    /// The plan is wrong.
    Step(StepFailure),
    /// The clone could not be used.
    Server(Error),
}

impl From<Error> for ProofFailure {
    fn from(error: Error) -> ProofFailure {
        ProofFailure::Server(error)
    }
}

/// What a session that changes a schema needs beyond its usual settings:
/// bodies may name what comes later; a policy must never hide rows from us; a
/// database's own default must not make our transactions others.
pub(crate) const SETTINGS: &str = "SET search_path = ''; SET check_function_bodies = off; \
     SET row_security = off; SET default_transaction_isolation = 'read committed'; \
     SET default_transaction_deferrable = off";

/// Runs `plan` on `clone`, which is changed by it, and tells what was seen.
pub async fn prove(clone: &Address, plan: &Plan) -> Result<Certificate, ProofFailure> {
    let session = Session::connect(clone, "prove").await?;
    session.execute(SETTINGS).await?;
    let mut observer = Observer::new(&session).await?;
    let mut certificate = Certificate::default();
    let mut first = 0;
    for group in plan.groups() {
        let steps: Vec<(usize, &Step)> = (first..).zip(group).collect();
        first += group.len();
        match group.first().map(|step| step.mode) {
            None => {}
            Some(Mode::Outside) => {
                for (index, step) in steps {
                    certificate.steps.push(
                        outside::run(&session, &mut observer, index, step)
                            .await
                            .map_err(|error| failure(index, step, error))?,
                    );
                }
            }
            Some(Mode::Together | Mode::Alone) => {
                certificate.steps.extend(run_group(&session, &mut observer, &steps).await?);
            }
        }
    }
    Ok(certificate)
}

async fn run_group(
    session: &Session,
    observer: &mut Observer,
    steps: &[(usize, &Step)],
) -> Result<Vec<StepCertificate>, ProofFailure> {
    session.execute("BEGIN").await?;
    observer.begin(session).await?;
    let mut certificates = Vec::with_capacity(steps.len());
    for (index, step) in steps {
        let sql = match &step.work {
            Work::Statement(sql) => sql.clone(),
            Work::Backfill(backfill) => first_batch(session, backfill).await?,
        };
        let started = Instant::now();
        session.execute(&sql).await.map_err(|error| failure(*index, step, error))?;
        let millis = started.elapsed().as_millis() as u64;
        certificates.push(observer.after(session, *index, millis).await?);
    }
    let (index, step) = steps[steps.len() - 1];
    session.execute("COMMIT").await.map_err(|error| failure(index, step, error))?;
    Ok(certificates)
}

/// What the first batch of a backfill runs, so that it is proved to the letter.
async fn first_batch(session: &Session, backfill: &Backfill) -> Result<String, Error> {
    Ok(Batches::read(session, backfill).await?.first(backfill.batch))
}

/// The connection's end is not the plan's fault.
fn failure(step: usize, it: &Step, error: Error) -> ProofFailure {
    match error.kind {
        ErrorKind::Unreachable | ErrorKind::OutOfResources | ErrorKind::Cancelled => {
            ProofFailure::Server(error)
        }
        ErrorKind::NotReady
        | ErrorKind::Authentication
        | ErrorKind::NoDatabase
        | ErrorKind::Permission
        | ErrorKind::InUse
        | ErrorKind::Address
        | ErrorKind::Deadline
        | ErrorKind::Incomplete
        | ErrorKind::Statement => ProofFailure::Step(StepFailure { step, sql: it.shown(), error }),
    }
}
