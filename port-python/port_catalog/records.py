"""The records of the catalog. A flow has the fields that `port-catalog list --format json` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["inbound", "outbound"]
Groups = Literal["all", "unstated"]
Requirement = Literal["required", "conditional", "unstated"]
Scope = Literal["network", "host", "pod"]
Enabled = Literal["yes", "no", "unstated"]


@dataclass(frozen=True, slots=True)
class PortSpec:
    """A transport with a port or a range and perhaps a service, or an IP protocol without ports, or only a service."""

    transport: str | None
    """`tcp`, `udp` or `sctp`; `any` if the document doesn't say whether TCP or UDP; a protocol without ports, such as `esp`;
    `None` for a service whose port the document doesn't give."""
    first: int | None
    """The first port of the range."""
    last: int | None
    """The last port of the range, which is the first one for a single port."""
    service: str | None
    group: int
    """Specs with the same group are alternatives: one of them is enough."""
    ip_protocol: int | None = None
    """The number of a protocol without ports."""
    icmp_type: int | None = None

    def covers(self, port: int, transport: str | None = None) -> bool:
        """Whether the port is in the range. `any` covers TCP and UDP."""
        if self.first is None or self.last is None or not self.first <= port <= self.last:
            return False
        return transport in (None, self.transport) or (self.transport == "any" and transport in ("tcp", "udp"))


@dataclass(frozen=True, slots=True)
class Source:
    """Where the document lists a flow, and what it prints there. Cells that the document doesn't have are `None`."""

    document: str
    edition: str
    url: str
    section: str | None
    row: int
    """The number of the row among all rows of the document that list ports, from 1."""
    peer: str | None
    label: str | None
    ports: str | None


@dataclass(frozen=True, slots=True)
class Flow:
    """One row of a vendor's document: traffic between a product and one peer, for one purpose."""

    id: str
    vendor: str
    product: str
    edition: str
    direction: Direction
    """Who opens the connection: the peer (`inbound`) or the product (`outbound`)."""
    component: str | None
    peer: str
    purpose: str
    ports: tuple[PortSpec, ...]
    groups: Groups
    """Whether all groups of ports are needed, or whether the document doesn't say that."""
    requirement: Requirement
    condition: str | None
    scope: Scope
    enabled: Enabled
    interfaces: tuple[str, ...]
    recommended_interface: str | None
    hosts: tuple[str, ...]
    configurable: bool
    customization: str | None
    note: str | None
    """What users of the row should be careful with, such as a likely error of the document."""
    curated: tuple[str, ...]
    """The fields that the document doesn't state."""
    source: Source

    def covers(self, port: int, transport: str | None = None) -> bool:
        """Whether one of the flow's specs covers the port."""
        return any(spec.covers(port, transport) for spec in self.ports)


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a product's document."""

    id: str
    printed: str
    """The edition as the document prints it."""
    document: str
    url: str
    source: str | None
    """Where the document was taken from, if not from its URL."""
    licence: str | None
    retrieved: str | None
    """The day on which the document was retrieved, as YYYY-MM-DD, if known."""
    is_complete: bool
    """Whether all parts of the document were available. If not, flows may be missing."""
    note: str | None


@dataclass(frozen=True, slots=True)
class Product:
    """A product, with the editions of the document that lists its ports."""

    id: str
    vendor: str
    name: str
    field: str | None
    components: tuple[str, ...]
    editions: tuple[Edition, ...]
    """Oldest first."""


def to_flow(record: dict[str, Any]) -> Flow:
    """A flow from its JSON."""
    ports = tuple(PortSpec(**spec) for spec in record["ports"])
    return Flow(**{**_with_tuples(record), "ports": ports, "source": Source(**record["source"])})


def to_product(record: dict[str, Any]) -> Product:
    """A product from its JSON."""
    editions = tuple(Edition(**edition) for edition in record["editions"])
    return Product(**{**_with_tuples(record), "editions": editions})


def _with_tuples(record: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
