#[derive(Debug, strum::EnumString)]
enum Service {
    #[strum(serialize = "dns")]
    Dns,
    #[strum(serialize = "ftp")]
    Ftp,
    #[strum(serialize = "http")]
    Http,
    #[strum(serialize = "https")]
    Https,
    #[strum(serialize = "ike")]
    Ike,
    #[strum(serialize = "imap")]
    Imap,
    #[strum(serialize = "imaps")]
    Imaps,
    #[strum(serialize = "ipsec-nat-t")]
    IpsecNatT,
    #[strum(serialize = "iscsi")]
    Iscsi,
    #[strum(serialize = "ldap")]
    Ldap,
    #[strum(serialize = "ldaps")]
    Ldaps,
    #[strum(serialize = "minger")]
    Minger,
    #[strum(serialize = "ms-sql-m")]
    MsSqlM,
    #[strum(serialize = "ms-sql-s")]
    MsSqlS,
    #[strum(serialize = "nfs")]
    Nfs,
    #[strum(serialize = "ntp")]
    Ntp,
    #[strum(serialize = "ocsp")]
    Ocsp,
    #[strum(serialize = "oftp")]
    Oftp,
    #[strum(serialize = "pop3")]
    Pop3,
    #[strum(serialize = "pop3s")]
    Pop3s,
    #[strum(serialize = "radius")]
    Radius,
    #[strum(serialize = "sftp")]
    Sftp,
    #[strum(serialize = "smb")]
    Smb,
    #[strum(serialize = "smtp")]
    Smtp,
    #[strum(serialize = "smtps")]
    Smtps,
    #[strum(serialize = "snmp")]
    Snmp,
    #[strum(serialize = "snmp-trap")]
    SnmpTrap,
    #[strum(serialize = "ssh")]
    Ssh,
    #[strum(serialize = "submission")]
    Submission,
    #[strum(serialize = "syslog")]
    Syslog,
    #[strum(serialize = "telnet")]
    Telnet,
    #[strum(serialize = "webdav")]
    Webdav,
}

fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    println!("{:?}", argument.parse::<Service>().ok());
}
