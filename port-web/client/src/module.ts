// Which wasm module has a tool. There are two, since a page loads only the one that it needs.

export function moduleOf(tool: string | undefined): "audit" | "rules" {
  return tool === "audit" || tool === "conflicts" ? "audit" : "rules";
}
