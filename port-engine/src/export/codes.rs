//! The codes of exports.

port_data::codes! {
    #[doc = "An export isn't JSON, or ends early."]
    INVALID_JSON = "export-invalid-json";
    #[doc = "A value of an export isn't valid for its member."]
    INVALID_VALUE = "export-invalid-value";
    #[doc = "A flow, a port spec or a source lacks a required member."]
    MISSING_MEMBER = "export-missing-member";
    #[doc = "An object of an export has two members with the same name."]
    DUPLICATE_MEMBER = "export-duplicate-member";
    #[doc = "An export has two flows with the same product, edition and id."]
    DUPLICATE_FLOW = "export-duplicate-flow";
    #[doc = "The transport, the ports, the service and the numbers of a port spec contradict each other."]
    INVALID_PORTS = "export-invalid-ports";
}
