// The search of the first page.

import { catalog, search, type Catalog, type Flow, type SearchData } from "./catalog.js";
import { element, find, root } from "./dom.js";
import { readState, writeState } from "./state.js";

/** The most flows that are listed. */
const MOST = 60;

function hit(all: Catalog, flow: Flow): HTMLElement {
  const product = all.products[flow.product]!;
  const link = element("a", { href: `${root()}p/${product.id}/#${flow.id}` }, product.name);
  const what = element("span", { class: "what" }, `${flow.inbound ? "inbound from" : "outbound to"} ${flow.peer}: ${flow.purpose}`);
  return element("li", {}, link, " ", element("code", {}, flow.ports), what);
}

function show(all: Catalog, query: string, results: HTMLElement): void {
  const { products, flows } = search(all, query);
  const parts: Node[] = [element("h2", {}, heading(products.length, flows.length))];
  if (products.length > 0) {
    const items = products.map((product) => {
      const link = element("a", { href: `${root()}p/${product.id}/` }, product.name);
      return element("li", {}, link, " ", element("span", { class: "muted" }, product.vendor));
    });
    parts.push(element("ul", { class: "products" }, ...items));
  }
  if (flows.length > 0) {
    parts.push(element("ul", { class: "hits" }, ...flows.slice(0, MOST).map((flow) => hit(all, flow))));
  }
  if (flows.length > MOST) {
    parts.push(element("p", { class: "muted" }, `and ${flows.length - MOST} more flows: add a word to the search`));
  }
  if (products.length + flows.length === 0) {
    parts.push(element("p", {}, "Nothing matches all words. Try fewer words, a port such as 443, or a service such as ldap."));
  }
  results.replaceChildren(...parts);
}

function heading(products: number, flows: number): string {
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
  return products > 0 ? `${count(products, "product")}, ${count(flows, "flow")}` : count(flows, "flow");
}

/** Starts the search. `load` gets its data once it is needed. */
export function startSearch(load: () => Promise<SearchData>): void {
  const form = find<HTMLFormElement>("#search");
  const input = find<HTMLInputElement>("#query");
  const results = find("#results");
  const list = find("#catalog");
  if (!form || !input || !results || !list) return;
  let loaded: Catalog | undefined;
  let loading: Promise<void> | undefined;
  const update = (): void => {
    const query = input.value.trim();
    writeState([["q", query]]);
    results.hidden = query === "";
    list.hidden = query !== "";
    if (query === "") return;
    if (loaded) {
      show(loaded, query, results);
      return;
    }
    results.replaceChildren(element("p", { class: "muted" }, "Loading …"));
    loading ??= load().then(
      (data) => { loaded = catalog(data); update(); },
      () => {
        loading = undefined;
        results.replaceChildren(element("p", { class: "callout warning" }, "The search data can’t be loaded. The list of products works without it."));
        list.hidden = false;
      },
    );
  };
  const restore = (): void => {
    if (!input.isConnected) return;
    const query = readState().get("q") ?? "";
    if (query !== input.value.trim()) {
      input.value = query;
      update();
    }
  };
  input.addEventListener("input", update);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    find<HTMLAnchorElement>("a", results)?.focus();
  });
  addEventListener("hashchange", restore);
  form.hidden = false;
  restore();
}
