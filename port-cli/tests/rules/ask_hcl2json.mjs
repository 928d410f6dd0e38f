// Parses each configuration on standard input with HashiCorp's parser, and prints it as JSON. The argument is the path of hcl2json.
import { createRequire } from "node:module";
import readline from "node:readline";

const { parse } = createRequire(import.meta.url)(process.argv[2]);
for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await parse("rules.tf", JSON.parse(line))));
}
