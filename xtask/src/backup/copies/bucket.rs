//! Talking to an S3-compatible store. Requests are signed by `rusty-s3` and
//! sent by `ureq`: bodies flow, nothing is held.
//!
//! Must never: show a signed URL, or take an answer for a good one that is
//! not.

use std::io::Read;
use std::time::Duration;

use anyhow::Result;
use rusty_s3::actions::{
    AbortMultipartUpload, CompleteMultipartUpload, CompleteMultipartUploadResponse,
    CreateMultipartUpload, DeleteObject, GetObject, ListObjectsV2, PutObject, UploadPart,
};
use rusty_s3::{Credentials, S3Action, UrlStyle};
use ureq::http::Response;
use ureq::{Agent, Body, SendBody};

use super::place::{Object, Place};
use crate::outcome::Fault;

const CONNECT: Duration = Duration::from_secs(10);
/// Without a byte in either direction.
const SILENCE: Duration = Duration::from_secs(60);
/// A store puts many parts together before it answers.
const ANSWER: Duration = Duration::from_secs(600);
const SIGNED_FOR: Duration = Duration::from_secs(3600);

pub struct Bucket {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
    agent: Agent,
    /// For people.
    shown: String,
}

impl Bucket {
    /// Before anybody is asked for a secret.
    pub fn require_built() -> Result<(), Fault> {
        Ok(())
    }

    pub fn open(place: &Place) -> Result<Bucket, Fault> {
        let wrong = |why: String| Fault::failed(format!("`{}`: {why}", place.endpoint));
        let endpoint = place.endpoint.parse().map_err(|why| wrong(format!("{why}")))?;
        // The store's own name is known to everybody's resolver, a bucket's
        // below it is AWS's way alone.
        let style = if place.is_own_endpoint { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let (name, region) = (place.bucket.clone(), place.region.clone());
        let bucket = rusty_s3::Bucket::new(endpoint, style, name, region)
            .map_err(|why| wrong(why.to_string()))?;
        let (key, secret) = (place.key.clone(), place.secret.clone());
        let credentials = match &place.token {
            Some(token) => Credentials::new_with_token(key, secret, token.clone()),
            None => Credentials::new(key, secret),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(SILENCE))
            .timeout_per_write(Some(SILENCE))
            .timeout_recv_response(Some(ANSWER))
            .build();
        let agent = Agent::new_with_config(config);
        Ok(Bucket { bucket, credentials, agent, shown: place.shown() })
    }

    pub fn list(&self, prefix: &str) -> Result<Vec<Object>> {
        let what = format!("listing `{}`", self.shown);
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let mut action = ListObjectsV2::new(&self.bucket, Some(&self.credentials));
            action.with_prefix(prefix.to_owned());
            if let Some(token) = token.take() {
                action.with_continuation_token(token);
            }
            let answer = self.agent.get(self.sign(&action)).call();
            let text = self.text(answer, &what)?;
            let page = ListObjectsV2::parse_response(&text)
                .map_err(|why| Fault::failed(format!("{what}: {why}")))?;
            let found = page.contents.into_iter();
            all.extend(found.map(|it| Object { key: it.key, bytes: it.size.unwrap_or(0) }));
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    /// The bytes of an object from one on.
    pub fn get(&self, key: &str, from: u64) -> Result<Box<dyn Read>> {
        let action = GetObject::new(&self.bucket, Some(&self.credentials), key);
        let mut request = self.agent.get(self.sign(&action));
        if from > 0 {
            request = request.header("range", format!("bytes={from}-"));
        }
        let answer = self.good(request.call(), &format!("reading `{key}`"))?;
        if from > 0 && answer.status().as_u16() != 206 {
            let why = format!("reading `{key}`: the store cannot begin in the middle");
            return Err(Fault::failed(why).into());
        }
        Ok(Box::new(answer.into_body().into_with_config().limit(u64::MAX).reader()))
    }

    pub fn put(&self, key: &str, bytes: u64, body: &mut dyn Read) -> Result<()> {
        let action = PutObject::new(&self.bucket, Some(&self.credentials), key);
        let request = self.agent.put(self.sign(&action)).header("content-length", bytes);
        self.good(request.send(SendBody::from_reader(body)), &format!("writing `{key}`"))?;
        Ok(())
    }

    /// One that is not there is as good as deleted.
    pub fn delete(&self, key: &str) -> Result<()> {
        let action = DeleteObject::new(&self.bucket, Some(&self.credentials), key);
        let answer = self.agent.delete(self.sign(&action)).call();
        self.good(answer, &format!("removing `{key}`"))?;
        Ok(())
    }

    /// An upload in parts; what the store calls it.
    pub fn begin(&self, key: &str) -> Result<String> {
        let what = format!("beginning `{key}`");
        let action = CreateMultipartUpload::new(&self.bucket, Some(&self.credentials), key);
        let text = self.text(self.agent.post(self.sign(&action)).send_empty(), &what)?;
        let begun = CreateMultipartUpload::parse_response(&text)
            .map_err(|why| Fault::failed(format!("{what}: {why}")))?;
        Ok(begun.upload_id().to_owned())
    }

    /// A part, from 1; what the store says it is.
    pub fn part(
        &self,
        (key, upload, number): (&str, &str, u16),
        bytes: u64,
        body: &mut dyn Read,
    ) -> Result<String> {
        let what = format!("writing part {number} of `{key}`");
        let action = UploadPart::new(&self.bucket, Some(&self.credentials), key, number, upload);
        let request = self.agent.put(self.sign(&action)).header("content-length", bytes);
        // A store that does not want it says so before it has all of it.
        let request = request.header("expect", "100-continue");
        let answer = self.good(request.send(SendBody::from_reader(body)), &what)?;
        match answer.headers().get("etag").and_then(|it| it.to_str().ok()) {
            Some(etag) => Ok(etag.to_owned()),
            None => Err(Fault::failed(format!("{what}: the store does not say what it is")).into()),
        }
    }

    pub fn complete(&self, key: &str, upload: &str, etags: &[String]) -> Result<()> {
        let what = format!("ending `{key}`");
        let etags = etags.iter().map(String::as_str);
        let action =
            CompleteMultipartUpload::new(&self.bucket, Some(&self.credentials), key, upload, etags);
        let url = self.sign(&action);
        let text = self.text(self.agent.post(url).send(action.body()), &what)?;
        // It may say 200, and mean it not. Source: AWS API Reference,
        // CompleteMultipartUpload.
        match CompleteMultipartUploadResponse::parse(text.trim_start()) {
            Ok(_) => Ok(()),
            Err(_) => Err(Fault::failed(format!("{what}: {}", code(&text))).into()),
        }
    }

    pub fn abort(&self, key: &str, upload: &str) -> Result<()> {
        let action = AbortMultipartUpload::new(&self.bucket, Some(&self.credentials), key, upload);
        let answer = self.agent.delete(self.sign(&action)).call();
        self.good(answer, &format!("giving up the upload of `{key}`"))?;
        Ok(())
    }

    fn sign<'a>(&self, action: &impl S3Action<'a>) -> String {
        action.sign(SIGNED_FOR).to_string()
    }

    fn text(&self, answer: Result<Response<Body>, ureq::Error>, what: &str) -> Result<String> {
        let mut answer = self.good(answer, what)?;
        let read = answer.body_mut().read_to_string();
        read.map_err(|why| Fault::unavailable(format!("{what}: {why}")).into())
    }

    fn good(
        &self,
        answer: Result<Response<Body>, ureq::Error>,
        what: &str,
    ) -> Result<Response<Body>, Fault> {
        let mut answer = answer.map_err(|why| {
            Fault::unavailable(format!("{what}: `{}` cannot be reached: {why}", self.shown))
        })?;
        let status = answer.status().as_u16();
        if answer.status().is_success() {
            return Ok(answer);
        }
        let why = code(&answer.body_mut().read_to_string().unwrap_or_default());
        let why = format!("{what}: the store says {status} {why}");
        Err(match status {
            429 | 500.. => Fault::unavailable(why),
            401 | 403 => Fault::failed(why)
                .hint("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in `.env` or the environment, must be of somebody who may"),
            _ => Fault::failed(why),
        })
    }
}

/// The store's own word for what is wrong.
fn code(text: &str) -> String {
    let word = |name: &str| {
        let rest = text.split_once(&format!("<{name}>"))?.1;
        Some(rest.split_once("</")?.0.to_owned())
    };
    word("Code").unwrap_or_default()
}
