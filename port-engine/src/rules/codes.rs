//! The codes of rules and site files.

port_data::codes! {
    #[doc = "Rules need exactly one product of the dataset."]
    ONE_PRODUCT = "rules-one-product";
    #[doc = "The other options don't select a flow that `--only` names."]
    NOT_SELECTED = "rules-not-selected";
    #[doc = "The format isn't for firewalls at the given location."]
    LOCATION = "rules-location";
    #[doc = "The format of the rules has no such option."]
    OPTION = "rules-option";
    #[doc = "A site file isn't valid TOML."]
    NOT_TOML = "site-not-toml";
    #[doc = "A site file contains a character that isn't visible."]
    HIDDEN_CHARACTER = "site-hidden-character";
    #[doc = "A site file has a table other than `products` and `peers`."]
    UNKNOWN_TABLE = "site-unknown-table";
    #[doc = "A site file names a product or peer that doesn't exist."]
    UNKNOWN_ID = "site-unknown-id";
    #[doc = "A value in a site file is neither an address in quotes nor a list of them."]
    TYPE = "site-type";
    #[doc = "A list of addresses in a site file is empty."]
    EMPTY = "site-empty";
    #[doc = "A text in a site file isn't an address, a network or a host name that rules can use."]
    ADDRESS = "site-address";
}
