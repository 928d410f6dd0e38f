//! A row of a flow table: its cells, and the checks that relate one cell to another.

use port_core::{Direction, Fact, PortSpec, Requirement};

use crate::cells::Cell;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::hidden::QuotedAscii;
use crate::id::{check_id, flow_variant};
use crate::ids::Ids;
use crate::port_expression;
use crate::row::Row;
use crate::schema::{Flow, FlowRow};

/// The largest number of interfaces of a product: a flow stores its interfaces as bits of a 16-bit number.
const MAX_INTERFACES: usize = 16;

/// The product whose flow table is read.
pub(crate) struct ProductContext<'a> {
    pub(crate) index: usize,
    pub(crate) id: &'a str,
    pub(crate) interfaces: Vec<String>,
}

/// How the references of a flow row become values of type `R`.
pub(crate) trait References<R> {
    fn peer(&self, id: &str) -> Result<R, Diagnostic>;
    fn service(&self, id: &str) -> Result<R, Diagnostic>;
    fn interface(&self, id: &str) -> Result<R, Diagnostic>;
}

/// Resolves references to indexes.
pub(crate) struct FlowReferences<'a> {
    pub(crate) product: &'a ProductContext<'a>,
    pub(crate) peers: &'a Ids,
    pub(crate) services: &'a Ids,
}

impl References<usize> for FlowReferences<'_> {
    fn peer(&self, id: &str) -> Result<usize, Diagnostic> {
        self.peers.find(id, "peers.csv")
    }

    fn service(&self, id: &str) -> Result<usize, Diagnostic> {
        self.services.find(id, "services.csv")
    }

    fn interface(&self, id: &str) -> Result<usize, Diagnostic> {
        find_interface(self.product, id)
    }
}

impl Row<'_> {
    /// The interfaces that `products.csv` declares for a product.
    pub(crate) fn interfaces(&mut self) -> Option<Vec<String>> {
        let interfaces = self.parse_list("interfaces", check_id)?;
        if interfaces.len() > MAX_INTERFACES {
            let cell = self.list("interfaces").swap_remove(MAX_INTERFACES);
            let message = format!("product has {} interfaces, but at most {MAX_INTERFACES} fit", interfaces.len());
            self.report("interfaces", &cell, Diagnostic::new(codes::TOO_MANY, message));
            return None;
        }
        Some(interfaces)
    }

    /// Adds the flow's interfaces to its product's. Flows declare interfaces if `products.csv` has no column for them.
    pub(crate) fn declare_interfaces(&mut self, interfaces: &mut Vec<String>) {
        for cell in self.list("interfaces").into_iter().filter(|cell| !cell.text.is_empty()) {
            let result = check_id(&cell.text);
            self.accept("interfaces", &cell, result);
            if !interfaces.contains(&cell.text) && interfaces.len() < MAX_INTERFACES {
                interfaces.push(cell.text);
            }
        }
    }

    /// A flow of a product, with its references resolved.
    pub(crate) fn flow(&mut self, references: &FlowReferences<'_>) -> Option<Flow> {
        let row = self.flow_row(references)?;
        Some(Flow { variant: flow_variant(references.product.id, &row.id), product: references.product.index, row })
    }

    /// The cells of a flow row. Every cell is checked, even if others have problems.
    pub(crate) fn flow_row<R: PartialEq>(&mut self, references: &impl References<R>) -> Option<FlowRow<R>> {
        let id = self.id();
        let direction = self.word("direction", Direction::ALL);
        let peer = self.parse("peer", |text| references.peer(text));
        let purpose = self.required_text("purpose");
        let specs = self.specs(references);
        let requirement = self.word("requirement", Requirement::ALL);
        let condition = self.text("condition");
        if let Some(requirement) = requirement {
            self.check_condition(requirement, condition.is_some());
        }
        let interfaces = self.parse_list("interfaces", |text| references.interface(text));
        let recommended_interface = self.recommended_interface(references, interfaces.as_deref().unwrap_or_default());
        let hosts = self.parse_list("hosts", check_host);
        let configurable = self.flag("configurable");
        let customization = self.text("customization");
        if configurable == Some(false) && customization.is_some() {
            let cell = self.cell("configurable");
            let problem = Diagnostic::new(codes::CUSTOMIZATION, "flow has a customization but isn't configurable");
            self.report("configurable", &cell, problem.help("write true, or remove the customization"));
        }
        let curated = self.words::<Fact>("curated", Fact::ALL);
        let row = self.row_number();
        Some(FlowRow {
            id: id?,
            direction: direction?,
            peer: peer?,
            purpose: purpose?,
            specs: specs?,
            requirement: requirement?,
            condition,
            interfaces: interfaces?,
            recommended_interface: recommended_interface?,
            hosts: hosts?,
            configurable: configurable?,
            customization,
            note: self.text("note"),
            curated: curated?,
            section: self.text("section"),
            row: row?,
            printed_peer: self.text("printed_peer"),
            printed_label: self.text("printed_label"),
            printed_ports: self.text("printed_ports"),
        })
    }

    fn specs<R: PartialEq>(&mut self, references: &impl References<R>) -> Option<Vec<PortSpec<R>>> {
        let cell = self.cell("ports");
        match port_expression::parse(&cell.text, |id| references.service(id)) {
            Ok(specs) => Some(specs),
            Err(problems) => {
                for (offset, problem) in problems {
                    let column = cell.column + cell.text[..offset].chars().count();
                    self.report("ports", &Cell { column, ..cell.clone() }, problem);
                }
                None
            }
        }
    }

    fn check_condition(&mut self, requirement: Requirement, has_condition: bool) {
        let (message, help) = match (requirement == Requirement::Conditional, has_condition) {
            (true, false) => ("conditional flow has no condition".to_string(), "write when the flow is needed"),
            (false, true) => (
                format!("flow is {requirement} but has a condition"),
                "write the requirement conditional, or remove the condition",
            ),
            _ => return,
        };
        let cell = self.cell("condition");
        self.report("condition", &cell, Diagnostic::new(codes::CONDITION, message).help(help));
    }

    fn recommended_interface<R: PartialEq>(
        &mut self,
        references: &impl References<R>,
        interfaces: &[R],
    ) -> Option<Option<R>> {
        let cell = self.cell("recommended_interface");
        if cell.text.is_empty() {
            return Some(None);
        }
        let result = references.interface(&cell.text);
        let interface = self.accept("recommended_interface", &cell, result)?;
        if !interfaces.contains(&interface) {
            let message = format!("{} isn't one of the flow's interfaces", cell.text);
            let problem = Diagnostic::new(codes::RECOMMENDED_INTERFACE, message).help("recommend one of them");
            self.report("recommended_interface", &cell, problem);
        }
        Some(Some(interface))
    }
}

fn find_interface(product: &ProductContext<'_>, text: &str) -> Result<usize, Diagnostic> {
    let names = product.interfaces.iter().map(String::as_str);
    names.clone().position(|interface| interface == text).ok_or_else(|| {
        let message = format!("unknown interface {} of {}", QuotedAscii(text), product.id);
        Diagnostic::new(codes::UNKNOWN_ID, message).nearest(port_core::nearest::nearest(text, names))
    })
}

/// A host name in lowercase DNS form.
fn check_host(text: &str) -> Result<String, Diagnostic> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    match text.len() <= 253 && text.split('.').all(is_label) {
        true => Ok(text.to_string()),
        false => Err(Diagnostic::new(codes::INVALID_HOST, format!("invalid host name {}", QuotedAscii(text)))
            .help("write host names in lowercase without wildcards, separated by \", \"")),
    }
}
