//! The words of column names, in the languages of the pages that we have seen.

/// What a column name says about the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeaderWord {
    Port,
    SourcePort,
    ContainerPort,
    FirstPort,
    LastPort,
    TcpPort,
    UdpPort,
    Protocol,
    Direction,
    Source,
    Destination,
    SourceOrDestination,
    Peer,
    Label,
    Component,
    Requirement,
    Enabled,
    Setting,
    Note,
    Host,
    /// The address on which a port is open.
    Bind,
    /// Whether only the pod or the machine itself reaches the port.
    Scope,
    /// Whether the port can be changed.
    Configurable,
}

use HeaderWord::{
    Bind, Component, Configurable, ContainerPort, Destination, Direction, Enabled, FirstPort, Host, Label, LastPort,
    Note, Peer, Port, Protocol, Requirement, Scope, Setting, Source, SourceOrDestination, SourcePort, TcpPort, UdpPort,
};

/// What a column name says; `None` if it has no word that we know.
pub(super) fn header_word(name: &str) -> Option<HeaderWord> {
    let lower = name.to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let contains = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    let is = |names: &[&str]| names.contains(&lower.trim());
    let names_port = has(&["port", "ports", "puerto", "puertos", "porta", "porte", "porten", "tcpport", "udpport"])
        || contains(&[
            "zielport",
            "serverport",
            "portbereich",
            "portnummer",
            "端口",
            "端口号",
            "ポート",
            "포트",
            "порт",
        ]);
    let (tcp, udp) = (has(&["tcp"]), has(&["udp"]));
    let source = has(&["source", "src", "from", "initiator", "origin", "origen", "von", "quelle", "quell"])
        || contains(&["quell-", "源", "来源", "送信元"]);
    let destination = has(&["destination", "dst", "to", "target", "receiver", "destino", "ziel", "nach"])
        || contains(&["ziel-", "目的", "目标", "宛先"]);
    let found = match () {
        () if contains(&["quellport", "源端口"]) || names_port && source && !destination => SourcePort,
        () if names_port && has(&["container", "internal"]) => ContainerPort,
        () if names_port && has(&["start", "first", "begin", "lower"]) => FirstPort,
        () if names_port && has(&["end", "last", "upper"]) => LastPort,
        () if tcp && !udp && (names_port || words.len() == 1) => TcpPort,
        () if udp && !tcp && (names_port || words.len() == 1) => UdpPort,
        () if names_port => Port,
        () if has(&["protocol", "protocols", "transport", "protokoll", "protokolle", "protocole", "protocolo"])
            || tcp && udp
            || contains(&["协议", "協議", "プロトコル"]) =>
        {
            Protocol
        }
        () if has(&[
            "direction",
            "richtung",
            "dirección",
            "direção",
            "incoming",
            "outgoing",
            "inbound",
            "outbound",
        ]) || contains(&["方向"]) =>
        {
            Direction
        }
        // Longer names are sentences, such as "Traffic from A to B".
        () if words.len() > 5 => return header_word_without_ends(&lower, &words, &is),
        () if source && destination => SourceOrDestination,
        () if destination && has(&["service"]) => Label,
        () if source && !has(&["code"]) => Source,
        () if destination && !has(&["how", "what"]) => Destination,
        () => return header_word_without_ends(&lower, &words, &is),
    };
    Some(found)
}

/// What a column name without a port, a protocol or an end says.
fn header_word_without_ends(lower: &str, words: &[&str], is: &dyn Fn(&[&str]) -> bool) -> Option<HeaderWord> {
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let contains = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    match () {
        () if is(&["listen", "bind", "bound to", "listening address"])
            || has(&["bind", "listen"]) && has(&["address", "addr", "ip", "interface", "on"]) =>
        {
            Some(Bind)
        }
        () if contains(&["pod-internal", "local host only", "localhost only"]) => Some(Scope),
        () if is(&["configurable", "configurable?"]) => Some(Configurable),
        () if contains(&["by default", "default on", "on/off"]) || is(&["enabled", "aktiv", "active", "status"]) => {
            Some(Enabled)
        }
        () if is(&["required", "mandatory", "required?", "optional", "erforderlich", "obligatoire", "必需"])
            || is(&["required or optional", "required/optional", "mandatory or optional", "mandatory/optional"])
            || has(&["requirement"]) && !has(&["access"]) =>
        {
            Some(Requirement)
        }
        () if has(&[
            "property",
            "configuration",
            "configufration",
            "setting",
            "settings",
            "parameter",
            "variable",
            "flag",
            "key",
            "option",
        ]) =>
        {
            Some(Setting)
        }
        () if has(&["url", "urls", "fqdn", "hostname", "domain", "domains", "endpoint", "endpoints"])
            || contains(&["域名"]) =>
        {
            Some(Host)
        }
        () if is(&[
            "peer",
            "peers",
            "used by",
            "remote",
            "remote host",
            "remote system",
            "partner",
            "communication",
            "counterpart",
        ]) =>
        {
            Some(Peer)
        }
        () if has(&[
            "component",
            "components",
            "daemon",
            "role",
            "roles",
            "module",
            "komponente",
            "serverrolle",
            "rolle",
        ]) && !has(&["protokoll"])
            || contains(&["组件", "コンポーネント"]) =>
        {
            Some(Component)
        }
        () if has(&[
            "note",
            "notes",
            "remark",
            "remarks",
            "comment",
            "comments",
            "details",
            "notizen",
            "bemerkung",
            "bemerkungen",
        ]) || has(&[
            "kommentar",
            "hinweis",
            "hinweise",
            "nota",
            "notas",
            "commentaires",
            "observaciones",
            "considerations",
        ]) || is(&["other", "more", "learn more"])
            || contains(&["备注", "備考"]) =>
        {
            Some(Note)
        }
        () if has(&[
            "purpose",
            "use",
            "usage",
            "used",
            "description",
            "service",
            "services",
            "function",
            "reason",
            "name",
            "feature",
        ]) || has(&[
            "application",
            "app",
            "software",
            "what",
            "beschreibung",
            "zweck",
            "dienst",
            "dienstname",
            "verwendung",
        ]) || has(&[
            "función",
            "descripción",
            "propósito",
            "servicio",
            "uso",
            "objet",
            "fonction",
            "rôle",
            "required",
        ]) || contains(&["作用", "用途", "描述", "说明", "説明", "服务", "名称", "サービス", "機能"]) =>
        {
            Some(Label)
        }
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::HeaderWord as W;
    use super::header_word;

    #[test]
    fn column_names_are_recognised_in_several_languages() {
        for (name, expected) in [
            ("Port(s)", Some(W::Port)),
            ("Zielport oder Portbereich", Some(W::Port)),
            ("端口", Some(W::Port)),
            ("Puerto", Some(W::Port)),
            ("ポート", Some(W::Port)),
            ("Destination Port", Some(W::Port)),
            ("Quellport", Some(W::SourcePort)),
            ("Start Port", Some(W::FirstPort)),
            ("TCP port", Some(W::TcpPort)),
            ("UDP", Some(W::UdpPort)),
            ("TCP oder UDP", Some(W::Protocol)),
            ("Protokoll", Some(W::Protocol)),
            ("协议", Some(W::Protocol)),
            ("Richtung", Some(W::Direction)),
            ("Quell-IP-Adresse", Some(W::Source)),
            ("Destination server", Some(W::Destination)),
            ("To/From", Some(W::SourceOrDestination)),
            ("Used By", Some(W::Peer)),
            ("Required For", Some(W::Label)),
            ("作用", Some(W::Label)),
            ("Dienstname", Some(W::Label)),
            ("Serverrolle", Some(W::Component)),
            ("Enabled by Default", Some(W::Enabled)),
            ("Property Name", Some(W::Setting)),
            ("Notizen", Some(W::Note)),
            ("Public Cloud Domain names", Some(W::Host)),
            ("Listen", Some(W::Bind)),
            ("Pod-internal only", Some(W::Scope)),
            ("Configurable", Some(W::Configurable)),
            ("Bind address", Some(W::Bind)),
            ("Required or optional", Some(W::Requirement)),
            ("Plain", None),
            ("Host(s)", None),
        ] {
            assert_eq!(header_word(name), expected, "{name}");
        }
    }
}
