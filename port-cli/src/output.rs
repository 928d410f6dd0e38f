//! What a command returns.

use port_data::Diagnostic;
pub use port_data::diagnostic::count;

/// The result of a command, before anything is printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The text for standard output.
    pub text: String,
    /// The messages for standard error.
    pub messages: Vec<String>,
    /// The exit code.
    pub code: u8,
}

/// What a command returns: its output, or everything that is wrong with the call and its input.
pub type Result = std::result::Result<Output, Vec<Diagnostic>>;

impl Output {
    /// Output without messages, and exit code 0.
    pub fn text(text: impl Into<String>) -> Output {
        Output { text: text.into(), ..Output::default() }
    }

    /// The output of a call that failed: one `error[code]: place: message; help` per problem, nothing on standard output, and
    /// exit code 2.
    pub fn failure(problems: &[Diagnostic]) -> Output {
        let messages = problems.iter().map(|problem| format!("error[{}]: {problem}", problem.code)).collect();
        Output { text: String::new(), messages, code: 2 }
    }

    /// Adds a message for standard error.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Output {
        self.messages.push(message.into());
        self
    }
}
