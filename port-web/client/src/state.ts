// The state of a page: the part of its address after `#`. It never contains addresses of a network or contents of files.

const route = /^#\/[^#]*/;

/** The state in the address. */
export function readState(): URLSearchParams {
  const fragment = location.hash.replace(route, "").replace(/^#/, "");
  return new URLSearchParams(fragment.includes("=") ? fragment : "");
}

/** Puts a state into the address, without a step in the history. Empty values are left out. */
export function writeState(values: Iterable<[string, string]>): void {
  const state = new URLSearchParams([...values].filter(([, value]) => value !== ""));
  const page = route.exec(location.hash)?.[0] ?? "";
  const text = state.toString();
  const fragment = text === "" ? page : `${page}#${text}`;
  if (fragment !== location.hash) {
    history.replaceState(null, "", fragment === "" ? location.pathname + location.search : fragment);
  }
}
