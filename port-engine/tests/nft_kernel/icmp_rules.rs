//! The conditions of generated rules about types and codes of ICMP.

use crate::grammar::Grammar;
use crate::ruleset::Part;

impl Grammar {
    /// A condition on a message of ICMP, if the rule is about ICMP.
    pub fn icmp(&mut self) -> Part {
        if self.protocol != "icmp" {
            return self.interface();
        }
        self.uses("icmp");
        Part::new(self.one(match self.is_ipv6 {
            false => &[
                "icmp type echo-request",
                "icmp type { echo-request, destination-unreachable }",
                "icmp type != echo-request",
                "icmp type timestamp-request",
                "icmp type { echo-request, timestamp-request }",
                "icmp type != { echo-request, router-advertisement }",
                "icmp type 9-12",
                "icmp type > 8",
                "icmp code 0",
                "icmp code != 0",
                "icmp type echo-request icmp code 1",
            ],
            true => &[
                "icmpv6 type echo-request",
                "icmpv6 type { nd-neighbor-solicit, echo-reply }",
                "icmpv6 type != nd-neighbor-solicit",
                "icmpv6 type 128-134",
                "icmpv6 type > 130",
                "icmpv6 code 0",
                "icmpv6 type { echo-request, 139 }",
            ],
        }))
    }
}
