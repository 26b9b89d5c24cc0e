//! The server: the only crate that opens a connection to PostgreSQL.
//!
//! In reading order: where a server is ([`Address`]), a connection to it
//! ([`Session`]), what can go wrong ([`Error`]), reading ([`facts`],
//! [`seeds`], [`health`]), and changing ([`load()`], [`shadow`], [`scratch`],
//! [`database`], [`swap()`]). [`wait_ready`] is the one loop that waits for a server.
//!
//! Must never: print, spawn a program, read the environment, or decide on the
//! text of a server's message. SQLSTATE decides.

mod address;
pub mod apply;
pub mod archiver;
mod batch;
pub mod behind;
pub mod cancel;
pub mod content;
pub mod copy;
pub mod database;
mod error;
pub mod extension_rows;
pub mod facts;
pub mod feed;
mod fence;
pub mod health;
pub mod hold;
mod introspect;
pub mod journal;
pub mod large_objects;
mod load;
pub mod lock;
pub mod numbers;
pub mod probe;
mod protection;
pub mod prove;
pub mod quarantine;
mod queue;
mod ready;
pub mod rows;
pub mod scratch;
pub mod seeds;
mod session;
pub mod shadow;
pub mod stream;
mod swap;
mod tls;
pub mod vitals;
pub mod written;

pub use address::{Address, Tls};
pub use error::{Error, ErrorKind, Result};
pub use fence::{Fence, fence};
pub use introspect::{Footprint, Introspection, footprint, introspect, introspect_in_transaction};
pub use load::{LoadFailure, load};
pub use protection::{protection, set_protection};
pub use queue::{Queue, queue};
pub use ready::{Probe, is_ready, wait_ready};
pub use session::{Session, quote_ident, quote_literal};
pub use swap::swap;
