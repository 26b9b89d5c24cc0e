//! The format of age, by its own library.
//!
//! Must never: show an identity, or let a file end that was cut.

use std::fmt;
use std::io::{BufReader, Read, Write};

use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, Decryptor, Encryptor, x25519};
use anyhow::{Context, Result};

use crate::outcome::Fault;

/// How every file in the format begins, also an identity with a passphrase.
const BINARY: &[u8] = b"age-encryption.org/";
const ARMORED: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

pub struct Recipients {
    all: Vec<x25519::Recipient>,
}

pub type Sealed<W> = age::stream::StreamWriter<W>;

impl Recipients {
    /// Public keys, and a witness of this process beside them.
    pub fn parse(names: &[String]) -> Result<(Recipients, Identities)> {
        let parse = |name: &String| {
            name.parse::<x25519::Recipient>().map_err(|why| {
                let shown = if name.starts_with("AGE-SECRET-KEY-") {
                    "a secret key (it must be changed: it was in a configuration)"
                } else {
                    name
                };
                Fault::refused(format!("no recipient of age: {shown}: {why}"))
                    .hint("a recipient is like age1...: `age-keygen -y IDENTITY` prints it")
            })
        };
        let mut all = names.iter().map(parse).collect::<Result<Vec<_>, Fault>>()?;
        let witness = x25519::Identity::generate();
        all.push(witness.to_public());
        Ok((
            Recipients { all },
            Identities { origin: "the witness".to_owned(), all: vec![witness] },
        ))
    }

    pub fn seal<W: Write>(&self, sink: W) -> Result<Sealed<W>> {
        let all = self.all.iter().map(|it| it as &dyn age::Recipient);
        Encryptor::with_recipients(all)?.wrap_output(sink).context("beginning to encrypt")
    }
}

pub struct Identities {
    /// For people: where they are from.
    origin: String,
    all: Vec<x25519::Identity>,
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({})", self.origin)
    }
}

impl Identities {
    /// What `age-keygen` wrote.
    pub fn read(origin: &str, bytes: &[u8]) -> Result<Identities, Fault> {
        if bytes.starts_with(BINARY) || bytes.starts_with(ARMORED) {
            let why = format!("the identity `{origin}` is itself encrypted, with a passphrase");
            return Err(Fault::failed(why)
                .hint(format!("let age ask for it: `--identity <(age --decrypt {origin})`")));
        }
        let text = SecretString::from(String::from_utf8_lossy(bytes).into_owned());
        let lines = text.expose_secret().lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let parse = |(index, line): (usize, &str)| {
            line.parse::<x25519::Identity>().map_err(|_| {
                Fault::failed(format!("`{origin}:{}` is no identity of age", index + 1))
                    .hint("an identity is a line that begins with AGE-SECRET-KEY-: `age-keygen` makes one")
            })
        };
        let all = lines.map(parse).collect::<Result<Vec<_>, Fault>>()?;
        if all.is_empty() {
            return Err(Fault::failed(format!("there is no identity in `{origin}`")));
        }
        Ok(Identities { origin: origin.to_owned(), all })
    }

    /// The clear text of an encrypted stream. Reading it to its end fails
    /// where a bit was turned or the end is missing.
    pub fn open<'a>(&self, sealed: impl Read + 'a) -> Result<Box<dyn Read + 'a>> {
        let sealed = BufReader::with_capacity(1 << 17, sealed);
        let opened = Decryptor::new_buffered(sealed)
            .and_then(|it| it.decrypt(self.all.iter().map(|it| it as &dyn age::Identity)));
        match opened {
            Ok(clear) => Ok(Box::new(clear)),
            Err(DecryptError::NoMatchingKeys) => {
                let why = format!("the identity `{}` does not open it", self.origin);
                let hint = "`cargo xtask backup show LABEL` says to whom it is encrypted";
                Err(Fault::failed(why).hint(hint).into())
            }
            Err(DecryptError::Io(error)) => Err(error).context("it is cut in its head"),
            Err(error) => Err(Fault::failed(format!("it was changed: {error}")).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Every cut and every turned bit is told; nothing else opens it.

    use super::*;

    fn sealed(clear: &[u8]) -> (Vec<u8>, Identities) {
        let owner = x25519::Identity::generate();
        let (recipients, witness) =
            Recipients::parse(&[owner.to_public().to_string()]).expect("a recipient");
        let mut stream = recipients.seal(Vec::new()).expect("a sink");
        stream.write_all(clear).expect("memory");
        let bytes = stream.finish().expect("memory");
        assert_eq!(opened(&bytes, &witness).expect("the witness opens it"), clear);
        let text = owner.to_string();
        (bytes, Identities::read("key", text.expose_secret().as_bytes()).expect("an identity"))
    }

    fn opened(bytes: &[u8], key: &Identities) -> Result<Vec<u8>> {
        let mut clear = Vec::new();
        key.open(bytes)?.read_to_end(&mut clear)?;
        Ok(clear)
    }

    #[test]
    fn no_cut_and_no_turned_bit_goes_unseen() {
        // More than two of its chunks of 64 KiB.
        let clear: Vec<u8> = (0..150_000_u32).map(|it| (it % 251) as u8).collect();
        let (bytes, key) = sealed(&clear);
        assert_eq!(opened(&bytes, &key).expect("whole"), clear);
        let head = bytes.len() - 150_000 - 3 * 16;
        let ends = [0, 10, head, head + 65_552, head + 2 * 65_552, bytes.len() - 1];
        for end in ends {
            assert!(opened(&bytes[..end], &key).is_err(), "cut at {end}");
        }
        for at in (0..bytes.len()).step_by(997) {
            let mut turned = bytes.clone();
            turned[at] ^= 1;
            assert!(opened(&turned, &key).is_err(), "a bit of byte {at}");
        }
    }

    #[test]
    fn a_stranger_is_told_so_and_no_key_is_shown() {
        let (bytes, _) = sealed(b"rows");
        let (_, stranger) = sealed(b"other");
        let error = opened(&bytes, &stranger).expect_err("is not for them");
        assert!(error.to_string().contains("the identity `key` does not open it"), "{error:#}");
        assert_eq!(format!("{stranger:?}"), "Identities(key)");
        let secret = x25519::Identity::generate().to_string();
        let error = Recipients::parse(&[secret.expose_secret().to_owned()]);
        let text = format!("{:#}", error.err().expect("is no recipient"));
        assert!(!text.contains(secret.expose_secret()), "{text}");
    }
}
