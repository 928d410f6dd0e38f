//! The direction, the component and the peer of a flow: one of the ends that its row prints, or what the curation says.

use port_core::Direction;
use port_data::{Diagnostic, Place};

use super::flow::FlowBuilder;
use crate::codes;
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::printed_row::End;
use crate::propose;

impl FlowBuilder<'_> {
    /// The direction, the component and the peer, each as the row prints it, as the curation says for a row that prints several,
    /// or added.
    pub(super) fn ends(&mut self) -> (Option<Direction>, Option<String>, Option<String>) {
        let (row, flow) = (self.row, self.flow());
        let mut ends: Vec<&End> = row.ends.iter().collect();
        if ends.is_empty() {
            // Its cells can't be read, which is reported already.
            return (None, None, None);
        }
        let is_choice = |ends: &[&End], of: &dyn Fn(&End) -> bool| ends.len() > 1 && ends.iter().any(|end| of(end));
        let direction = |end: &End| end.direction == flow.direction;
        let component = |end: &End| end.component == flow.component;
        let peer = |end: &End| end.peer == flow.peer;
        for (is_given, fits) in [
            (flow.direction.is_some(), &direction as &dyn Fn(&End) -> bool),
            (flow.component.is_some(), &component),
            (flow.peer.is_some(), &peer),
        ] {
            if is_given && is_choice(&ends, fits) {
                ends.retain(|end| fits(end));
            }
        }
        self.chosen_ends.extend(row.ends.iter().filter(|end| ends.contains(end)).take(1).cloned());
        let several: Vec<&str> = [
            ("direction", ends.iter().any(|end| end.direction != ends[0].direction)),
            ("component", ends.iter().any(|end| end.component != ends[0].component)),
            ("peer", ends.iter().any(|end| end.peer != ends[0].peer)),
        ]
        .into_iter()
        .filter_map(|(key, is_several)| is_several.then_some(key))
        .collect();
        let added = flow.adds.as_ref();
        let is_added = several == ["direction"] && added.is_some_and(|adds| adds.direction.is_some());
        if !several.is_empty() && !is_added {
            let several = several.join(" and ");
            let message = format!("row {} prints more than one {several}", row.number);
            let help = format!("give {} its {several}, and let other flows share the row", flow.id);
            let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::NO_DIRECTION, message).help(help));
            let all = format!("give each flow its {several}, and let other flows share the rows");
            self.report_row(diagnostic.among(format!("rows print more than one {several}"), &flow.id, all));
            return (None, None, None);
        }
        let end = ends[0].clone();
        (self.direction(&end, row.ends.len() > 1), self.component(&end), self.peer(&end))
    }

    fn direction(&mut self, end: &End, is_choice: bool) -> Option<Direction> {
        let flow = self.flow();
        let added = flow.adds.as_ref().and_then(|adds| adds.direction);
        match (end.direction, added.or(flow.direction)) {
            (Some(_), Some(_)) if added.is_some() && is_choice => {
                let message = "a direction is added, but the row prints both";
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("write direction instead"));
            }
            // A row of a table may differ from the others, and an added direction from the printed one.
            (Some(printed), Some(curated))
                if printed != curated && (added.is_some() || self.row.has_table_direction) =>
            {
                return Some(curated);
            }
            (Some(printed), Some(curated)) if !is_choice || printed != curated => {
                let message = format!("direction is {curated}, but the row prints {printed}");
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove the direction"));
            }
            // A direction that can't be read is reported already.
            (None, None) if self.row.problems.is_empty() => {
                let help = format!("add a direction to the row's table in {}", Place::file(&self.curation.file));
                self.report_row(Diagnostic::new(codes::NO_DIRECTION, "row has no direction").help(help));
            }
            _ => {}
        }
        end.direction.or(added).or(flow.direction)
    }

    fn component(&mut self, end: &End) -> Option<String> {
        let flow = self.flow();
        let added = flow.adds.as_ref().and_then(|adds| adds.component.as_ref());
        let curated = added.or(flow.component.as_ref());
        match (&end.component, curated) {
            (Some(printed), Some(curated)) if added.is_some() || printed != curated => {
                let message = format!("component is {curated:?}, but the row prints {printed:?}");
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove the component"));
            }
            _ => {}
        }
        end.component.as_ref().or(curated).cloned()
    }

    /// The peer: added, curated for this row, or that of the peer cell.
    fn peer(&mut self, end: &End) -> Option<String> {
        let flow = self.flow();
        let added = flow.adds.as_ref().and_then(|adds| adds.peer.as_ref());
        if let (Some(_), Some(cell), None) = (added, &self.row.peer, flow.key().and_then(|key| key.peer.as_ref())) {
            let message = format!("a peer is added, but the row prints the peer cell {cell:?}");
            let help = "remove the addition, or add the peer cell to the flow's row";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help(help));
        }
        let peer = added.or(flow.peer.as_ref()).or(end.peer.as_ref()).cloned();
        if peer.is_none() {
            let file = Place::file(&self.curation.flows_file);
            let diagnostic = match &self.row.peer {
                Some(cell) => {
                    let message = format!("peer cell {cell:?} isn't mapped to a peer");
                    let help = format!("add it to [peers] in {file}, or give the flow a peer");
                    let all = format!("add them to [peers] in {file}, or give the flows a peer");
                    let diagnostic =
                        GroupableDiagnostic::from(Diagnostic::new(codes::UNMAPPED_PEER, message).help(help));
                    diagnostic.among("peer cells aren't mapped to a peer", format!("{cell:?}"), all)
                }
                None => {
                    let help = "give the row's table or the flow a peer";
                    Diagnostic::new(codes::UNMAPPED_PEER, "row has no peer").help(help).into()
                }
            };
            self.report_row(diagnostic);
            self.edits.extend(self.row.peer.as_ref().map(|cell| propose::unmapped_peer(self.curation, cell)));
        }
        peer
    }
}
