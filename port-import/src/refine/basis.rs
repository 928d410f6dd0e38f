//! Checks that the page still prints the texts on which a flow's note, condition and requirement rest.

use port_data::Diagnostic;

use super::flow::FlowBuilder;
use crate::codes;
use crate::faults::Fault;

impl FlowBuilder<'_> {
    /// Reports facts in our words whose text changed, or that name no text.
    pub(super) fn check_basis(&mut self) {
        let flow = self.flow();
        let facts = [
            ("note", flow.note.is_some()),
            ("condition", flow.condition.is_some()),
            ("requirement", flow.requirement.is_some()),
        ];
        let facts: Vec<&str> = facts.into_iter().filter_map(|(key, is_given)| is_given.then_some(key)).collect();
        let facts = facts.join(" and ");
        match &flow.note_of {
            None if facts.is_empty() => {}
            None => {
                let message = format!("{facts} of {} names no text on which it rests", flow.id);
                let help = "set note_of to a cell of the row, a heading, or the digest of its prose or of another text of the page; \
                            or to \"\" if it rests on none of them";
                let fault = Fault::from(Diagnostic::new(codes::NO_BASIS, message).help(help));
                let own = format!("{facts} of {}", flow.id);
                self.report_entry(fault.among("flows have facts that name no text on which they rest", own, help));
            }
            Some(_) if facts.is_empty() => {
                let message = "flow has note_of, but no note, condition or requirement";
                self.report_entry(Diagnostic::new(codes::UNUSED_ENTRY, message).help("remove it"));
            }
            Some(texts) => {
                for text in texts.as_slice().iter().filter(|text| !text.is_empty()) {
                    if !self.row.contains(text) && !self.capture.contains_outside(text) {
                        self.report_changed(&facts, text);
                    }
                }
            }
        }
    }

    fn report_changed(&mut self, facts: &str, text: &str) {
        let cells = [&self.row.peer, &self.row.label, &self.row.ports].into_iter().flatten();
        let digests = self.row.prose.iter().map(|prose| &prose.digest);
        let printed: Vec<String> = cells.chain(digests).map(|text| format!("{text:?}")).collect();
        let message = format!(
            "{facts} of {} rests on {text:?}, which the page no longer prints (the row has {})",
            self.flow().id,
            printed.join(", ")
        );
        let help = format!("read the row again, correct the {facts}, and set note_of in {}", self.entry_place());
        let fault = Fault::from(Diagnostic::new(codes::CHANGED_BASIS, message).help(help));
        let what = format!("flows rest on {text:?}, which the page no longer prints");
        let own = format!("{facts} of {}", self.flow().id);
        self.report_row(fault.among(what, own, "read the rows again, correct the flows, and set their note_of"));
    }
}
