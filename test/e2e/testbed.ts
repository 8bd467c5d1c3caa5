/**
 * What the end-to-end files stand on: both registries with the images of the suite and a private Sigstore, made once and
 * stopped after the last test. Without the programs nothing can be shown: an error in a gate (CI is set), pending elsewhere.
 */
import { existsSync } from "node:fs";
import { makeSigningTools, type SigningTools } from "../support/testbed/cosign.ts";
import { makeKeylessSigner, type KeylessSigner } from "../support/testbed/keyless.ts";
import { complainOnce, findPrograms, type Programs } from "../support/testbed/programs.ts";
import { type Registry, startDistribution, startReferrersRegistry } from "../support/testbed/registries.ts";
import { sealgateProgram } from "../support/testbed/sealgate.ts";
import { Started } from "../support/testbed/started.ts";
import { startSigstore, type PrivateSigstore } from "../support/testbed/sigstore.ts";
import { createKey, type Keys, type PreparedImage, prepareImages } from "./images.ts";

export const registryNames = ["distribution", "referrers-registry"] as const;

export type RegistryName = (typeof registryNames)[number];

export interface StockedRegistry extends Registry {
  readonly images: readonly PreparedImage[];
}

export interface Testbed {
  readonly programs: Programs;
  readonly tools: SigningTools;
  readonly keys: Keys;
  readonly registries: Readonly<Record<RegistryName, StockedRegistry>>;
  /** Throws in the other lanes, as what signs with it does: a machine can have one. */
  readonly sigstore: PrivateSigstore;
  readonly keyless: KeylessSigner;
  readonly hasSigstore: boolean;
}

const found = findPrograms();
const hasSigstore = ["sigstore", undefined].includes(process.env["SEALGATE_E2E_LANE"]);
const isGate = (process.env["CI"] ?? "") !== "";
const started = new Started();
let ready: Promise<Testbed> | undefined;

after("stop the registries and the Sigstore", async () => {
  await started.stop();
});

async function prepare(programs: Programs): Promise<Testbed> {
  const tools = makeSigningTools(programs);
  const [acme, other] = await Promise.all([createKey(tools, "acme"), createKey(tools, "other")]);
  const keys = { acme, other };
  const stock = async (registry: Registry): Promise<StockedRegistry> => {
    await started.add(registry.stop);
    return { ...registry, images: await prepareImages(registry, tools, keys) };
  };
  const [distribution, referrersRegistry, sigstore] = await Promise.all([
    startDistribution({ programs }).then(stock),
    startReferrersRegistry({ programs }).then(stock),
    hasSigstore ? startStoppedAfterwards(programs) : undefined,
  ]);
  const registries = { distribution, "referrers-registry": referrersRegistry };
  const shared = { programs, tools, keys, registries, hasSigstore };
  if (sigstore === undefined) return withoutSigstore(shared);
  return { ...shared, sigstore, keyless: makeKeylessSigner(sigstore, tools) };
}

async function startStoppedAfterwards(programs: Programs): Promise<PrivateSigstore> {
  const sigstore = await startSigstore({ programs });
  await started.add(sigstore.stop);
  return sigstore;
}

function withoutSigstore(shared: Omit<Testbed, "sigstore" | "keyless">): Testbed {
  const refuse = (): never => {
    throw new Error("This file needs the private Sigstore: name it in SIGSTORE_FILES of scripts/mocha.mjs");
  };
  return Object.defineProperties(shared as Testbed, { sigstore: { get: refuse }, keyless: { get: refuse } });
}

/** What is missing, in words; undefined when all is there. */
function missing(): string | undefined {
  if (found.kind === "missing") return found.message;
  return existsSync(sealgateProgram) ? undefined : "END-TO-END TESTS NOT RUN: dist/bin/sealgate.mjs: npm run build";
}

const complaint = missing();
if (complaint !== undefined) complainOnce(complaint);

/** A describe() of tests that need the testbed; the argument gives it once hooks and tests run. */
export function describeOnTestbed(title: string, define: (testbed: () => Testbed) => void): void {
  describe(title, () => {
    if (complaint !== undefined || found.kind === "missing") {
      const fail = (): void => {
        throw new Error(complaint);
      };
      // Without a function mocha reports it as pending.
      it("finds its programs", isGate ? fail : undefined);
      return;
    }
    let testbed: Testbed | undefined;
    before("start the registries, push the images", async () => {
      ready ??= prepare(found.programs);
      testbed = await ready;
    });
    define(() => {
      if (testbed === undefined) throw new Error("Cannot use the testbed before its hook ran");
      return testbed;
    });
  });
}
