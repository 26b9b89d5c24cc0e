//! Where copies go: `[workspace.metadata.xtask.backup.copy]`, and who may
//! write there, which stands in the environment or `.env` alone.
//!
//! Must never: read a secret out of `Cargo.toml`, or show one.

use super::Bucket;
use crate::config::Config;
use crate::outcome::Fault;

#[cfg_attr(not(feature = "offsite"), expect(dead_code, reason = "nobody reaches a store"))]
pub struct Place {
    pub endpoint: String,
    /// Not AWS's own.
    pub is_own_endpoint: bool,
    pub region: String,
    pub bucket: String,
    /// Empty, or without a slash at either end.
    pub prefix: String,
    pub key: String,
    pub secret: String,
    pub token: Option<String>,
}

/// What lies in the store.
#[derive(Clone, Debug)]
pub struct Object {
    pub key: String,
    pub bytes: u64,
}

impl Place {
    /// None where nobody named a bucket.
    pub fn wanted(config: &Config) -> Result<Option<Place>, Fault> {
        let written = config.metadata.backup.copy.clone().unwrap_or_default();
        let Some(bucket) = config.value("XTASK_BACKUP_BUCKET").or(written.bucket) else {
            if config.metadata.backup.copy.is_some() {
                let why = "backups are to be copied, and no bucket is named";
                let hint = "`bucket` in `[workspace.metadata.xtask.backup.copy]` of `Cargo.toml`";
                return Err(Fault::refused(why).hint(hint));
            }
            return Ok(None);
        };
        Bucket::require_built()?;
        let secret = |name: &str| {
            config.value(name).ok_or_else(|| {
                Fault::failed(format!("backups are copied to `{bucket}`, and {name} is not set"))
                    .hint("put it into `.env`, never into `Cargo.toml`")
            })
        };
        let region = config.value("AWS_REGION").or(written.region);
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        let endpoint = config.value("AWS_ENDPOINT_URL").or(written.endpoint);
        let prefix = config.value("XTASK_BACKUP_PREFIX").or(written.prefix).unwrap_or_default();
        Ok(Some(Place {
            is_own_endpoint: endpoint.is_some(),
            endpoint: endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com")),
            region,
            key: secret("AWS_ACCESS_KEY_ID")?,
            secret: secret("AWS_SECRET_ACCESS_KEY")?,
            token: config.value("AWS_SESSION_TOKEN"),
            bucket,
            prefix: prefix.trim_matches('/').to_owned(),
        }))
    }

    /// For people.
    pub fn shown(&self) -> String {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        format!("s3://{}{slash}{}", self.bucket, self.prefix)
    }
}
