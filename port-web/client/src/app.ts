// What every page does: theme, search, filters, tools and offline use, as far as the page has them.

import type { SearchData } from "./catalog.js";
import { find, root } from "./dom.js";
import { startFilters } from "./filters.js";
import { startKeys } from "./keys.js";
import { moduleOf } from "./module.js";
import { startSearch } from "./search.js";
import { startTheme } from "./theme_button.js";

async function load(file: string): Promise<Response> {
  const response = await fetch(root() + file);
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response;
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
const tool = find("#tool")?.dataset["tool"];
if (tool !== undefined) {
  const address = (file: string): URL => new URL(root() + file, location.href);
  const module = moduleOf(tool);
  void (import(address("tools.js").href) as Promise<typeof import("./tools.js")>).then((tools) => tools.startTools(async () => {
    const engine = await (import(address(`${module}.js`).href) as Promise<typeof import("./engine.js")>);
    const [dataset] = await Promise.all([
      load("dataset.txt").then((response) => response.text()),
      engine.default({ module_or_path: address(`${module}_bg.wasm`) }),
    ]);
    return new engine.Engine(dataset);
  }));
}
