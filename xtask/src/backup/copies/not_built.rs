//! A build without the feature `offsite`: whoever wants copies is refused.
//!
//! Must never: reach anything.

use std::convert::Infallible;
use std::io::Read;

use anyhow::Result;

use super::place::{Object, Place};
use crate::outcome::Fault;

pub struct Bucket(Infallible);

fn refusal() -> Fault {
    crate::backup::not_built("backups are to be copied to a store")
}

impl Bucket {
    pub fn require_built() -> Result<(), Fault> {
        Err(refusal())
    }

    pub fn open(_: &Place) -> Result<Bucket, Fault> {
        Err(refusal())
    }

    pub fn list(&self, _: &str) -> Result<Vec<Object>> {
        match self.0 {}
    }

    pub fn get(&self, _: &str, _: u64) -> Result<Box<dyn Read>> {
        match self.0 {}
    }

    pub fn put(&self, _: &str, _: u64, _: &mut dyn Read) -> Result<()> {
        match self.0 {}
    }

    pub fn delete(&self, _: &str) -> Result<()> {
        match self.0 {}
    }

    pub fn begin(&self, _: &str) -> Result<String> {
        match self.0 {}
    }

    pub fn part(&self, _: (&str, &str, u16), _: u64, _: &mut dyn Read) -> Result<String> {
        match self.0 {}
    }

    pub fn complete(&self, _: &str, _: &str, _: &[String]) -> Result<()> {
        match self.0 {}
    }

    pub fn abort(&self, _: &str, _: &str) -> Result<()> {
        match self.0 {}
    }
}
