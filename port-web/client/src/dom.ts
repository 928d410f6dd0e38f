// Makes and finds elements. Texts reach the page only through `textContent`.

type Child = Node | string;

/** An element with attributes and children. A text is a text node, whatever it contains. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The element with a selector, if the page has it. */
export function find<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T | null {
  return within.querySelector<T>(selector);
}

/** The way from the page to the root of the site. */
export function root(): string {
  return document.documentElement.dataset["root"] ?? "./";
}

/** A button that copies a text. */
export function copyButton(text: () => string): HTMLButtonElement {
  const button = element("button", { type: "button", class: "quiet" }, "Copy");
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(text()).then(
      () => { button.textContent = "Copied"; },
      () => { button.textContent = "Not copied: select the text"; },
    ).finally(() => setTimeout(() => { button.textContent = "Copy"; }, 2000));
  });
  return button;
}
