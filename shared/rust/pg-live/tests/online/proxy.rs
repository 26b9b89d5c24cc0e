//! A wire between us and a server that breaks when COMMIT is on it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use pg_live::Address;

/// When the wire breaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The server never gets the COMMIT.
    Before,
    /// The server gets it; its answer is lost.
    After,
}

/// The address of a wire to `address` that breaks once, at the first COMMIT.
pub fn wire(address: &Address, when: Break) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let server = (address.host.clone(), address.port);
    let is_whole = Arc::new(AtomicBool::new(true));
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(upstream) = TcpStream::connect(&server) else { return };
            let (mut from, mut to) =
                (client.try_clone().expect("open"), upstream.try_clone().expect("open"));
            let is_whole = is_whole.clone();
            thread::spawn(move || {
                copy_until_commit(&mut from, &mut to, &is_whole, when);
                let _ = from.shutdown(Shutdown::Both);
                // The server hears of it when it answers, as it does when a
                // cable is pulled; the test ends when it has.
                let _ = to.shutdown(Shutdown::Write);
            });
            let (mut from, mut to) = (upstream, client);
            thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
    });
    Address { host: "127.0.0.1".to_owned(), port, ..address.clone() }
}

fn copy_until_commit(from: &mut TcpStream, to: &mut TcpStream, is_whole: &AtomicBool, when: Break) {
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..count];
        // The end of a simple query. Ours are short: they come in one piece.
        let is_commit = bytes.ends_with(b"COMMIT\0");
        if is_commit && is_whole.swap(false, Ordering::Relaxed) {
            if when == Break::After {
                let _ = from.shutdown(Shutdown::Write);
                let _ = to.write_all(bytes);
            }
            return;
        }
        if to.write_all(bytes).is_err() {
            return;
        }
    }
}
