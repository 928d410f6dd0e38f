//! A row of a flow table: its cells, and the checks that relate one cell to another.

use std::collections::HashMap;

use port_core::{Direction, Enabled, Fact, Groups, PortSpec, Requirement, Scope, Transport};

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
    pub(crate) components: &'a [String],
}

/// The services that flows may name.
pub(crate) struct Services {
    pub(crate) ids: Ids,
    /// The transports of each valid service.
    pub(crate) transports: HashMap<String, Vec<Transport>>,
}

/// How the references of a flow row become values of type `R`.
pub(crate) trait References<R> {
    fn peer(&self, id: &str) -> Result<R, Diagnostic>;
    /// `transport` is that of the port, if the spec has one.
    fn service(&self, id: &str, transport: Option<Transport>) -> Result<R, Diagnostic>;
    fn interface(&self, id: &str) -> Result<R, Diagnostic>;
    fn component(&self, id: &str) -> Result<R, Diagnostic>;
}

/// Resolves references to indexes.
pub(crate) struct FlowReferences<'a> {
    pub(crate) product: &'a ProductContext<'a>,
    pub(crate) peers: &'a Ids,
    /// For each peer that is a component: its product.
    pub(crate) products_of_components: &'a HashMap<String, usize>,
    pub(crate) services: &'a Services,
    /// The edition whose table is read.
    pub(crate) edition: usize,
}

impl References<usize> for FlowReferences<'_> {
    fn peer(&self, id: &str) -> Result<usize, Diagnostic> {
        match self.products_of_components.get(id) {
            Some(product) if *product != self.product.index => {
                let message = format!("peer {id} is a component of another product");
                Err(Diagnostic::new(codes::COMPONENT, message).help("name a peer that stands for the other product"))
            }
            _ => self.peers.find(id, "peers.csv"),
        }
    }

    fn service(&self, id: &str, transport: Option<Transport>) -> Result<usize, Diagnostic> {
        let service = self.services.ids.find(id, "services.csv")?;
        let known = self.services.transports.get(id).map(Vec::as_slice).unwrap_or_default();
        match transport {
            Some(transport) if !known.is_empty() && !can_carry(transport, known) => {
                let all = known.iter().map(|known| known.as_str()).collect::<Vec<_>>().join(", ");
                let message = format!("transport {transport} contradicts the service {id} (services.csv: {all})");
                let help = "correct the transport, leave out the service, or add it to the transports of the service";
                Err(Diagnostic::new(codes::SERVICE_TRANSPORT, message).help(help))
            }
            _ => Ok(service),
        }
    }

    fn interface(&self, id: &str) -> Result<usize, Diagnostic> {
        find_name("interface", id, self.product, &self.product.interfaces)
    }

    fn component(&self, id: &str) -> Result<usize, Diagnostic> {
        find_name("component", id, self.product, self.product.components)
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
        let row = self.flow_row(references);
        let product = references.product;
        // Also if other cells are invalid. An invalid direction is reported with them.
        if let Ok(direction) = self.cell("direction").text.parse() {
            self.check_direction_of_id(product.id, direction);
        }
        let row = row?;
        Some(Flow {
            variant: flow_variant(product.id, &row.id),
            product: product.index,
            edition: references.edition,
            position: 0,
            row,
        })
    }

    /// The cells of a flow row. Every cell is checked, even if others have problems.
    pub(crate) fn flow_row<R: PartialEq>(&mut self, references: &impl References<R>) -> Option<FlowRow<R>> {
        let id = self.id();
        let direction = self.word("direction", Direction::ALL);
        let component = self.parse_optional("component", |text| references.component(text));
        let peer = self.parse("peer", |text| references.peer(text));
        let purpose = self.required_text("purpose");
        let ports = self.ports(references);
        let requirement = self.word("requirement", Requirement::ALL);
        let condition = self.text("condition");
        if let Some(requirement) = requirement {
            self.check_condition(requirement, condition.is_some());
        }
        let scope = self.word_or("scope", Scope::ALL, Scope::Network);
        let enabled = self.word_or("enabled", Enabled::ALL, Enabled::Unstated);
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
        let (specs, groups) = ports?;
        Some(FlowRow {
            id: id?,
            direction: direction?,
            component: component?,
            peer: peer?,
            purpose: purpose?,
            specs,
            groups,
            requirement: requirement?,
            condition,
            scope: scope?,
            enabled: enabled?,
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

    /// The specs, and how their groups relate. The column `groups` repeats what the expression says.
    fn ports<R: PartialEq>(&mut self, references: &impl References<R>) -> Option<(Vec<PortSpec<R>>, Groups)> {
        let cell = self.cell("ports");
        match port_expression::parse(&cell.text, |id, transport| references.service(id, transport)) {
            Ok((specs, groups)) => {
                let stated = self.word_or("groups", Groups::ALL, groups)?;
                if stated != groups {
                    let (message, help) = match (groups, specs.iter().any(|spec| spec.group() > 0)) {
                        (Groups::Unstated, _) => ("the ports are joined with \"; \"", "write unstated"),
                        (Groups::All, true) => ("the ports are joined with \", \"", "write all"),
                        (Groups::All, false) => ("the ports are one group", "write all"),
                    };
                    let message = format!("groups are {stated}, but {message}");
                    let problem = Diagnostic::new(codes::MIXED_GROUPS, message).help(help);
                    let cell = self.cell("groups");
                    self.report("groups", &cell, problem);
                    return None;
                }
                Some((specs, groups))
            }
            Err(problems) => {
                for (spec, problem) in problems {
                    self.report("ports", &cell.part(spec.start, spec.end), problem);
                }
                None
            }
        }
    }

    /// Warns of an id whose first word after the product's id is the other direction. Ids are permanent, and a product may have words
    /// of its own, so that this is no error.
    fn check_direction_of_id(&mut self, product: &str, direction: Direction) {
        let id = self.cell("id");
        let rest = id.text.strip_prefix(product).and_then(|rest| rest.strip_prefix('-'));
        let other = match (rest.and_then(|rest| rest.split('-').next()), direction) {
            (Some("out"), Direction::Inbound) => "out",
            (Some("in"), Direction::Outbound) => "in",
            _ => return,
        };
        let message = format!("{} is {direction}, but its id has -{other}-", id.text);
        let problem = Diagnostic::new(codes::ID_DIRECTION, message);
        self.warn("id", &id, problem.help("correct the direction, or the id if nobody uses it yet"));
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

/// Whether a port with a transport may be one of a service with these transports. `any` means TCP or UDP.
fn can_carry(transport: Transport, known: &[Transport]) -> bool {
    let is_either = |transport: &Transport| matches!(transport, Transport::Tcp | Transport::Udp | Transport::Any);
    known.contains(&transport)
        || (transport == Transport::Any && known.iter().any(is_either))
        || (known.contains(&Transport::Any) && is_either(&transport))
}

/// The index of an interface or a component of a product.
fn find_name(kind: &str, text: &str, product: &ProductContext<'_>, names: &[String]) -> Result<usize, Diagnostic> {
    let names = names.iter().map(String::as_str);
    names.clone().position(|name| name == text).ok_or_else(|| {
        let message = format!("unknown {kind} {} of {}", QuotedAscii(text), product.id);
        Diagnostic::new(codes::UNKNOWN_ID, message).nearest(port_core::nearest::nearest(text, names))
    })
}

/// A host name in lowercase DNS form, in which `*.` at the start stands for any names.
fn check_host(text: &str) -> Result<String, Diagnostic> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    let (below, name) = match text.strip_prefix("*.") {
        Some(name) => (true, name),
        None => (false, text),
    };
    // A wildcard for a whole top-level domain is a mistake.
    let is_domain = !below || name.contains('.');
    match text.len() <= 253 && is_domain && name.split('.').all(is_label) {
        true => Ok(text.to_string()),
        false => Err(Diagnostic::new(codes::INVALID_HOST, format!("invalid host name {}", QuotedAscii(text)))
            .help("write host names in lowercase, such as example.com or *.example.com, separated by \", \"")),
    }
}
