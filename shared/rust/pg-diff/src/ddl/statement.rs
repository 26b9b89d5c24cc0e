//! One statement, or one action of an ALTER TABLE that can share it with
//! others.
//!
//! Must never: hold a semicolon of its own.

/// Text without a semicolon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `ALTER TABLE public.messages`, when neighbours with the same head can
    /// be one statement: PostgreSQL runs the actions of one ALTER TABLE in
    /// passes, so only what is right in any order has a head.
    pub head: Option<String>,
    pub body: String,
}

impl Statement {
    pub fn whole(text: impl Into<String>) -> Statement {
        Statement { head: None, body: text.into() }
    }

    pub fn action(head: impl Into<String>, action: impl Into<String>) -> Statement {
        Statement { head: Some(head.into()), body: action.into() }
    }

    /// The same, as a statement that nothing joins.
    pub fn alone(self) -> Statement {
        Statement::whole(self.text())
    }

    pub fn text(&self) -> String {
        match &self.head {
            Some(head) => format!("{head} {}", self.body),
            None => self.body.clone(),
        }
    }
}
