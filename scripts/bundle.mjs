// The program is dist/bin/sealgate.mjs: smaller, and it starts three times as fast as the modules do. What it loads only when
// it is needed, as the SDKs of clouds are, lies in files beside it, and so does verify-worker.mjs, the thread for large
// evidence, which shares the verifier with it.
import { chmodSync, existsSync, rmSync } from "node:fs";
import { build } from "esbuild";

// Its index exports a class for every kind of the API, and nothing says that the modules only define them: all of them
// would be loaded, for the three that are used.
const KUBERNETES_CLIENT = "/@kubernetes/client-node/";
const kubernetesClient = {
  name: "kubernetes-client-without-side-effects",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@kubernetes\/client-node$|^\.\.?\// }, async ({ path, pluginData, ...options }) => {
      const isOurs = options.importer.includes(KUBERNETES_CLIENT) || path.startsWith("@kubernetes/");
      if (!isOurs || pluginData === kubernetesClient.name) return undefined;
      const resolved = await resolve(path, { ...options, pluginData: kubernetesClient.name });
      return resolved.path.includes(KUBERNETES_CLIENT) ? { ...resolved, sideEffects: false } : resolved;
    });
  },
};

if (existsSync("dist/src/main.js")) {
  // Names of parts hold a hash: those of another build would stay.
  rmSync("dist/bin", { recursive: true, force: true });
  await build({
    entryPoints: { sealgate: "dist/src/main.js", "verify-worker": "dist/src/verify-worker.js" },
    outdir: "dist/bin",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    chunkNames: "part-[hash]",
    // The engine keeps the source in memory: white space would be a third of it, and one comment's "§" would double it.
    minifyWhitespace: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    sourcemap: true,
    legalComments: "linked",
    logLevel: "warning",
    plugins: [kubernetesClient],
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  chmodSync("dist/bin/sealgate.mjs", 0o755);
}
