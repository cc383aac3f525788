// Reads Mermaid files with the real Mermaid, and fails on the first that it refuses.
// Run from a folder in which mermaid and jsdom are installed.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";

const from = createRequire(process.cwd() + "/");
const load = (name) => import(pathToFileURL(from.resolve(name)));
const { JSDOM } = await load("jsdom");
const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await load("mermaid");
for (const file of process.argv.slice(2)) {
  await mermaid.parse(readFileSync(file, "utf8"));
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(readFileSync(file, "utf8"));
  console.log(JSON.stringify({ nodes: db.getVertices().size, flows: db.getEdges().length, zones: db.getSubGraphs().length }));
}
