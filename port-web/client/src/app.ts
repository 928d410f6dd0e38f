// What every page does: theme, search, filters, tools and offline use, as far as the page has them.

import type { SearchData } from "./catalog.js";
import { find, root } from "./dom.js";
import { startFilters } from "./filters.js";
import { startSearch } from "./search.js";
import { startTheme } from "./theme_button.js";

async function load(file: string): Promise<Response> {
  const response = await fetch(root() + file);
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response;
}

function startKeys(): void {
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const input = find<HTMLInputElement>("#query") ?? find<HTMLInputElement>("#filters input");
    if (!input) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

function startOffline(): void {
  const status = find("#offline");
  const update = (): void => {
    if (!status) return;
    status.hidden = navigator.onLine;
    status.textContent = navigator.onLine ? "" : "Offline: pages that were loaded still work.";
  };
  addEventListener("online", update);
  addEventListener("offline", update);
  update();
  if ("serviceWorker" in navigator && location.protocol !== "file:") {
    // Without it, the page works online only, which isn't worth a message.
    navigator.serviceWorker.register(`${root()}sw.js`).catch(() => undefined);
  }
}

startTheme();
startKeys();
startSearch(async () => (await load("search.json")).json() as Promise<SearchData>);
startFilters();
startOffline();
if (find("#tool")) {
  const address = new URL(`${root()}tools.js`, location.href).href;
  void (import(address) as Promise<typeof import("./tools.js")>).then((tools) => tools.startTools(
    async () => {
      const module = await (import(new URL(`${root()}engine.js`, location.href).href) as Promise<typeof import("./engine.js")>);
      await module.default({ module_or_path: new URL(`${root()}engine_bg.wasm`, location.href) });
      return new module.Engine(await (await load("dataset.txt")).text());
    },
  ));
}
