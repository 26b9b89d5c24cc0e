//! Whether the platform works on this database: the models import, the api
//! answers with what is in it.
//!
//! Must never: write.

use anyhow::Result;

use super::{Service, conditions, probe, python};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::target::Target;

/// Every relationship of every model is resolved, not only the names.
const IMPORT_MODELS: &str = "import shared.python.models; from sqlalchemy.orm import configure_mappers; configure_mappers()";
const LISTING: &str = "/api/messages?limit=5";

/// Says what answered.
pub fn check(ctx: &Ctx, target: &Target) -> Result<String> {
    let imported = ctx.proc.capture(&python(ctx, target, ["-c", IMPORT_MODELS])?)?;
    if !imported.is_success() {
        return Err(Fault::failed(format!(
            "the models of shared/python/models do not import: {}",
            imported.last_words()
        ))
        .hint("cargo xtask test -- shared/python")
        .into());
    }
    let found = conditions(ctx, target)?;
    let api = found.iter().find(|it| it.service == Service::Api);
    let Some(port) = api.and_then(|it| it.port) else {
        return Err(Fault::unavailable("the api publishes no port on this machine").into());
    };
    match probe::get(port, LISTING) {
        Some(reply) if reply.status == 200 => {
            Ok(format!("models import, http://localhost:{port}{LISTING} answers"))
        }
        Some(reply) => Err(Fault::failed(format!(
            "http://localhost:{port}{LISTING} answers {}: {}",
            reply.status,
            reply.body.trim()
        ))
        .hint("its log: `cargo xtask logs api`")
        .into()),
        None => Err(Fault::unavailable(format!("nobody answers at http://localhost:{port}"))
            .hint("its log: `cargo xtask logs api`")
            .into()),
    }
}
