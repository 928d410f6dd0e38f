//! The codes of rules and site files.

port_data::codes! {
    #[doc = "Rules need products of the dataset, and some formats need exactly one."]
    PRODUCTS = "rules-products";
    #[doc = "Rules for several products need a name."]
    NAME = "rules-name";
    #[doc = "No flow matches the options. An empty ruleset would close everything."]
    NO_FLOW = "rules-no-flow";
    #[doc = "Every selected flow is left out or dropped. An empty ruleset would close everything."]
    NO_RULE = "rules-no-rule";
    #[doc = "Peers have no address, and `--unnamed fail` was given."]
    UNNAMED = "rules-unnamed-peers";
    #[doc = "The other options don't select a flow that `--only` names."]
    NOT_SELECTED = "rules-not-selected";
    #[doc = "The format isn't for firewalls at the given location."]
    LOCATION = "rules-location";
    #[doc = "The format of the rules has no such option."]
    OPTION = "rules-option";
    #[doc = "The format of the rules isn't for the given target."]
    TARGET = "rules-target";
    #[doc = "A site file isn't valid TOML."]
    NOT_TOML = "site-not-toml";
    #[doc = "A site file contains a character that isn't visible."]
    HIDDEN_CHARACTER = "site-hidden-character";
    #[doc = "A site file has a table that this version doesn't know."]
    UNKNOWN_TABLE = "site-unknown-table";
    #[doc = "A site file is for another version of the format."]
    VERSION = "site-version";
    #[doc = "A site file names a product, peer or flow that doesn't exist."]
    UNKNOWN_ID = "site-unknown-id";
    #[doc = "A value in a site file has the wrong type."]
    TYPE = "site-type";
    #[doc = "A list in a site file is empty."]
    EMPTY = "site-empty";
    #[doc = "A text in a site file isn't an address, a network or a host name that rules can use."]
    ADDRESS = "site-address";
    #[doc = "A site file refers to a group that it doesn't define, or the name of a group is invalid."]
    GROUP = "site-group";
    #[doc = "A text in a site file can't be the name of an interface."]
    INTERFACE = "site-interface";
    #[doc = "A site file has components of a product without any, or addresses of a component twice."]
    COMPONENT = "site-component";
    #[doc = "A port in a site file isn't among the alternatives of the flow."]
    ALTERNATIVE = "site-alternative";
}
