// The addresses of a site, which stay in the page: they are neither stored nor part of its address.

import { element } from "./dom.js";

/** Whose addresses rules can use. */
interface Entry {
  table: string;
  key: string;
  name: string;
}

export class Addresses {
  private readonly typed = new Map<string, string>();
  private entries: Entry[] = [];

  constructor(private readonly place: HTMLElement) {}

  /** Shows a field for each entry. What was typed for the same key is kept. */
  show(entries: Entry[]): void {
    this.entries = entries;
    const fields = entries.map((entry) => {
      const input = element("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: "10.0.0.0/8, 2001:db8::5" });
      input.value = this.typed.get(key(entry)) ?? "";
      input.addEventListener("input", () => this.typed.set(key(entry), input.value));
      return element("label", {}, element("span", {}, entry.table === "products" ? `${entry.name} (the product)` : entry.name), input);
    });
    this.place.replaceChildren(...fields);
  }

  /** The site file with what was typed; null if nothing was. */
  site(): string | null {
    let text = "";
    let table = "";
    for (const entry of this.entries) {
      const addresses = (this.typed.get(key(entry)) ?? "").split(/[\s,]+/).filter((address) => address !== "");
      if (addresses.length === 0) continue;
      if (entry.table !== table) {
        text += `${text === "" ? "" : "\n"}[${entry.table}]\n`;
        table = entry.table;
      }
      text += `${entry.key} = [${addresses.map(quoted).join(", ")}]\n`;
    }
    return text === "" ? null : text;
  }
}

function key(entry: Entry): string {
  return `${entry.table}/${entry.key}`;
}

/** A text as TOML. Its escapes are those of JSON, and one more. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}
