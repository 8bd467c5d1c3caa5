// Writes the program's own schema of its configuration file into the chart's: what the program would refuse at its start,
// while pods are refused for it, Helm refuses before anything is installed.
import { readFileSync } from "node:fs";
import prettier from "prettier";
import { CONFIG_SCHEMA } from "../dist/src/config/schema.js";

const FILE = "charts/sealgate/values.schema.json";
/** Values of the chart write them: templates/configmap.yaml says which. */
const OF_THE_CHART = ["tls", "callers", "leaderElection", "podControllers", "secretNamespaces"];

export async function chartSchemaFile() {
  const schema = JSON.parse(readFileSync(FILE, "utf8"));
  const properties = Object.entries(CONFIG_SCHEMA.properties).map(([name, value]) => [
    name,
    OF_THE_CHART.includes(name) ? true : value,
  ]);
  schema.properties.config = { ...CONFIG_SCHEMA, properties: Object.fromEntries(properties) };
  const options = await prettier.resolveConfig(FILE);
  return [FILE, await prettier.format(JSON.stringify(schema, null, 2), { ...options, parser: "json" })];
}
