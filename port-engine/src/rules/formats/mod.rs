//! The formats of rules. Each is a module with a `WRITER`: its limits, and a function that writes rules within these limits.

use port_data::Diagnostic;
use writer::{File, Writer};

use super::changes::Change;
use super::codes;
use super::model::Ruleset;
use super::output_options::OutputOptions;
use super::target::Target;
use crate::words::words;

pub mod aerleon;
pub mod ansible;
pub mod cloudformation;
mod document;
pub mod firewalld;
pub mod fortigate;
pub mod iptables;
pub mod mud;
pub mod networkpolicy;
pub mod nftables;
pub mod oscal;
pub mod powershell;
pub mod ppsm;
mod security_group;
pub mod terraform;
mod text;
pub mod ufw;
pub mod writer;

words! {
    /// A format of rules.
    RulesFormat is a "format" {
        /// Chains in the table inet filter or --table, to jump to from your own chains
        Nftables = "nftables",
        /// Chains in the table filter, to jump to from your own: IPv4, for iptables-restore --noflush
        Iptables = "iptables",
        /// The same for IPv6
        Ip6tables = "ip6tables",
        /// A service for each flow, and a policy for each direction that allows the services between its addresses
        Firewalld = "firewalld",
        /// An application profile for each flow, and the commands that allow it between its addresses
        Ufw = "ufw",
        /// A CLI script for FortiOS: services, addresses, groups and policies
        Fortigate = "fortigate",
        /// Definitions and a policy, from which aclgen generates rules for many firewalls
        Aerleon = "aerleon",
        /// A Manufacturer Usage Description (RFC 8520) as JSON, for the network that the product is in
        Mud = "mud",
        /// A Kubernetes NetworkPolicy, for pods with the label app.kubernetes.io/name: NAME
        NetworkPolicy = "networkpolicy",
        /// Commands for Windows Defender Firewall, with a rule for each flow and protocol
        PowerShell = "powershell",
        /// Variables with validation, and the resources that use them: rules for a security group of AWS or Azure
        Terraform = "terraform",
        /// A CloudFormation template: rules for a security group of AWS
        Cloudformation = "cloudformation",
        /// A playbook with a task for each rule
        Ansible = "ansible",
        /// An OSCAL component definition as JSON, with the ports as protocols of the products; no rules
        Oscal = "oscal",
        /// A table of ports, protocols and services as CSV, for accreditations; no rules
        Ppsm = "ppsm",
    }
}

impl RulesFormat {
    /// The targets of the format, the usual one first. Empty if it is for one platform.
    #[must_use]
    pub const fn targets(self) -> &'static [Target] {
        match self {
            RulesFormat::Aerleon => aerleon::TARGETS,
            RulesFormat::Terraform => terraform::TARGETS,
            RulesFormat::Ansible => ansible::TARGETS,
            _ => &[],
        }
    }

    /// How the format is written for a target, which is one of its [`targets`](Self::targets). `None` means the first one.
    #[must_use]
    pub fn writer(self, target: Option<Target>) -> Writer {
        match self {
            RulesFormat::Nftables => nftables::WRITER,
            RulesFormat::Iptables => iptables::V4,
            RulesFormat::Ip6tables => iptables::V6,
            RulesFormat::Firewalld => firewalld::WRITER,
            RulesFormat::Ufw => ufw::WRITER,
            RulesFormat::Fortigate => fortigate::WRITER,
            RulesFormat::Aerleon => aerleon::writer(target),
            RulesFormat::Mud => mud::WRITER,
            RulesFormat::NetworkPolicy => networkpolicy::WRITER,
            RulesFormat::Oscal => oscal::WRITER,
            RulesFormat::Ppsm => ppsm::WRITER,
            RulesFormat::Terraform => terraform::writer(target),
            RulesFormat::Cloudformation => cloudformation::WRITER,
            RulesFormat::Ansible => ansible::writer(target),
            RulesFormat::PowerShell => powershell::WRITER,
        }
    }

    /// How rules are added to loaded ones, and removed from them. `None` if the files of the format are always a whole ruleset.
    #[must_use]
    pub fn change_writer(self) -> Option<fn(&Ruleset, Change, &OutputOptions) -> File> {
        match self {
            RulesFormat::Nftables => Some(nftables::change),
            RulesFormat::Iptables => Some(iptables::change_v4),
            RulesFormat::Ip6tables => Some(iptables::change_v6),
            _ => None,
        }
    }

    /// Whether a ruleset can be loaded next to others. If not, a ruleset replaces earlier ones, or no firewall reads it.
    #[must_use]
    pub const fn adds_to_others(self) -> bool {
        use RulesFormat::{Aerleon, Cloudformation, Mud, Oscal, Ppsm, Terraform};
        !matches!(self, Aerleon | Cloudformation | Mud | Oscal | Ppsm | Terraform)
    }

    /// Whether the format describes what rules would allow, and isn't read by a firewall.
    #[must_use]
    pub const fn is_document(self) -> bool {
        matches!(self, RulesFormat::Oscal | RulesFormat::Ppsm)
    }

    /// Checks that the format has the target and every option that is set.
    ///
    /// # Errors
    ///
    /// The format doesn't have the target; or a problem for each option that it doesn't have, with the formats that have it.
    pub fn check(self, options: &OutputOptions) -> Result<(), Vec<Diagnostic>> {
        if let Some(target) = options.target.filter(|target| !self.targets().contains(target)) {
            return Err(vec![self.lacks(target)]);
        }
        let writer = self.writer(options.target);
        let missing = options.set().filter(|option| !writer.options.contains(option));
        let problems: Vec<Diagnostic> = missing
            .map(|option| {
                let formats = RulesFormat::ALL.iter().filter(|format| format.writer(None).options.contains(&option));
                let formats: Vec<&str> = formats.map(|format| format.as_str()).collect();
                let target = options.target.map(|target| format!(" for the target {target}")).unwrap_or_default();
                let message = format!("the format {self} has no option {}{target}", option.as_str());
                Diagnostic::new(codes::OPTION, message).help(format!("formats that have it: {}", formats.join(", ")))
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Why a target that isn't one of the format's is rejected.
    fn lacks(self, target: Target) -> Diagnostic {
        let list = |words: Vec<&str>| words.join(", ");
        if self.targets().is_empty() {
            let formats = RulesFormat::ALL.iter().filter(|format| format.targets().contains(&target));
            let formats = list(formats.map(|format| format.as_str()).collect());
            let problem = Diagnostic::new(codes::TARGET, format!("the format {self} has no targets"));
            return problem.help(format!("formats with the target {target}: {formats}"));
        }
        let targets = list(self.targets().iter().map(|target| target.as_str()).collect());
        let problem = Diagnostic::new(codes::TARGET, format!("the format {self} has no target {target}"));
        problem.help(format!("its targets: {targets}"))
    }
}
