// The flows that the search looks through.

/** `search.json`: columns of flows. Products and peers are indexes. */
export interface SearchData {
  products: [id: string, name: string, vendor: string, field: string][];
  peers: [id: string, name: string][];
  product: number[];
  peer: number[];
  id: string[];
  inbound: number[];
  ports: string[];
  purpose: string[];
  hosts: string[];
  component: string[];
}

/** Ports of one transport; `any` counts for TCP and UDP. */
interface Ports {
  transport: string;
  first: number;
  last: number;
}

/** A flow that the search can find. */
export interface Flow {
  id: string;
  product: number;
  peer: string;
  inbound: boolean;
  ports: string;
  purpose: string;
  /** Everything that words are compared with, in lower case. */
  text: string;
  ranges: Ports[];
}

/** A product that the search can find. */
export interface Product {
  id: string;
  name: string;
  vendor: string;
  field: string;
  text: string;
}

export interface Catalog {
  products: Product[];
  flows: Flow[];
}

/** The transport and the ports of each spec of an expression such as `tcp/25 smtp | udp/100-200`. */
function ranges(expression: string): Ports[] {
  const found: Ports[] = [];
  for (const [, transport, first, last] of expression.matchAll(/\b(tcp|udp|sctp|any)\/(\d+)(?:-(\d+))?/g)) {
    found.push({ transport: transport!, first: Number(first), last: Number(last ?? first) });
  }
  return found;
}

export function catalog(data: SearchData): Catalog {
  const products = data.products.map(([id, name, vendor, field]) => ({
    id, name, vendor, field, text: `${id} ${name} ${vendor} ${field}`.toLowerCase(),
  }));
  const flows = data.id.map((short, index): Flow => {
    const product = data.product[index]!;
    const [peerId, peerName] = data.peers[data.peer[index]!]!;
    const inbound = data.inbound[index] === 1;
    const ports = data.ports[index]!;
    const purpose = data.purpose[index]!;
    const id = short.startsWith("=") ? short.slice(1) : `${products[product]!.id}-${short}`;
    const words = [
      products[product]!.text, id, peerId, peerName, purpose, ports, data.hosts[index]!, data.component[index]!,
      inbound ? "inbound" : "outbound",
    ];
    return { id, product, peer: peerName, inbound, ports, purpose, text: words.join(" ").toLowerCase(), ranges: ranges(ports) };
  });
  return { products, flows };
}

/** A word of a query: a port, or a text. */
type Word = { ports: Ports } | { text: string };

/** `443`, `tcp/443`, `443/tcp`, `8000-8100`, or any other text. */
function word(text: string): Word {
  const match = /^(?:(tcp|udp|sctp)\/)?(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/.exec(text);
  if (!match || (match[1] !== undefined && match[4] !== undefined)) return { text };
  const first = Number(match[2]);
  const last = Number(match[3] ?? match[2]);
  if (first > last || last > 65535) return { text };
  return { ports: { transport: match[1] ?? match[4] ?? "", first, last } };
}

/** 2 if a flow has exactly the ports, 1 if it has a range with them, 0 otherwise. */
function rank(flow: Flow, asked: Ports): number {
  let best = 0;
  for (const own of flow.ranges) {
    const same = asked.transport === "" || own.transport === asked.transport
      || (own.transport === "any" && asked.transport !== "sctp");
    if (!same || own.first > asked.last || own.last < asked.first) continue;
    if (own.first === asked.first && own.last === asked.last) return 2;
    best = 1;
  }
  return best;
}

export interface Found {
  products: Product[];
  /** The flows, the best ones first. */
  flows: Flow[];
}

/** What matches every word of a query. */
export function search(all: Catalog, query: string): Found {
  const words = query.toLowerCase().split(/\s+/).filter((text) => text !== "").map(word);
  if (words.length === 0) return { products: [], flows: [] };
  const texts = words.flatMap((one) => ("text" in one ? [one.text] : []));
  const products = texts.length < words.length ? [] : all.products.filter((product) => texts.every((text) => product.text.includes(text)));
  const exact: Flow[] = [];
  const wider: Flow[] = [];
  for (const flow of all.flows) {
    if (!texts.every((text) => flow.text.includes(text))) continue;
    let least = 2;
    for (const one of words) {
      if ("ports" in one) least = Math.min(least, rank(flow, one.ports));
    }
    if (least === 2) exact.push(flow);
    else if (least === 1) wider.push(flow);
  }
  return { products, flows: exact.concat(wider) };
}
