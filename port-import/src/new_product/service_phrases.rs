//! What purposes say about the traffic of a service, if the row says no more.

use port_core::Direction::{self, Inbound};

/// What inbound and outbound traffic of a service is about. The words are true of any use of the service.
const PHRASES: [(&str, &str, &str); 60] = [
    ("amqp", "Exchange messages with AMQP", "Exchange messages with AMQP"),
    ("amqps", "Exchange messages with AMQP over TLS", "Exchange messages with AMQP over TLS"),
    ("bgp", "Exchange routes with BGP", "Exchange routes with BGP"),
    ("bootps", "Assign addresses with DHCP", "Request addresses with DHCP"),
    ("cql", "Query the database with CQL", "Query the database with CQL"),
    ("dns", "Answer DNS queries", "Look up names"),
    ("epmap", "Look up RPC ports", "Look up RPC ports"),
    ("epmd", "Look up the ports of Erlang nodes", "Look up the ports of Erlang nodes"),
    ("etcd-client", "Read and write etcd as a client", "Read and write etcd as a client"),
    ("etcd-server", "Replicate etcd between members", "Replicate etcd between members"),
    ("ftp", "Transfer files with FTP", "Transfer files with FTP"),
    ("geneve", "Carry traffic with Geneve", "Carry traffic with Geneve"),
    ("icmp", "Receive ICMP", "Send ICMP"),
    ("ike", "Exchange keys with IKE", "Exchange keys with IKE"),
    ("imap", "Read mail with IMAP", "Read mail with IMAP"),
    ("imaps", "Read mail with IMAP over TLS", "Read mail with IMAP over TLS"),
    ("ipmi", "Manage hardware with IPMI", "Manage hardware with IPMI"),
    ("iscsi", "Access block storage with iSCSI", "Access block storage with iSCSI"),
    ("jmx", "Manage Java programs with JMX", "Manage Java programs with JMX"),
    ("kerberos", "Authenticate with Kerberos", "Authenticate with Kerberos"),
    ("kubelet-api", "Call the kubelet API", "Call the kubelet API"),
    ("kubernetes-api", "Call the Kubernetes API", "Call the Kubernetes API"),
    ("ldap", "Answer LDAP queries", "Query a directory with LDAP"),
    ("ldaps", "Answer LDAP queries over TLS", "Query a directory with LDAP over TLS"),
    ("mongodb", "Query the database", "Query the database"),
    ("mqtt", "Exchange messages with MQTT", "Exchange messages with MQTT"),
    ("ms-sql-s", "Query the database", "Query the database"),
    ("msft-gc", "Answer queries of the global catalog", "Query the global catalog with LDAP"),
    ("msft-gc-ssl", "Answer queries of the global catalog over TLS", "Query the global catalog with LDAP over TLS"),
    ("mysql", "Query the database", "Query the database"),
    ("nfs", "Serve files with NFS", "Access files with NFS"),
    ("ntp", "Serve the time with NTP", "Synchronise the clock"),
    ("ocsp", "Answer OCSP requests", "Check certificates with OCSP"),
    ("pop3", "Collect mail with POP3", "Collect mail with POP3"),
    ("pop3s", "Collect mail with POP3 over TLS", "Collect mail with POP3 over TLS"),
    ("postgresql", "Query the database", "Query the database"),
    ("radius", "Authenticate with RADIUS", "Authenticate with RADIUS"),
    ("rdp", "Open remote desktops with RDP", "Open remote desktops with RDP"),
    ("redis", "Query Redis", "Query Redis"),
    ("rsync", "Synchronise files with rsync", "Synchronise files with rsync"),
    ("rtp", "Carry audio and video with RTP", "Carry audio and video with RTP"),
    ("sftp", "Transfer files with SFTP", "Transfer files with SFTP"),
    ("sip", "Signal calls with SIP", "Signal calls with SIP"),
    ("sips", "Signal calls with SIP over TLS", "Signal calls with SIP over TLS"),
    ("smtp", "Receive mail", "Send mail"),
    ("smtps", "Receive mail over TLS", "Send mail over TLS"),
    ("snmp", "Answer SNMP queries", "Send SNMP queries"),
    ("snmp-trap", "Receive SNMP traps", "Send SNMP traps"),
    ("sql", "Query the database", "Query the database"),
    ("ssh", "Log in over SSH", "Log in over SSH"),
    ("stun", "Find paths through address translation with STUN", "Find paths through address translation with STUN"),
    ("submission", "Submit mail", "Submit mail"),
    ("sunrpc", "Look up RPC ports", "Look up RPC ports"),
    ("syslog", "Receive syslog messages", "Send syslog messages"),
    ("telnet", "Log in over Telnet", "Log in over Telnet"),
    ("tftp", "Serve files with TFTP", "Transfer files with TFTP"),
    ("vnc", "Open remote screens with VNC", "Open remote screens with VNC"),
    ("vxlan", "Carry traffic with VXLAN", "Carry traffic with VXLAN"),
    ("wireguard", "Carry traffic with WireGuard", "Carry traffic with WireGuard"),
    ("wsman", "Manage Windows remotely with WinRM", "Manage Windows remotely with WinRM"),
];

/// What traffic of a service to `{to}` is about, and between two known ends.
const TO_ENDS: [(&str, &str); 19] = [
    ("dns", "Look up names at {to}"),
    ("epmap", "Look up RPC ports of {to}"),
    ("kerberos", "Authenticate at {to} with Kerberos"),
    ("ldap", "Query {to} with LDAP"),
    ("ldaps", "Query {to} with LDAP over TLS"),
    ("msft-gc", "Query the global catalog with LDAP"),
    ("msft-gc-ssl", "Query the global catalog with LDAP over TLS"),
    ("ntp", "Synchronise the clock with {to}"),
    ("smtp", "Send mail to {to}"),
    ("snmp-trap", "Send SNMP traps to {to}"),
    ("syslog", "Send syslog messages to {to}"),
    ("rpc", "Call {to} with RPC"),
    ("grpc", "Call {to} with gRPC"),
    ("sql", "Query {to}"),
    ("ms-sql-s", "Query {to}"),
    ("mysql", "Query {to}"),
    ("postgresql", "Query {to}"),
    ("redis", "Query {to}"),
    ("kubernetes-api", "Call the Kubernetes API"),
];

/// Protocols that carry others, and how a purpose names them.
const CARRIERS: [(&str, &str); 11] = [
    ("grpc", "with gRPC"),
    ("http", "over HTTP"),
    ("https", "over HTTPS"),
    ("quic", "over QUIC"),
    ("ssh", "over SSH"),
    ("ssl", "over TLS"),
    ("tcp", "over TCP"),
    ("tls", "over TLS"),
    ("udp", "over UDP"),
    ("websocket", "over a WebSocket"),
    ("ws", "over a WebSocket"),
];

/// The purpose of traffic of a service that is known by its id, or by its name in lowercase. Without a direction, it is what the end does
/// that connects, which is true of either direction.
pub(super) fn of_service(service: &str, direction: Option<Direction>) -> Option<&'static str> {
    let (_, inbound, outbound) = PHRASES.iter().find(|(id, ..)| *id == service)?;
    Some(if direction == Some(Inbound) { inbound } else { outbound })
}

/// The purpose of traffic of a service between two ends.
pub(super) fn between_ends(service: &str, label: Option<&str>, from: &str, to: &str) -> String {
    if let Some(phrase) = to_listener(service, to) {
        return format!("{phrase} from {from}");
    }
    match with_protocol(service, label) {
        Some(protocol) => format!("Connect {from} to {to} {protocol}"),
        None => format!("Reach {to} from {from}"),
    }
}

/// The purpose of traffic of a service to the end that is known.
pub(super) fn to_end(service: &str, label: Option<&str>, to: &str) -> String {
    if let Some(phrase) = to_listener(service, to) {
        return phrase;
    }
    let protocol = with_protocol(service, label).map(|protocol| format!(" {protocol}"));
    format!("Reach {to}{}", protocol.unwrap_or_default())
}

fn to_listener(service: &str, to: &str) -> Option<String> {
    if to.to_lowercase().ends_with("kubernetes api server") {
        return Some("Call the Kubernetes API".to_string());
    }
    let (_, phrase) = TO_ENDS.iter().find(|(id, _)| *id == service)?;
    Some(phrase.replace("{to}", to))
}

/// How a purpose names the protocol: "over HTTPS", "with SMB".
pub(super) fn with_protocol(service: &str, label: Option<&str>) -> Option<String> {
    let carrier = CARRIERS.iter().find(|(id, _)| *id == service).map(|(_, phrase)| (*phrase).to_string());
    carrier.or_else(|| label.map(|label| format!("with {label}")))
}

#[cfg(test)]
mod tests {
    use port_core::Direction::{Inbound, Outbound};

    use super::{PHRASES, between_ends, of_service, to_end};

    #[test]
    fn services_have_a_phrase_in_each_direction() {
        assert!(PHRASES.is_sorted_by(|one, other| one.0 < other.0));
        assert_eq!(of_service("smtp", Some(Inbound)), Some("Receive mail"));
        assert_eq!(of_service("smtp", Some(Outbound)), Some("Send mail"));
        assert_eq!(of_service("smtp", None), Some("Send mail"), "somebody sends it");
        assert_eq!(of_service("https", Some(Inbound)), None, "it carries anything");
    }

    #[test]
    fn two_ends_and_a_protocol_are_all_that_some_rows_say() {
        let (client, point) = ("clients", "the management point");
        let between = |service, label| between_ends(service, label, client, point);
        assert_eq!(between("http", Some("HTTP")), "Connect clients to the management point over HTTP");
        assert_eq!(between("smb", Some("SMB")), "Connect clients to the management point with SMB");
        assert_eq!(between("epmap", None), "Look up RPC ports of the management point from clients");
        assert_eq!(between("", None), "Reach the management point from clients");
        assert_eq!(to_end("https", Some("HTTPS"), "wazo-auth"), "Reach wazo-auth over HTTPS");
    }
}
