// Reads flow charts with Mermaid's own parser, and prints the nodes and edges that it found.
//
//   node tests/tools/read-mermaid.mjs FOLDER < charts.json
//
// FOLDER is where install-mermaid.sh put it. The charts are an array of texts; for each one, a line is printed: an object with
// its nodes and edges, or with the parser's error.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const { JSDOM } = createRequire(`${folder}/`)("jsdom");
// Mermaid cleans labels with the means of a page.
const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import(pathToFileURL(`${folder}/node_modules/mermaid/dist/mermaid.core.mjs`));

// A label as a page shows it: line breaks as such, and codes as their characters, of which Mermaid makes entities later on.
function shown(label) {
  const entities = label.replaceAll("ﬂ°°", "&#").replaceAll("ﬂ°", "&").replaceAll("¶ß", ";");
  const place = window.document.createElement("div");
  place.innerHTML = entities.replaceAll(/<br\s*\/?>/g, "\n");
  return place.textContent;
}

for (const chart of JSON.parse(readFileSync(0, "utf8"))) {
  let found;
  try {
    await mermaid.parse(chart);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(chart);
    const nodes = [...db.getVertices().values()].map((node) => ({ name: node.id, label: shown(node.text) }));
    const edges = db.getEdges().map((edge) => ({
      from: edge.start,
      to: edge.end,
      label: shown(edge.text),
      dashed: edge.stroke === "dotted",
      arrow: edge.type,
      kind: edge.labelType,
    }));
    found = { nodes, edges };
  } catch (error) {
    found = { error: error.message };
  }
  console.log(JSON.stringify(found));
}
