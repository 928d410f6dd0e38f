// The pages of the tools: reads the form, runs the engine, and shows the answer.

import { copyButton, element, find } from "./dom.js";
import { Addresses } from "./addresses.js";
import { commandLine } from "./command.js";
import type { Engine } from "./engine.js";
import { readState, writeState } from "./state.js";

/** What the engine returns. */
interface Answer {
  text: string;
  shown: string;
  files: { name: string; text: string }[];
  messages: string[];
  failed: boolean;
}

/** The values of a form. A box has `true` or `false`, a list its choices. */
export type Values = Record<string, string | boolean | string[]>;

type Control = HTMLInputElement | HTMLSelectElement;

class Tool {
  private readonly name: string;
  private readonly addresses: Addresses | null;
  private dropped: File[] = [];
  private engine: Promise<Engine> | undefined;

  constructor(private readonly form: HTMLFormElement, private readonly load: () => Promise<Engine>) {
    this.name = form.dataset["tool"] ?? "";
    const peers = find("#peers", form);
    this.addresses = peers && new Addresses(peers);
  }

  start(): void {
    this.restore();
    this.form.addEventListener("change", (event) => {
      const control = event.target;
      if (control instanceof HTMLSelectElement && control.name === "product") this.fillEditions();
      if (control instanceof HTMLSelectElement && ["product", "edition"].includes(control.name)) void this.askAddresses();
      this.keep();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run();
    });
    this.startFiles();
    this.form.hidden = false;
    for (const note of document.querySelectorAll<HTMLElement>("[data-without-client]")) note.hidden = true;
    void this.askAddresses();
    addEventListener("hashchange", () => {
      if (this.form.isConnected) this.restore();
    });
    // A link with a whole request shows its answer at once. Audits need files.
    if (this.name !== "audit" && readState().size > 0 && this.form.checkValidity()) void this.run();
  }

  private controls(): Control[] {
    const named = [...this.form.elements].filter((one): one is Control => one instanceof HTMLInputElement || one instanceof HTMLSelectElement);
    // Addresses and files have no name, and so they are never part of a link.
    return named.filter((control) => control.name !== "");
  }

  private control(name: string): HTMLSelectElement | null {
    return find<HTMLSelectElement>(`select[name="${name}"]`, this.form);
  }

  /** The choices of the form, without those that are the usual ones. */
  private values(): Values {
    const values: Values = {};
    for (const control of this.controls()) {
      if (control instanceof HTMLSelectElement && control.multiple) {
        values[control.name] = [...control.selectedOptions].map((option) => option.value);
      } else if (control.type === "checkbox") {
        values[control.name] = (control as HTMLInputElement).checked;
      } else {
        values[control.name] = control.value.trim();
      }
    }
    return values;
  }

  /** The names of the choices that are the usual ones. */
  private usual(): string[] {
    const always = ["product", "from", "to"];
    const isUsual = (control: Control): boolean =>
      control instanceof HTMLSelectElement && !always.includes(control.name) && control.selectedIndex === 0;
    return this.controls().filter(isUsual).map((control) => control.name);
  }

  /** Puts the choices into the address. */
  private keep(): void {
    const usual = this.usual();
    const pairs = Object.entries(this.values()).flatMap(([name, value]): [string, string][] => {
      if (Array.isArray(value)) return [[name, value.join(",")]];
      if (typeof value === "boolean") return value ? [[name, "yes"]] : [];
      return usual.includes(name) ? [] : [[name, value]];
    });
    writeState(pairs);
  }

  /** Sets the choices that the address has. */
  private restore(): void {
    const state = readState();
    const [product, edition] = (state.get("product") ?? "").split("@");
    if (product) {
      const choice = this.control("product");
      if (choice) choice.value = product;
    }
    this.fillEditions();
    for (const control of this.controls()) {
      const value = control.name === "edition" && edition ? edition : state.get(control.name);
      if (value === null || control.name === "product") continue;
      if (control instanceof HTMLSelectElement && control.multiple) {
        const chosen = value.split(",");
        for (const option of control.options) option.selected = chosen.includes(option.value);
      } else if (control.type === "checkbox") {
        (control as HTMLInputElement).checked = value === "yes";
      } else if (!(control instanceof HTMLSelectElement) || [...control.options].some((option) => option.value === value)) {
        control.value = value;
      }
    }
  }

  /** Fills the choices that depend on the product. */
  private fillEditions(): void {
    const option = this.control("product")?.selectedOptions[0];
    const words = (text: string | undefined): string[] => (text ?? "").split(" ").filter((word) => word !== "");
    const editions = words(option?.dataset["editions"]);
    for (const [name, index] of [["edition", 0], ["to", 0], ["from", 1]] as const) {
      const choice = this.control(name);
      if (!choice) continue;
      choice.replaceChildren(...editions.map((id, place) => element("option", { value: id }, place === 0 ? `${id} (newest)` : id)));
      choice.disabled = editions.length === 0;
      if (editions.length > 0) choice.selectedIndex = Math.min(index, editions.length - 1);
    }
    const components = this.control("component");
    if (components) {
      const known = words(option?.dataset["components"]);
      components.replaceChildren(element("option", { value: "" }, "all"), ...known.map((id) => element("option", { value: id }, id)));
      const label = components.closest("label");
      if (label) label.hidden = known.length === 0;
    }
  }

  private async askAddresses(): Promise<void> {
    const { product, edition } = this.values();
    if (!this.addresses) return;
    if (!product) {
      this.addresses.show([]);
      return;
    }
    const engine = await this.loaded();
    if (engine) this.addresses.show(JSON.parse(engine.run("addresses", JSON.stringify({ product, edition: edition || null }))));
  }

  private async loaded(): Promise<Engine | undefined> {
    const state = find("#state", this.form)!;
    this.engine ??= this.load();
    try {
      state.textContent = "Loading the engine …";
      const engine = await this.engine;
      state.textContent = "";
      return engine;
    } catch {
      this.engine = undefined;
      state.textContent = "The engine can’t be loaded. Check the connection, and try again.";
      return undefined;
    }
  }

  private async run(): Promise<void> {
    const values = this.values();
    const engine = await this.loaded();
    if (!engine) return;
    const site = this.addresses?.site() ?? null;
    engine.clearFiles();
    for (const file of this.dropped) engine.addFile(file.name, new Uint8Array(await file.arrayBuffer()));
    const usual = this.usual();
    const request = this.request(values, site);
    const answer = JSON.parse(engine.run(this.name, JSON.stringify(request))) as Answer;
    this.show(answer, site, commandLine(this.name, values, usual, site !== null));
  }

  private request(values: Values, site: string | null): object {
    const { component, edition, products, ...others } = values;
    return {
      ...others,
      edition: edition || null,
      components: component ? [component] : [],
      products: Array.isArray(products) ? products.map((product) => ({ product })) : undefined,
      site,
      width: this.width(),
    };
  }

  /** How many characters a line of the result has room for. */
  private width(): number {
    const room = (this.form.clientWidth - 40) / 8.9;
    return Math.max(36, Math.min(160, Math.floor(room)));
  }

  private show(answer: Answer, site: string | null, command: string): void {
    const output = find("#output")!;
    const line = find("#command-line")!;
    line.hidden = command === "";
    line.replaceChildren("The same on the command line: ", element("code", {}, command));
    const messages = answer.messages.map((message) => element("li", {}, message));
    const kind = answer.failed ? "callout warning error" : "callout warning";
    find("#messages")!.replaceChildren(...(messages.length > 0 ? [element("div", { class: kind }, element("ul", {}, ...messages))] : []));
    const parts: Node[] = [];
    if (!answer.failed) {
      const files = answer.files.length > 0 ? answer.files : [{ name: `${this.name}.txt`, text: answer.text }];
      for (const { name, text } of files) parts.push(...block(name, text, answer.files.length > 0 ? text : answer.shown));
      if (site !== null) parts.push(...block("site.toml", site, site));
    }
    find("#texts")!.replaceChildren(...parts);
    output.hidden = false;
    find("#output-heading")!.focus({ preventScroll: parts.length === 0 });
  }

  private startFiles(): void {
    const drop = find("#drop", this.form);
    const input = find<HTMLInputElement>("#files", this.form);
    const chosen = find("#chosen", this.form);
    if (!drop || !input || !chosen) return;
    const take = (files: Iterable<File>): void => {
      this.dropped = [...files];
      chosen.replaceChildren(...this.dropped.map((file) => element("li", {}, file.name)));
      if (this.dropped.length > 0 && this.form.checkValidity()) void this.run();
    };
    input.addEventListener("change", () => take(input.files ?? []));
    for (const kind of ["dragenter", "dragover"]) {
      drop.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.add("over");
      });
    }
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      take(event.dataTransfer?.files ?? []);
    });
  }
}

/** A text with its name, and buttons to copy and to save it. */
function block(name: string, text: string, shown: string): Node[] {
  const save = element("button", { type: "button", class: "quiet" }, "Download");
  save.addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    element("a", { href: address, download: name.split("/").pop() ?? name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });
  const head = element("div", { class: "result-head" }, element("h3", {}, name), copyButton(() => text), save);
  const pre = element("pre", { tabindex: "0", role: "region", "aria-label": name });
  // Headings are between two escape sequences. The text in between stays text.
  shown.split("\u001b[1m").forEach((part, index) => {
    const [bold = "", ...rest] = index === 0 ? [""] : part.split("\u001b[0m");
    if (index === 0) pre.append(part);
    else pre.append(element("strong", {}, bold), rest.join(""));
  });
  return [head, pre];
}

/** Starts the tool of the page. `load` gets the engine once it is needed. */
export function startTools(load: () => Promise<Engine>): void {
  const form = find<HTMLFormElement>("#tool");
  if (form) new Tool(form, load).start();
}
