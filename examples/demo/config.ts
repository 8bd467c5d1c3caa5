/** The configuration file of the demo's program: it names the team's Sigstore, by its trusted_root.json beside it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { makeTemporaryDir } from "../../test/support/testbed/process.ts";
import { TRUST_ROOT, type Scene } from "./scene.ts";

/** The file's text; also shown. */
export const CONFIG = stringify({ trustRoots: { [TRUST_ROOT]: { file: "trusted_root.json" } } });

/** Gives the path of the file. */
export function writeConfig({ trustedRoot }: Pick<Scene, "trustedRoot">): string {
  const folder = makeTemporaryDir("demo-config");
  writeFileSync(join(folder, "trusted_root.json"), trustedRoot);
  const file = join(folder, "sealgate.yaml");
  writeFileSync(file, CONFIG);
  return file;
}
