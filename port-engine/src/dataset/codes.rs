//! The codes of datasets.

port_data::codes! {
    #[doc = "Two datasets both have a product or a flow with this id."]
    DUPLICATE = "dataset-duplicate";
    #[doc = "Two datasets define a vendor, a peer or a service differently."]
    CONTRADICTION = "dataset-contradiction";
    #[doc = "A product doesn't have this edition."]
    UNKNOWN_EDITION = "dataset-unknown-edition";
    #[doc = "Rules and diagrams are for one edition of each product, and several are named."]
    SEVERAL_EDITIONS = "dataset-several-editions";
    #[doc = "A text isn't a dataset that another program wrote."]
    NOT_A_DATASET = "dataset-not-a-dataset";
}
