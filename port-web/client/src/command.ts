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

/** The file options of an audit are chosen by the reader of the line, since names don't say what a file is. */
export function commandLine(tool: string, values: Values, hasSite: boolean, files: string[]): string {
  const { product, edition } = values;
  const named = edition ? `${String(product)}@${String(edition)}` : String(product ?? "");
  const rest = ((): string[] => {
    switch (tool) {
      case "rules": {
        const site = hasSite ? ["--site", "site.toml"] : [];
        const names = [
          "at", "direction", "component", "alternatives", "unstated", "unnamed", "name", "required-only", "enabled-only", "all-scopes", "log",
          "counter", "allow-dns",
        ];
        return ["--format", String(values["format"]), "--product", named, ...site, ...options(values, names)];
      }
      case "upgrade":
        return [String(product), String(values["from"]), String(values["to"]), ...options(values, ["format"])];
      case "conflicts":
        return [...(values["products"] as string[]), ...options(values, ["format", "listeners"])];
      default:
        return ["--product", named, ...files.map((file) => `FILE:${word(file)}`), ...options(values, ["format"])];
    }
  })();
  if (tool === "audit") return "";
  return ["port-catalog", tool, ...rest].join(" ");
}
