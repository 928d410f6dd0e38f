//! `rules`: firewall rules for the flows of products.

use clap::Args;
use port_data::Diagnostic;
use port_engine::dataset::Dataset;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::generate;
use port_engine::rules::site_template::site_template;

use super::Context;
use crate::filter_args::FilterArgs;
use crate::known_id::IdKind;
use crate::output::{Output, Result};
use crate::rules_args::RulesetArgs;
use crate::word_parser::words;

/// The notes and examples in the help.
pub const HELP: &str = "\
Whatever is opened, left out or dropped is reported on standard error and in comments of the output.
Each rule contains the id of its flow: port-catalog show ID prints the row of the vendor's document.

A site file contains addresses, networks and host names. A format that can't express one drops it with a warning:
  version = 1
  [groups]
  relays = [\"192.0.2.20\", \"192.0.2.21\"]
  [products]
  fortimail = [\"192.0.2.10\", \"2001:db8::10\"]
  [peers]
  email-client = \"10.0.0.0/8\"
  ldap-server = [\"10.0.5.1\", \"ldap.example.org\"]
  email-server = \"@relays\"
  [interfaces]
  email-client = \"eth1\"
  [alternatives]
  fortimail-in-email-client-pop3 = \"tcp/995\"
A table [components.PRODUCT] has the addresses of the product's components; --component selects the rules of a machine with some.
Print one to fill in with --site-template. Peers that it doesn't name are left out, unless --unnamed any is given.

A mud file can't contain comments. Set its mud-url, last-update and is-supported, which only you know.
oscal and ppsm are documents: they describe what a firewall between the product and its peers would allow.
A networkpolicy is for pods with the label app.kubernetes.io/name: NAME. If yours have others, change podSelector.

Loading a later version removes the rules of the earlier one with the same --name; --direction leaves the other direction alone.
A firewalld policy needs your zones again. On a FortiGate, delete policies of peers that are gone. Ansible removes only what you ask for.

If a format has several files, each is printed below a line with its name; --out writes them to files.
Exit codes: 0 done; 2 bad arguments or site file, no rule is left, or a file can't be written; 3 something was
dropped under --strict.

Examples:
  port-catalog rules --format nftables --product fortimail > fortimail.nft
  port-catalog rules --format nftables --product fortimail --at network --site site.toml --strict
  port-catalog rules --site-template fortimail > template.toml
  port-catalog rules --format nftables --product fortimail --alternatives encrypted > encrypted.nft
  port-catalog rules --format nftables --product fortimail --product forticlient --name my > my.nft
  port-catalog rules --format iptables --product forticlient --direction outbound --required-only
  port-catalog rules --format ip6tables --product fortimail --alternatives first --out rules
  port-catalog rules --format firewalld --product fortimail --site site.toml --out firewalld
  port-catalog rules --format ufw --product securitygateway --direction inbound > gateway.ufw
  port-catalog rules --format fortigate --product fortimail --site site.toml > fortimail.conf
  port-catalog rules --format aerleon --product fortimail --site site.toml --out acl
  port-catalog rules --format aerleon --target cisco --product fortimail --site site.toml --out ios
  port-catalog rules --format mud --product forticlient > forticlient.json
  port-catalog rules --format networkpolicy --product fortimail --name mail > mail.yaml
  port-catalog rules --format powershell --product exchange-server --site site.toml > exchange.ps1
  port-catalog rules --format terraform --product fortimail --site site.toml > fortimail.tf
  port-catalog rules --format terraform --target azure --product fortimail > fortimail.tf
  port-catalog rules --format cloudformation --product fortimail > fortimail.yaml
  port-catalog rules --format ansible --target ufw --product fortimail > fortimail.yml
  port-catalog rules --format oscal --product fortimail > fortimail.oscal.json
  port-catalog rules --format ppsm --product fortimail --site site.toml > fortimail.csv";

/// The arguments of `rules`.
#[derive(Debug, Args)]
#[command(mut_arg("product", |product| product.required_unless_present("site_template")
    .help("Only flows of this product; may be repeated, with --name for the common ruleset")))]
pub struct RulesArgs {
    /// Format of the rules
    #[arg(long, value_parser = words::<RulesFormat>(), required_unless_present = "site_template")]
    pub format: Option<RulesFormat>,
    /// Which flows.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Only this flow, by its id as `list` prints it; can be repeated
    #[arg(long, value_name = "FLOW-ID", value_parser = IdKind::Flow.parser(), hide_possible_values = true)]
    pub only: Vec<String>,
    /// Print a site file to fill in, with every peer of this product, and no rules; may be repeated
    #[arg(long, value_name = "PRODUCT", value_parser = IdKind::Product.parser(), conflicts_with_all = ["format", "product", "site", "out"])]
    pub site_template: Vec<String>,
    /// How to generate the rules, and where to write them.
    #[command(flatten)]
    pub ruleset: RulesetArgs,
}

impl RulesArgs {
    /// Generates the rules, and prints them or writes them to files.
    ///
    /// # Errors
    ///
    /// Unknown ids, contradicting options, everything that is wrong with the site file, and files that can't be written.
    pub fn run(&self, context: Context<'_>) -> Result {
        let dataset = context.dataset;
        let Some(format) = self.format else { return self.template(dataset) };
        let request = self.ruleset.request(format, self.filter.filter(dataset)?, self.only(dataset)?);
        let site = self.ruleset.choices.site(dataset)?;
        self.ruleset.write(&generate(dataset, &request, &site)?)
    }

    /// Prints a site file to fill in.
    fn template(&self, dataset: &Dataset) -> Result {
        let check = |id: &String| IdKind::Product.check(id, "--site-template", dataset).err();
        let unknown: Vec<Diagnostic> = self.site_template.iter().filter_map(check).collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let products = dataset.products.iter().filter(|product| self.site_template.contains(&product.id));
        Ok(Output::text(site_template(dataset, &products.collect::<Vec<_>>())))
    }

    /// The flows that `--only` names.
    fn only(&self, dataset: &Dataset) -> std::result::Result<Vec<String>, Vec<Diagnostic>> {
        let unknown = self.only.iter().filter_map(|id| IdKind::Flow.check(id, "--only", dataset).err());
        let unknown: Vec<Diagnostic> = unknown.collect();
        if unknown.is_empty() { Ok(self.only.clone()) } else { Err(unknown) }
    }
}
