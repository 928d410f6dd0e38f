//! Targets: the platforms that one format of rules is written for, if it is for several.

use crate::words::words;

words! {
    /// A platform that rules of a format are for.
    Target is a "target" {
        /// nft (aerleon)
        Nftables = "nftables",
        /// Arista EOS (aerleon)
        Arista = "arista",
        /// Cisco IOS and IOS XE (aerleon)
        Cisco = "cisco",
        /// Cisco ASA (aerleon)
        CiscoAsa = "ciscoasa",
        /// Cisco NX-OS (aerleon)
        CiscoNx = "cisconx",
        /// Cisco IOS XR (aerleon)
        CiscoXr = "ciscoxr",
        /// Filters of Junos, which don't track connections (aerleon)
        Juniper = "juniper",
        /// Nokia SR Linux, from release 24.3.2 (aerleon)
        NokiaSrl = "nokiasrl",
        /// The distributed firewall of NSX-T (aerleon)
        Nsxt = "nsxt",
        /// The ACL model of OpenConfig (aerleon)
        OpenConfig = "openconfig",
        /// pf of OpenBSD and FreeBSD (aerleon)
        PacketFilter = "packetfilter",
        /// Palo Alto Networks PAN-OS (aerleon)
        PaloAlto = "paloalto",
        /// SONiC (aerleon)
        Sonic = "sonic",
        /// Security policies of Juniper SRX (aerleon)
        Srx = "srx",
        /// Windows Defender Firewall, as commands of netsh (aerleon)
        WindowsAdvFirewall = "windows_advfirewall",
        /// The rules of a security group (terraform)
        Aws = "aws",
        /// The rules of a network security group (terraform)
        Azure = "azure",
        /// Rich rules of a zone (ansible)
        Firewalld = "firewalld",
        /// Rules of ufw (ansible)
        Ufw = "ufw",
        /// Services, addresses and policies of FortiOS (ansible)
        Fortios = "fortios",
        /// Rules of Windows Firewall (ansible)
        Windows = "windows",
    }
}
