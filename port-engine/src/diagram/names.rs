//! The identifiers of a diagram's nodes: letters, digits and `_`.

use port_core::Direction;

/// The identifier of a product.
pub(super) fn product_name(product: &str) -> String {
    format!("product_{}", identifier(product))
}

/// The identifier of a component. Ids have neither two hyphens in a row nor a digit at the beginning.
pub(super) fn part_name(product: &str, component: Option<&str>) -> String {
    format!("{}__{}", product_name(product), component.map_or("0".to_string(), identifier))
}

/// The identifier of a peer. It is drawn once on each side of the products, so that all arrows point the same way.
pub(super) fn peer_name(peer: &str, direction: Direction) -> String {
    format!("{}_{}", direction.preposition(), identifier(peer))
}

/// An id as an identifier of a diagram's language.
fn identifier(id: &str) -> String {
    id.replace('-', "_")
}
