//! What a reader can't decide about the text of a table: whether hidden or struck-out text counts, and whether a small number
//! directly after another one is a footnote's mark.

use super::codes;
use super::hints::{Concealed, Glued, Hints};
use super::problems::Problems;
use super::table::SkippedKind;
use super::text::quote;

/// What the curation decides.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Policy {
    pub hidden: Option<Concealed>,
    pub struck_out: Option<Concealed>,
    pub glued: Option<Glued>,
}

impl From<&Hints> for Policy {
    fn from(hints: &Hints) -> Self {
        Self { hidden: hints.hidden, struck_out: hints.struck_out, glued: hints.glued }
    }
}

/// What the curation decides about hidden or struck-out text.
pub(super) fn decision(policy: Policy, kind: SkippedKind) -> Option<Concealed> {
    if kind == SkippedKind::Hidden { policy.hidden } else { policy.struck_out }
}

/// Something that the curation doesn't decide, at its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    pub line: usize,
    pub kind: DoubtKind,
    /// The text that is hidden, struck out or small.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DoubtKind {
    Hidden,
    StruckOut,
    /// A popup whose text has no letter.
    Popup,
    /// A link or a small span next to a number.
    Glued,
}

impl Doubt {
    /// Reports the doubt about the text of a cell or an item.
    pub(super) fn report(&self, text: &str, problems: &mut Problems) {
        let (found, text) = (quote(&self.text), quote(text));
        let (code, message, help) = match self.kind {
            DoubtKind::Hidden => {
                let message = format!("table has hidden text {found} in {text}");
                (codes::HIDDEN_TEXT, message, DECIDE_HIDDEN)
            }
            DoubtKind::StruckOut => {
                let message = format!("table has struck-out text {found} in {text}");
                (codes::STRUCK_OUT, message, DECIDE_STRUCK_OUT)
            }
            DoubtKind::Popup => {
                let message = format!("the popup on {found} in {text} belongs to either a footnote's mark or a port");
                (codes::AMBIGUOUS, message, DECIDE_GLUED)
            }
            DoubtKind::Glued => {
                let message =
                    format!("the link or small text {found} in {text} is either a footnote's mark or part of a number");
                (codes::AMBIGUOUS, message, DECIDE_GLUED)
            }
        };
        problems.report(self.line, code, message, help);
    }
}

/// Reports that all of a table is hidden or struck out.
pub(super) fn report_table(line: usize, is_hidden: bool, problems: &mut Problems) {
    let (code, message, help) = if is_hidden {
        (codes::HIDDEN_TEXT, "table is hidden", DECIDE_HIDDEN)
    } else {
        (codes::STRUCK_OUT, "table is struck out", DECIDE_STRUCK_OUT)
    };
    problems.report(line, code, message, help);
}

const DECIDE_HIDDEN: &str = "decide with hidden = \"drop\" or hidden = \"keep\" in the edition's file";
const DECIDE_STRUCK_OUT: &str = "decide with struck_out = \"drop\" or struck_out = \"keep\" in the edition's file";
const DECIDE_GLUED: &str = "decide with glued = \"mark\" or glued = \"text\" in the edition's file";
