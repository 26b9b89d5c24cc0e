//! A build without the feature `offsite`: whoever wants encryption is refused.
//!
//! Must never: write anything.

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::marker::PhantomData;

use anyhow::Result;

use crate::outcome::Fault;

pub struct Recipients(Infallible);

#[derive(Debug)]
pub struct Identities(Infallible);

pub struct Sealed<W>(Infallible, PhantomData<W>);

impl Recipients {
    pub fn parse(_: &[String]) -> Result<(Recipients, Identities)> {
        Err(crate::backup::not_built("backups are to be encrypted").into())
    }

    pub fn seal<W: Write>(&self, _: W) -> Result<Sealed<W>> {
        match self.0 {}
    }
}

impl Identities {
    pub fn read(_: &str, _: &[u8]) -> Result<Identities, Fault> {
        Err(crate::backup::not_built("the backup is encrypted"))
    }

    pub fn open<'a>(&self, _: impl Read + 'a) -> Result<Box<dyn Read + 'a>> {
        match self.0 {}
    }
}

impl<W> Sealed<W> {
    pub fn finish(self) -> io::Result<W> {
        match self.0 {}
    }
}

impl<W> Write for Sealed<W> {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        match self.0 {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0 {}
    }
}
