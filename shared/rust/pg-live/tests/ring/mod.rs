//! What the rings on live servers share: servers, the laws, and the crew that
//! runs them.

pub mod case;
pub mod crew;
pub mod engine;
pub mod law;
pub mod oracle;
pub mod rows;
pub mod servers;
pub mod survivors;
pub mod values;
