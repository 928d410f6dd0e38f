"""The network ports that products require, as their vendors' documents list them."""

from .catalog import VERSION, by_port, flow, flows, product, products
from .records import Direction, Edition, Enabled, Flow, Groups, PortSpec, Product, Requirement, Scope, Source

__all__ = [
    "VERSION",
    "Direction",
    "Edition",
    "Enabled",
    "Flow",
    "Groups",
    "PortSpec",
    "Product",
    "Requirement",
    "Scope",
    "Source",
    "by_port",
    "flow",
    "flows",
    "product",
    "products",
]
