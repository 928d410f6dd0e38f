"""Queries of the catalog. It is read from a file of the package when it is first used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import metadata, resources
from typing import Iterable

from .records import Flow, Product, to_flow, to_product

VERSION: str = metadata.version("port-catalog")
"""The version of the package, which is the one of its data."""


@dataclass(frozen=True, slots=True)
class _Catalog:
    products: tuple[Product, ...]
    flows: tuple[Flow, ...]
    """Those of all editions: by product, then by edition, oldest first."""


@cache
def _catalog() -> _Catalog:
    text = resources.files("port_catalog").joinpath("catalog.json").read_text(encoding="utf-8")
    records = json.loads(text)
    return _Catalog(tuple(map(to_product, records["products"])), tuple(map(to_flow, records["flows"])))


@cache
def _newest_flows() -> tuple[Flow, ...]:
    newest = {product.id: product.editions[-1].id for product in _catalog().products}
    return tuple(flow for flow in _catalog().flows if flow.edition == newest[flow.product])


def products() -> tuple[Product, ...]:
    """All products, in the order of the catalog."""
    return _catalog().products


def product(id: str) -> Product:
    """The product with an id.

    Raises KeyError if there is none.
    """
    for one in products():
        if one.id == id:
            return one
    raise KeyError(_unknown("product", id, (one.id for one in products())))


def flows(product_id: str | None = None, *, edition: str = "latest") -> tuple[Flow, ...]:
    """The flows of a product, or of all products.

    The edition is `latest`, `all`, or the id of an edition of the product. Flows are ordered as in `port-catalog list`; the flows of
    an older edition have the same ids as those of a newer one.

    Raises KeyError for an unknown product or edition, and ValueError for an edition without a product.
    """
    if product_id is None:
        if edition not in ("latest", "all"):
            raise ValueError(f"edition {edition!r} without a product; name one, or use 'latest' or 'all'")
        return _newest_flows() if edition == "latest" else _catalog().flows
    found = product(product_id)
    if edition == "all":
        return tuple(flow for flow in _catalog().flows if flow.product == product_id)
    editions = [one.id for one in found.editions]
    if edition == "latest":
        edition = editions[-1]
    if edition not in editions:
        raise KeyError(f"unknown edition {edition!r} of {product_id}; its editions are {', '.join(editions)}")
    return tuple(flow for flow in _catalog().flows if (flow.product, flow.edition) == (product_id, edition))


def flow(id: str) -> Flow:
    """The flow with an id, in the newest edition that has it.

    Raises KeyError if there is none.
    """
    for one in (*_newest_flows(), *reversed(_catalog().flows)):
        if one.id == id:
            return one
    raise KeyError(_unknown("flow", id, {one.id for one in _catalog().flows}))


def by_port(port: int, transport: str | None = None) -> tuple[Flow, ...]:
    """The flows of the newest editions that use a port, those that list it alone before those with a range.

    A port whose transport the document doesn't state counts for TCP and UDP.

    Raises ValueError for a port that isn't between 0 and 65535, and for a transport other than `tcp`, `udp` and `sctp`.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f"port {port} is not between 0 and 65535")
    if transport not in (None, "tcp", "udp", "sctp"):
        raise ValueError(f"unknown transport {transport!r}; use 'tcp', 'udp', 'sctp' or None")
    found = [flow for flow in _newest_flows() if flow.covers(port, transport)]
    return tuple(sorted(found, key=lambda flow: not _is_exact(flow, port, transport)))


def _is_exact(flow: Flow, port: int, transport: str | None) -> bool:
    return any(spec.first == spec.last and spec.covers(port, transport) for spec in flow.ports)


def _unknown(kind: str, id: str, known: Iterable[str]) -> str:
    near = get_close_matches(id, sorted(known), n=3)
    return f"unknown {kind} {id!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")
