/** Objects as the API server lists them, and a PolicyWatch that runs over scripted answers. */
import assert from "node:assert/strict";
import { PolicyWatch } from "../../src/kubernetes/policy-watch.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import type { KeySource } from "../../src/policy/key-source.ts";
import type { TrustRootSource } from "../../src/policy/trust-root-source.ts";
import { withObjects } from "../../src/policy/trust-root-object.ts";
import type { Compilers, PolicySnapshot } from "../../src/ports/policies.ts";
import { KEY } from "../app/fixtures.ts";
import { compiledRoot } from "../policy/trust-roots.ts";
import { fakeApi, list, type Json, type Step } from "./fake-api.ts";

const GROUP = "/apis/sealgate.dev/v1alpha1";
export const NAMESPACED = `${GROUP}/imageverifypolicies`;
export const CLUSTER = `${GROUP}/clusterimageverifypolicies`;
export const EXCEPTIONS = `${GROUP}/imageverifyexceptions`;
export const TRUST_ROOTS = `${GROUP}/trustroots`;
export const NAMESPACES = "/api/v1/namespaces";

const entry = { name: "release", keys: { publicKeys: KEY.publicKeyPem }, insecureIgnoreTlog: true };
export const RULE = { name: "acme", imageReferences: ["*"], attestors: [{ entries: [entry] }] };

/** As the API server lists it: without kind and apiVersion. */
export function policy(name: string, namespace?: string, spec: Json = {}): Json {
  const metadata = { name, resourceVersion: "1", ...(namespace === undefined ? {} : { namespace }) };
  return { metadata, spec: { verifyImages: [RULE], ...spec } };
}

export function namespace(name: string, labels?: Json): Json {
  return { metadata: { name, resourceVersion: "1", ...(labels === undefined ? {} : { labels }) } };
}

export function exception(name: string, spec: Json = {}): Json {
  const policies = [{ kind: "ClusterImageVerifyPolicy", name: "b" }];
  const written = { policies, namespaces: ["prod"], images: ["*"], reason: "x", expires: "2026-06-30T00:00:00Z" };
  return {
    metadata: { name, resourceVersion: "1", creationTimestamp: "2026-06-01T00:00:00Z" },
    spec: { ...written, ...spec },
  };
}

export function trustRoot(name: string, spec: Json): Json {
  return { metadata: { name, resourceVersion: "1" }, spec };
}

export const COMPILE: Compilers = {
  policy: (resource, trustRoots) =>
    compilePolicy(
      resource,
      withObjects(trustRoots, () => undefined),
    ),
  trustRoot: ({ metadata, spec }) => compiledRoot({ ...spec }, metadata.name),
};

export interface Watched {
  readonly watch: PolicyWatch;
  readonly details: readonly string[];
  /** What onRootSources() was told. */
  readonly rootSources: readonly (readonly TrustRootSource[])[];
  /** What onKeySources() was told. */
  readonly sources: readonly (readonly KeySource[])[];
}

/** Runs the script of each source to its end; there are no exceptions and no trust roots where a script has none. */
export async function run(
  steps: Readonly<Record<string, readonly Step[]>>,
  compile = COMPILE,
  turn: () => Promise<void> = () => Promise.resolve(),
): Promise<Watched> {
  const over = new Set<string>();
  const details: string[] = [];
  const sources: (readonly KeySource[])[] = [];
  const rootSources: (readonly TrustRootSource[])[] = [];
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { client } = fakeApi({ [EXCEPTIONS]: [list([], "1")], [TRUST_ROOTS]: [list([], "1")], ...steps }, (path) => {
    over.add(path);
    if (over.size === 5) finish();
  });
  let seconds = 0;
  const watching = new PolicyWatch({
    client,
    compile,
    turn,
    onKeySources: (named) => sources.push(named),
    onRootSources: (named) => rootSources.push(named),
    onChange: (detail) => details.push(detail),
    delay: () => Promise.resolve(),
    random: () => 0,
    monotonicNow: () => (seconds += 1) * 1000,
  });
  assert.equal(watching.snapshot(), undefined);
  watching.start();
  await finished;
  watching.close();
  return { watch: watching, details, sources, rootSources };
}

export const names = (snapshot: PolicySnapshot | undefined): readonly string[] | undefined =>
  snapshot?.policies.map(({ id }) => `${id.kind} ${id.namespace ?? ""}/${id.name}`);
