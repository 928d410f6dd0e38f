// The filters of a product's tables.

import { find } from "./dom.js";
import { readState, writeState } from "./state.js";

/** Starts the filters of the page. */
export function startFilters(): void {
  const form = find("#filters");
  const status = find("#filtered");
  if (!form || !status) return;
  const rows = [...document.querySelectorAll<HTMLTableRowElement>("table.flows tbody tr")];
  const texts = rows.map((row) => (row.textContent ?? "").toLowerCase());
  const names = ["text", "direction", "requirement"];
  const control = (name: string): HTMLInputElement | HTMLSelectElement => find<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`, form)!;
  const apply = (): void => {
    const [text = "", direction, requirement] = names.map((name) => control(name).value);
    const words = text.toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row, index) => {
      const fits = words.every((word) => texts[index]!.includes(word))
        && (direction === "" || row.dataset["direction"] === direction)
        && (requirement === "" || row.dataset["requirement"] === requirement);
      row.hidden = !fits;
      if (fits) shown += 1;
    });
    for (const section of document.querySelectorAll<HTMLElement>("section.direction")) {
      section.hidden = !section.querySelector("tbody tr:not([hidden])");
    }
    const isFiltered = names.some((name) => control(name).value !== "");
    status.textContent = isFiltered ? `${shown} of ${rows.length} flows` : "";
    // A link to a row stays one until something is filtered.
    if (isFiltered || readState().size > 0) writeState(names.map((name) => [name, control(name).value]));
  };
  const state = readState();
  for (const name of names) control(name).value = state.get(name) ?? "";
  form.addEventListener("input", apply);
  form.hidden = false;
  apply();
}
