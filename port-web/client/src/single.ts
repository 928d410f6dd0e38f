// The site as one file: shows the page that the address names, such as `#/p/fortimail/#fortimail-in-admin`.

import * as audit from "engine-audit";
import * as rules from "engine-rules";

import type { SearchData } from "./catalog.js";
import { find } from "./dom.js";
import { startFilters } from "./filters.js";
import { startKeys } from "./keys.js";
import { moduleOf } from "./module.js";
import { startSearch } from "./search.js";
import { startTheme } from "./theme_button.js";
import { startTools } from "./tools.js";

const main = find("#main")!;
const first = [...main.childNodes].map((node) => node.cloneNode(true));
let shown: string | undefined;

function data(id: string): string {
  return find(`#${id}`)?.textContent ?? "";
}

function bytes(id: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(data(id)), (character) => character.charCodeAt(0));
}

/** A link of a page as one within this file. Pages of ports are searches, and there are no files of data. */
function rewrite(link: HTMLAnchorElement, page: string): void {
  const href = link.getAttribute("href") ?? "";
  if (/^(https?:|blob:|#)/.test(href)) {
    if (href.startsWith("#") && !href.startsWith("#/")) link.setAttribute("href", `#/${page}${href}`);
    return;
  }
  const { pathname, hash } = new URL(href, `https://page.invalid/${page}`);
  const path = pathname.slice(1);
  const port = /^port\/(.+)\/$/.exec(path);
  if (port) link.setAttribute("href", `#/#q=${encodeURIComponent(port[1]!)}`);
  else if (/^(data\/|changes\.)/.test(path) || path === "port/") (link.closest("li") ?? link).remove();
  else link.setAttribute("href", `#/${path}${hash}`);
}

function contents(page: string): Node[] {
  const template = find<HTMLTemplateElement>(`template[data-page="${CSS.escape(page)}"]`);
  return template ? [template.content.cloneNode(true)] : first.map((node) => node.cloneNode(true));
}

function startPage(): void {
  startSearch(() => Promise.resolve(JSON.parse(data("search-data")) as SearchData));
  startFilters();
  startTools(async () => {
    const module = moduleOf(find("#tool")?.dataset["tool"]);
    const engine = { audit, rules }[module];
    await engine.default({ module_or_path: bytes(`${module}-wasm`) });
    return new engine.Engine(data("dataset"));
  });
}

function show(): void {
  const [, path = "", anchor = ""] = /^#\/([^#]*)(?:#(.*))?$/.exec(location.hash) ?? [];
  const newest = /^(p\/[^/]+\/)[^/]+\/$/.exec(path);
  const page = newest && !find(`template[data-page="${CSS.escape(path)}"]`) ? newest[1]! : path;
  if (page !== shown) {
    shown = page;
    main.replaceChildren(...contents(page));
    for (const link of main.querySelectorAll("a")) rewrite(link, page);
    for (const link of document.querySelectorAll("header nav a")) {
      if (link.getAttribute("href") === `#/${page}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    startPage();
    scrollTo(0, 0);
  }
  if (anchor !== "" && !anchor.includes("=")) document.getElementById(anchor)?.scrollIntoView();
}

for (const link of document.querySelectorAll<HTMLAnchorElement>("header a, footer a")) rewrite(link, "");
find(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
// The search makes links later.
main.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link) rewrite(link, shown ?? "");
}, { capture: true });
startTheme();
startKeys();
addEventListener("hashchange", show);
show();
