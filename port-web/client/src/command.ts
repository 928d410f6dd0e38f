// The call of the command that does the same as a form.

import type { Values } from "./tools.js";

/** A word of a shell. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The options that a form has under their own names. */
function options(values: Values, names: string[]): string[] {
  return names.flatMap((name) => {
    const value = values[name];
    if (value === true) return [`--${name}`];
    return typeof value === "string" && value !== "" ? [`--${name}`, word(value)] : [];
  });
}

/**
 * The call for the values of a form, without those that are `usual`. An audit has none, since its options depend on what its files
 * are.
 */
export function commandLine(tool: string, values: Values, usual: string[], hasSite: boolean): string {
  const { product, edition } = values;
  const named = edition && !usual.includes("edition") ? `${String(product)}@${String(edition)}` : String(product ?? "");
  const chosen = (...names: string[]): string[] => options(values, names.filter((name) => !usual.includes(name)));
  const rest = ((): string[] => {
    switch (tool) {
      case "rules": {
        const site = hasSite ? ["--site", "site.toml"] : [];
        return ["--format", String(values["format"]), "--product", named, ...site, ...chosen(
          "target", "at", "direction", "component", "alternatives", "unstated", "unnamed", "name", "required-only", "enabled-only", "all-scopes", "log",
          "counter", "allow-dns",
        )];
      }
      case "upgrade":
        return [String(product), String(values["from"]), String(values["to"]), ...chosen("format")];
      default:
        return [...((values["products"] ?? []) as string[]), ...chosen("format", "listeners")];
    }
  })();
  return tool === "audit" ? "" : ["port-catalog", tool, ...rest].join(" ");
}
