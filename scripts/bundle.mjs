// One file, dist/bin/sealgate.mjs, is the program: smaller, and it starts three times as fast as the modules do.
import { chmodSync, existsSync } from "node:fs";
import { build } from "esbuild";

if (existsSync("dist/src/main.js")) {
  await build({
    entryPoints: { sealgate: "dist/src/main.js" },
    outdir: "dist/bin",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // The engine keeps the source in memory: white space would be a third of it, and one comment's "§" would double it.
    minifyWhitespace: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    sourcemap: true,
    legalComments: "linked",
    logLevel: "warning",
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  chmodSync("dist/bin/sealgate.mjs", 0o755);
}
