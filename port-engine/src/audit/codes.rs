//! The codes of audits: what is wrong with the output of `nmap`, `ss` and `nft`.

port_data::codes! {
    #[doc = "A file isn't UTF-8."]
    NOT_UTF8 = "audit-not-utf8";
    #[doc = "A file is empty: the command that should have written it failed."]
    EMPTY = "audit-empty";
    #[doc = "A file is the output of another tool, or of the right tool with other options."]
    WRONG_KIND = "audit-wrong-kind";
    #[doc = "The XML of nmap is malformed or was cut off."]
    NMAP_MALFORMED = "nmap-malformed";
    #[doc = "An XML element has more attributes than the limit."]
    NMAP_TOO_MANY_ATTRIBUTES = "nmap-too-many-attributes";
    #[doc = "The scan failed, didn't finish, or didn't scan the host's ports."]
    NMAP_INCOMPLETE = "nmap-incomplete";
    #[doc = "The host to audit isn't in the scan, isn't up, or isn't the only one."]
    NMAP_HOST = "nmap-host";
    #[doc = "A port, a state or a protocol isn't one that nmap writes."]
    NMAP_INVALID_VALUE = "nmap-invalid-value";
    #[doc = "All sockets are connections, so ss didn't print the listeners."]
    SS_NOT_A_LISTENER = "ss-not-a-listener";
    #[doc = "A socket has a state that ss doesn't print, or that its protocol doesn't have."]
    SS_STATE = "ss-state";
    #[doc = "A line begins with something else than a protocol, or nothing shows which protocols ss printed."]
    SS_PROTOCOL = "ss-protocol";
    #[doc = "A local address or port isn't numeric, or is missing."]
    SS_LOCAL_ADDRESS = "ss-local-address";
    #[doc = "A line ends before the peer's column."]
    SS_CUT_OFF = "ss-cut-off";
    #[doc = "The JSON of nft is malformed or was cut off."]
    NFT_MALFORMED = "nft-malformed";
    #[doc = "The JSON schema of nft isn't version 1."]
    NFT_SCHEMA = "nft-schema";
    #[doc = "An object of the listing isn't one that nft writes."]
    NFT_INVALID_OBJECT = "nft-invalid-object";
    #[doc = "The listing refers to a table, chain or set that it doesn't contain."]
    NFT_INCOMPLETE = "nft-incomplete";
    #[doc = "A chain is listed twice."]
    NFT_DUPLICATE_CHAIN = "nft-duplicate-chain";
    #[doc = "Chain calls are nested too deeply or are too many."]
    NFT_TOO_COMPLEX = "nft-too-complex";
}
