// node parse.js FOLDER < documents.json (a list of texts): for each, what the AsyncAPI project's parser says of it, and
// what a YAML reader finds in it. FOLDER is where npm installed @asyncapi/parser.
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");

const installed = createRequire(path.join(process.argv[2], "package.json"));
const { Parser } = installed("@asyncapi/parser");
const yaml = installed("js-yaml");

async function look(text) {
  const { diagnostics } = await new Parser().parse(text);
  const said = diagnostics.map(({ severity, message, path }) => ({ severity, message, at: path.join("/") }));
  return { said, data: yaml.load(text) };
}

async function main() {
  const looked = [];
  for (const text of JSON.parse(fs.readFileSync(0, "utf8"))) looked.push(await look(text));
  process.stdout.write(JSON.stringify(looked));
}

main();
