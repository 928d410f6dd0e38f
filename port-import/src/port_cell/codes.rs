//! The codes of everything that can be wrong with a port cell.

port_data::codes! {
    #[doc = "A number isn't a port."]
    NOT_A_PORT = "cell-not-a-port";
    #[doc = "A number isn't an IP protocol or a type of ICMP."]
    NOT_A_PROTOCOL = "cell-not-a-protocol";
    #[doc = "The first port of a range isn't less than the last."]
    REVERSED_RANGE = "cell-reversed-range";
    #[doc = "A transport has no port and no service."]
    MISSING_PORT = "cell-missing-port";
    #[doc = "A part of a cell can be read in two ways."]
    AMBIGUOUS = "cell-ambiguous";
    #[doc = "Two parts of a row contradict each other."]
    CONTRADICTION = "cell-contradiction";
    #[doc = "A part of a cell isn't a port, a transport, a service or a remark."]
    UNREADABLE = "cell-unreadable";
    #[doc = "A cell has more groups of ports than a flow can have."]
    TOO_MANY = "cell-too-many";
    #[doc = "A protocol isn't in the catalog's vocabulary."]
    UNSUPPORTED_PROTOCOL = "cell-unsupported-protocol";
}
