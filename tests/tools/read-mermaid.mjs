// Reads flow charts with Mermaid's own parser, and prints the nodes and edges that it found.
//
//   node tests/tools/read-mermaid.mjs DIRECTORY < charts.json
//
// DIRECTORY is where install-mermaid.sh installed it. The input is a JSON array of texts. The output has a line per text: an object with
// its nodes, edges and subgraphs, or with the parser's error.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const directory = resolve(process.argv[2]);
const { JSDOM } = createRequire(`${directory}/`)("jsdom");
// Mermaid uses a DOM to sanitize labels.
const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import(pathToFileURL(`${directory}/node_modules/mermaid/dist/mermaid.core.mjs`));

// A label as a browser displays it: with line breaks, and with characters instead of the codes that Mermaid replaces later.
function displayed(label) {
  const entities = label.replaceAll("ﬂ°°", "&#").replaceAll("ﬂ°", "&").replaceAll("¶ß", ";");
  const element = window.document.createElement("div");
  element.innerHTML = entities.replaceAll(/<br\s*\/?>/g, "\n");
  return element.textContent;
}

for (const chart of JSON.parse(readFileSync(0, "utf8"))) {
  let found;
  try {
    await mermaid.parse(chart);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(chart);
    const nodes = [...db.getVertices().values()].map((node) => ({ name: node.id, label: displayed(node.text) }));
    const edges = db.getEdges().map((edge) => ({
      from: edge.start,
      to: edge.end,
      label: displayed(edge.text),
      dashed: edge.stroke === "dotted",
      arrow: edge.type,
      kind: edge.labelType,
    }));
    const frames = db.getSubGraphs().map((frame) => ({
      name: frame.id,
      label: displayed(frame.title),
      nodes: frame.nodes,
    }));
    found = { nodes, edges, frames };
  } catch (error) {
    found = { error: error.message };
  }
  console.log(JSON.stringify(found));
}
