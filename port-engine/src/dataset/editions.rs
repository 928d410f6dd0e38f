//! Selects editions: `product@edition` wherever a product is named.

use std::fmt;
use std::str::FromStr;

use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;

use super::codes;
use super::records::{Dataset, Edition, Flow, Product};

/// A product in an argument, with the edition that it names: `fortimail`, or `fortimail@5.4`.
///
/// ```
/// use port_engine::dataset::ProductEdition;
///
/// let named: ProductEdition = "fortimail@5.4".parse().unwrap();
/// assert_eq!((named.product.as_str(), named.edition.as_deref()), ("fortimail", Some("5.4")));
/// assert_eq!(named.to_string(), "fortimail@5.4");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductEdition {
    /// The product's id.
    pub product: String,
    /// The edition's id. `None` means the newest edition.
    pub edition: Option<String>,
}

impl From<&str> for ProductEdition {
    fn from(text: &str) -> ProductEdition {
        let (product, edition) = match text.split_once('@') {
            Some((product, edition)) => (product, Some(edition.to_string())),
            None => (text, None),
        };
        ProductEdition { product: product.to_string(), edition }
    }
}

impl FromStr for ProductEdition {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<ProductEdition, Self::Err> {
        Ok(ProductEdition::from(text))
    }
}

impl fmt::Display for ProductEdition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.product)?;
        self.edition.as_ref().map_or(Ok(()), |edition| write!(f, "@{edition}"))
    }
}

impl Dataset {
    /// The edition of a product with an id.
    ///
    /// # Errors
    ///
    /// The product doesn't have the edition. The diagnostic lists those that it has.
    pub fn edition<'a>(&self, product: &'a Product, id: &str) -> Result<&'a Edition, Diagnostic> {
        product.editions.iter().find(|edition| edition.id == id).ok_or_else(|| {
            let message = format!("unknown edition {} of {}", QuotedAscii(id), product.id);
            let known: Vec<&str> = product.editions.iter().map(|edition| edition.id.as_str()).collect();
            Diagnostic::new(codes::UNKNOWN_EDITION, message).help(format!("its editions are {}", known.join(", ")))
        })
    }

    /// The flows of an edition, in the order of its document.
    pub fn flows_of_edition<'a>(&'a self, product: &'a str, edition: &'a str) -> impl Iterator<Item = &'a Flow> {
        let flows = self.flows.iter().chain(&self.older_flows);
        flows.filter(move |flow| flow.product == product && flow.edition == edition)
    }

    /// Checks that the current flows of a product are those of one edition. For views with several editions they aren't, and have
    /// several flows with one id.
    ///
    /// # Errors
    ///
    /// They are of several editions.
    pub fn check_one_edition(&self, product: &str) -> Result<(), Diagnostic> {
        let mut editions: Vec<&str> = self.flows_of(product).map(|flow| flow.edition.as_str()).collect();
        editions.dedup();
        if editions.len() < 2 {
            return Ok(());
        }
        let message = format!("several editions of {product} (found {})", editions.join(", "));
        Err(Diagnostic::new(codes::SEVERAL_EDITIONS, message).help("name one of them"))
    }

    /// This dataset with the named editions in place of the newest ones: their flows are current, and their products have only them.
    /// Products that name no edition stay as they are, and so do unknown products.
    ///
    /// # Errors
    ///
    /// Every edition that its product doesn't have.
    pub fn at_editions(&self, named: &[ProductEdition]) -> Result<Dataset, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut view = self.clone();
        for product in &mut view.products {
            let of_product: Vec<&ProductEdition> = named.iter().filter(|named| named.product == product.id).collect();
            if of_product.iter().all(|named| named.edition.is_none()) {
                continue;
            }
            let newest = product.newest_edition().id.clone();
            let ids: Vec<&String> = of_product.iter().map(|named| named.edition.as_ref().unwrap_or(&newest)).collect();
            problems.extend(ids.iter().filter_map(|id| self.edition(product, id).err()));
            let position = |flow: &Flow| flow.product != product.id;
            let before = view.flows.iter().take_while(|flow| position(flow)).count();
            view.flows.retain(position);
            view.older_flows.retain(position);
            product.editions.retain(|edition| ids.contains(&&edition.id));
            let flows = product.editions.iter().flat_map(|edition| self.flows_of_edition(&product.id, &edition.id));
            view.flows.splice(before..before, flows.cloned().collect::<Vec<_>>());
        }
        if problems.is_empty() { Ok(view) } else { Err(problems) }
    }

    /// This dataset with the flows of all editions as current ones: for each product those of its oldest edition first.
    #[must_use]
    pub fn with_all_editions(&self) -> Dataset {
        let editions = self.products.iter().flat_map(|product| product.editions.iter().map(move |own| (product, own)));
        let flows = editions.flat_map(|(product, edition)| self.flows_of_edition(&product.id, &edition.id));
        Dataset { flows: flows.cloned().collect(), older_flows: Vec::new(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use port_catalog_tests::fixture;

    use super::{Dataset, ProductEdition};

    fn dataset() -> Dataset {
        Dataset::from_tables(&port_data::read(&fixture::editions()).unwrap())
    }

    fn named(texts: &[&str]) -> Vec<ProductEdition> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn editions(dataset: &Dataset) -> Vec<String> {
        let mut found: Vec<String> =
            dataset.flows.iter().map(|flow| format!("{}@{}", flow.product, flow.edition)).collect();
        found.dedup();
        found
    }

    #[test]
    fn a_named_edition_replaces_the_newest_one() {
        let dataset = dataset();
        let view = dataset.at_editions(&named(&["cluster@1.0"])).unwrap();
        assert_eq!(editions(&view), ["cluster@1.0", "console@2025-03"]);
        assert_eq!(view.product("cluster").unwrap().newest_edition().id, "1.0");
        assert_eq!(view.flow("cluster-in-client-api").unwrap().expression(), "tcp/8443 https");
        let both = dataset.at_editions(&named(&["cluster@1.0", "console", "cluster"])).unwrap();
        assert_eq!(editions(&both), ["cluster@1.0", "cluster@2.0", "console@2025-03"]);
        assert_eq!(dataset.at_editions(&named(&["console", "unknown@1"])), Ok(dataset.clone()));
        let all = dataset.with_all_editions();
        assert_eq!(editions(&all), ["cluster@1.0", "cluster@2.0", "console@2024-03", "console@2025-03"]);
        assert_eq!(all.flows.len(), dataset.flows.len() + dataset.older_flows.len());
        // A named edition remains the only one of its product.
        assert_eq!(view.with_all_editions().flows[..12], view.flows[..12]);
        assert_eq!(editions(&view.with_all_editions()), ["cluster@1.0", "console@2024-03", "console@2025-03"]);
    }

    #[test]
    fn an_unknown_edition_is_never_the_newest_one() {
        let problems = dataset().at_editions(&named(&["cluster@3.0", "console@2.0"])).unwrap_err();
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "unknown edition \"3.0\" of cluster; its editions are 1.0, 2.0",
                "unknown edition \"2.0\" of console; its editions are 2024-03, 2025-03",
            ]
        );
    }

    #[test]
    fn a_flow_that_only_an_older_edition_has_is_found_by_its_id() {
        let dataset = dataset();
        let flow = dataset.flow("cluster-in-admin-ssh").unwrap();
        assert_eq!(flow.edition, "1.0");
        assert!(dataset.flows.iter().all(|current| current.id != flow.id));
        assert_eq!(dataset.flow("cluster-in-client-api").unwrap().edition, "2.0");
    }
}
