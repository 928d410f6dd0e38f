//! How to load rules as the comments in the output instruct, below a policy that drops everything else.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cases::{files_with, rules_with};
use crate::tools::tool;

/// A kind of firewall to send packets through.
pub struct Firewall {
    /// The programs that it needs.
    pub tools: &'static [&'static str],
    /// Writes `load.sh` into a directory, and the files that it loads, for a call of `rules` on tables without the format.
    pub write: fn(&Path, &Path, &[&str]),
}

pub const NFTABLES: Firewall = Firewall { tools: &[], write: nftables };
pub const IPTABLES: Firewall = Firewall { tools: &["iptables-restore", "ip6tables-restore"], write: iptables };
pub const ACLGEN: Firewall = Firewall { tools: &["aclgen"], write: aclgen };

/// A policy that drops everything except what keeps the network working.
pub const NFTABLES_POLICY: &str = "
define ALIVE = { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert }
table inet filter {
    chain input {
        type filter hook input priority 0; policy drop
        iif lo accept
        ct state established,related accept
        icmpv6 type $ALIVE accept
    }
    chain forward {
        type filter hook forward priority 0; policy drop
        ct state established,related accept
    }
    chain output {
        type filter hook output priority 0; policy drop
        oif lo accept
        ct state established,related accept
        icmpv6 type $ALIVE accept
    }
}
";

fn nftables(directory: &Path, tables: &Path, call: &[&str]) {
    let rules = rules_with(tables, &[&["--format", "nftables"], call].concat());
    let load = r"
nft -f policy.nft
nft -f rules.nft
sed -n 's/^#   \(nft add rule .*\)/\1/p' rules.nft | sh -e
";
    write(directory, &[("policy.nft", NFTABLES_POLICY), ("rules.nft", &rules), ("load.sh", load)]);
}

/// The same policy for iptables. The lines with `icmpv6` are only for IPv6.
const IPTABLES_POLICY: &str = "*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A INPUT -p icmpv6 --icmpv6-type neighbour-solicitation -j ACCEPT
-A INPUT -p icmpv6 --icmpv6-type neighbour-advertisement -j ACCEPT
-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A OUTPUT -o lo -j ACCEPT
-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A OUTPUT -p icmpv6 --icmpv6-type neighbour-solicitation -j ACCEPT
-A OUTPUT -p icmpv6 --icmpv6-type neighbour-advertisement -j ACCEPT
COMMIT
";

fn iptables(directory: &Path, tables: &Path, call: &[&str]) {
    // The commands in the comments are run twice, which must not add a second jump.
    let load = r"
for program in iptables ip6tables; do
    $program-restore < $program.policy
    $program-restore --noflush < $program.rules
    for time in first second; do sed -n 's/^#   \(.* -A .*\)/\1/p' $program.rules | sh -e; done
    [ $($program-save | grep -c -- '-j [a-z-]*-in$') = 1 ]
done
";
    write(directory, &[("load.sh", load)]);
    for program in ["iptables", "ip6tables"] {
        let rules = rules_with(tables, &[&["--format", program], call].concat());
        let policy: Vec<&str> =
            IPTABLES_POLICY.lines().filter(|line| program == "ip6tables" || !line.contains("icmpv6")).collect();
        let policy = policy.join("\n") + "\n";
        write(directory, &[(&format!("{program}.rules"), &rules), (&format!("{program}.policy"), &policy)]);
    }
}

/// What aclgen generates drops what no term accepts, so it needs no policy.
fn aclgen(directory: &Path, tables: &Path, call: &[&str]) {
    assert_eq!(call[0], "--product");
    for file in files_with(tables, &[&["--format", "aerleon"], call].concat()) {
        let path = directory.join(&file.name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
    let output = Command::new(tool("aclgen").unwrap()).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let product = call[1];
    write(directory, &[("load.sh", &format!("nft -f {product}.nft\n"))]);
}

fn write(directory: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        fs::write(directory.join(name), text).unwrap();
    }
}
