//! What a reading costs: as many queries for a thousand tables as for none.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pg_live::{Address, Session, introspect};

use crate::server::{Scratch, run};

/// Statements of one reading, whatever the database holds: about one per
/// kind, BEGIN and COMMIT.
const STATEMENTS: usize = 60;

/// Counts what clients say to a server.
struct Wire {
    address: Address,
    statements: Arc<AtomicUsize>,
}

impl Wire {
    fn to(server: &Address) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let statements = Arc::default();
        let wire = Wire {
            address: Address { host: "127.0.0.1".to_owned(), port, ..server.clone() },
            statements: Arc::clone(&statements),
        };
        let there = (server.host.clone(), server.port);
        thread::spawn(move || {
            let (client, _) = listener.accept().unwrap();
            let server = TcpStream::connect(there).unwrap();
            let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || carry(back.0, back.1, |_| {}));
            let mut messages = Messages::default();
            carry(client, server, |bytes| {
                statements.fetch_add(messages.statements(bytes), Ordering::Relaxed);
            });
        });
        wire
    }

    /// Statements since the last call.
    fn since(&self) -> usize {
        self.statements.swap(0, Ordering::Relaxed)
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, mut look: impl FnMut(&[u8])) {
    let mut buffer = [0; 65536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        look(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
}

/// Finds messages in a stream that is cut anywhere. The first has no type.
#[derive(Default)]
struct Messages {
    bytes: Vec<u8>,
    is_started: bool,
}

impl Messages {
    /// How many of the messages that end here run something: Query and Parse.
    fn statements(&mut self, bytes: &[u8]) -> usize {
        self.bytes.extend_from_slice(bytes);
        let mut found = 0;
        loop {
            let head = usize::from(self.is_started);
            let Some(length) = self.bytes.get(head..head + 4) else { return found };
            let end = head + u32::from_be_bytes(length.try_into().unwrap()) as usize;
            if self.bytes.len() < end {
                return found;
            }
            found += usize::from(self.is_started && matches!(self.bytes[0], b'Q' | b'P'));
            self.is_started = true;
            self.bytes.drain(..end);
        }
    }
}

#[test]
fn a_thousand_tables_take_as_many_queries_as_none() {
    run(|server| async move {
        if server.host.starts_with('/') {
            eprintln!("skipped: the server is on a socket");
            return;
        }
        let scratch = Scratch::new(&server).await;
        let wire = Wire::to(&scratch.address);
        let session = Session::connect(&wire.address, "test").await.unwrap();
        wire.since();
        introspect(&session).await.unwrap();
        let none = wire.since();
        scratch.load(include_str!("thousand.sql")).await;
        let catalog = introspect(&session).await.unwrap();
        let thousand = wire.since();
        assert!(catalog.objects.len() > 10_000, "{}", catalog.objects.len());
        assert_eq!(thousand, none);
        assert!(none < STATEMENTS, "{none} statements");
        scratch.drop().await;
    });
}
