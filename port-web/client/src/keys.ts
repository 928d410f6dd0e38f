// The key that focuses the search.

import { find } from "./dom.js";

/** `/` focuses the search of the page, or its filter. */
export function startKeys(): void {
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
