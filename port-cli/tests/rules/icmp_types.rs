//! Every type of ICMP, as firewalld loads it.

use std::collections::BTreeSet;

use port_engine::protocol::Protocol;
use port_engine::rules::fit::fit;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::model::{Ruleset, Traffic};

use crate::cases::{fitted_files, ruleset_of_texts};
use crate::firewalld::{add_zones, loaded};

/// Every type of ICMP that is not dropped becomes a rule for that type, in the family of its protocol.
#[test]
fn firewalld_loads_each_type_of_icmp() {
    for protocol in [Protocol::ICMP, Protocol::ICMPV6] {
        let traffic = Traffic { icmp_types: (0..=255).collect(), ..Traffic::whole(protocol) };
        let mut ruleset = Ruleset { name: "mailgate".to_string(), ..ruleset_of_texts() };
        ruleset.flows.truncate(1);
        ruleset.flows[0].rules[0].traffic = traffic;
        let kept = fit(ruleset.clone(), &RulesFormat::Firewalld.writer(None).limits);
        let types =
            kept.flows[0].rules.iter().map(|rule| format!("  {protocol} type {} accept\n", rule.traffic.icmp_types[0]));
        let types: BTreeSet<String> = types.collect();
        assert!(types.len() > 10 && kept.has_dropped(), "{types:?}");
        let mut files = fitted_files(RulesFormat::Firewalld, ruleset);
        add_zones(&mut files);
        let Some(loaded) = loaded(&files) else { return };
        let rules = loaded.split_inclusive('\n').filter(|line| line.starts_with("  "));
        assert_eq!(rules.map(str::to_string).collect::<BTreeSet<_>>(), types);
    }
}
