/**
 * `npm run demo`: what Sealgate is for, on two screens. Images on an embedded registry, signed by key and by name (a Sigstore in
 * memory) and scanned, three policies, the real program over TLS, and what a kubectl user sees. With `-- --cluster` a real
 * kube-apiserver and kubectl stand between. Everything is on loopback and gone afterwards. Exit 0 if every pod met its
 * expected end, 1 if not, 2 for usage.
 */
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { startRegistry } from "../test/support/registry/registry.ts";
import { CONFIG } from "./demo/config.ts";
import { ATTACKS, makeAttacks } from "./demo/attacks.ts";
import { clusterSite } from "./demo/cluster.ts";
import { makePrivate, openPrivate, PRIVATE } from "./demo/private.ts";
import { openReviews } from "./demo/reviews.ts";
import { makeScene, TRUST_ROOT, type DemoPod } from "./demo/scene.ts";
import { bold, green, red, yellow } from "./demo/terminal.ts";
import { MissingProgramsError, type Answer, type Site } from "./demo/site.ts";

const USAGE = `Usage: npm run demo [-- --cluster | --hostile | --private]

Without arguments everything comes from this clone: registry, signers, Sigstore,
webhook and the AdmissionReviews that an API server would send. With --cluster the same goes
through a real kube-apiserver with kubectl; "npm run testbed" builds them once.
With --hostile the registry attacks whoever asks it, in ten ways.
With --private it wants a password, and pods bring pull secrets, or none.
`;

async function main(): Promise<number> {
  const flags = readFlags();
  if (flags === undefined || flags.help) {
    (flags === undefined ? process.stderr : process.stdout).write(USAGE);
    return flags === undefined ? 2 : 0;
  }
  const started = performance.now();
  if (flags.hostile) return await showAttacks(started);
  if (flags.private) return await showPrivate(started);
  const open = flags.cluster ? clusterSite() : openReviews;
  const registry = await startRegistry();
  let site: Site | undefined;
  try {
    const scene = await makeScene(registry);
    const { pods, policies } = scene;
    console.log(bold(`1. A registry (${registry.host}), a team with a key and a Sigstore of its own, and images`));
    for (const { repository, tag, title } of pods) console.log(`   ${`${repository}:${tag}`.padEnd(17)} ${title}`);
    console.log(
      bold(
        "\n2. Three policies. Two in full: who must have signed, and what the latest scan must say of vulnerabilities",
      ),
    );
    const [signed, scanned] = policies.map(({ object }) => indented(stringify(object, { lineWidth: 0 })));
    console.log(`${signed}\n${scanned}`);
    console.log(bold("The third asks the same signatures of other namespaces, as a warning"));
    console.log(bold(`The Sigstore whose names are trusted stands in the configuration file, as "${TRUST_ROOT}"`));
    console.log(indented(CONFIG));
    const third = flags.cluster
      ? "3. etcd, kube-apiserver and the webhook (some ten seconds)"
      : "3. The webhook, over TLS";
    console.log(bold(third));
    site = await open(scene);
    console.log(`   ${site.description}\n`);
    console.log(bold("4. What a kubectl user sees"));
    return await showAll(pods, site, started);
  } finally {
    await site?.close();
    await registry.stop();
  }
}

/** The program of the demo before a registry whose owner wishes it ill. */
async function showAttacks(started: number): Promise<number> {
  const registry = await startRegistry();
  let site: Site | undefined;
  try {
    const scene = await makeAttacks(registry);
    site = await openReviews(scene);
    console.log(bold(`${ATTACKS.length} attacks by a registry (${registry.host}), and what a kubectl user sees`));
    return await showAll(scene.pods, site, started);
  } finally {
    await site?.close();
    await registry.stop();
  }
}

/** One image, and pods with and without a pull secret. */
async function showPrivate(started: number): Promise<number> {
  const registry = await startRegistry({ auth: PRIVATE });
  let site: Site | undefined;
  try {
    const scene = await makePrivate(registry);
    site = await openPrivate(scene, registry.host);
    console.log(bold(`A registry that wants a password (${registry.host}), and what a kubectl user sees`));
    console.log(`   ${site.description}`);
    return await showAll(scene.pods, site, started);
  } finally {
    await site?.close();
    await registry.stop();
  }
}

async function showAll(pods: readonly DemoPod[], site: Site, started: number): Promise<number> {
  const unexpected: string[] = [];
  for (const pod of pods) {
    console.log(`\n${bold(`${pod.repository}: ${pod.title}`)}`);
    console.log(`$ kubectl -n ${pod.namespace} run ${pod.name} --image=${pod.image}${overridesOf(pod)}`);
    const answer = await site.run(pod);
    show(answer);
    if (answer.end !== pod.expected) unexpected.push(`${pod.name} was ${answer.end}, want ${pod.expected}`);
    if (!answer.output.includes(pod.code ?? "")) unexpected.push(`${pod.name} was not ${answer.end} for ${pod.code}`);
  }
  const count = (end: Answer["end"]): number => pods.filter(({ expected }) => expected === end).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (unexpected.length > 0) {
    console.error(`\n${red("The demo did not go as it should:")} ${unexpected.join("; ")}`);
    return 1;
  }
  console.log(
    `\n${bold("In sum:")} ${count("pinned")} admitted and pinned to their digest, ${count("warned")} admitted with a warning, ` +
      `${count("denied")} denied, in ${seconds} s.`,
  );
  return 0;
}

function show({ end, output, image }: Answer): void {
  const paint = { pinned: green, warned: yellow, denied: red }[end];
  console.log(paint(output.trimEnd()));
  if (image !== undefined) console.log(`image: ${image}`);
}

function overridesOf({ pullSecrets }: DemoPod): string {
  if (pullSecrets === undefined) return "";
  const imagePullSecrets = pullSecrets.map((name) => ({ name }));
  return ` --overrides='${JSON.stringify({ spec: { imagePullSecrets } })}'`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gmu, "   ");
}

interface Flags {
  readonly cluster: boolean;
  readonly hostile: boolean;
  readonly private: boolean;
  readonly help: boolean;
}

function readFlags(): Flags | undefined {
  try {
    const isSet = { type: "boolean", default: false } as const;
    const options = { cluster: isSet, hostile: isSet, private: isSet, help: { ...isSet, short: "h" } } as const;
    const flags = parseArgs({ options, strict: true }).values;
    const chosen = [flags.cluster, flags.hostile, flags.private].filter(Boolean);
    if (chosen.length > 1) throw new Error("--cluster, --hostile and --private do not go together");
    return flags;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof MissingProgramsError ? 2 : 1;
}
