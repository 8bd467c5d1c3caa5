// The application over the real client and an embedded registry, or over a registry that a test writes by hand.
import assert from "node:assert/strict";
import type { AdmissionRequest } from "../../src/admission/request.ts";
import { PodReviewer } from "../../src/app/review-pod.ts";
import type { Review } from "../../src/app/reviewer.ts";
import { ImageVerifier } from "../../src/app/verify-image.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import { compilePolicy, type CompiledPolicy } from "../../src/policy/compile.ts";
import type { CompiledException } from "../../src/policy/exception.ts";
import type { PolicyResource } from "../../src/policy/types.ts";
import type { Keychain, Keychains } from "../../src/ports/credentials.ts";
import type { Registry } from "../../src/ports/registry.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import { pod, requestOf, type Members } from "../support/reviews.ts";
import { makeKeyPair, type KeyPair } from "../support/signer.ts";
import { withRegistry } from "../registry/fixtures.ts";

export const KEY = makeKeyPair();
export const OTHER_KEY = makeKeyPair();
export const LABELS: ReadonlyMap<string, string> = new Map([["kubernetes.io/metadata.name", "prod"]]);

/** The instant of every decision. */
export const NOW = Date.UTC(2026, 5, 1);

export const PATIENT = { connectMs: 5_000, firstByteMs: 5_000, idleMs: 5_000 };

export interface PolicyText {
  readonly name?: string;
  readonly namespace?: string;
  readonly spec?: Members;
  readonly rule?: Members;
  readonly key?: KeyPair;
}

/** One rule, "acme", for every image: signed by KEY without a log. With a namespace it is the namespaced kind. */
export function makePolicy({ name = "signed", namespace, spec, rule, key = KEY }: PolicyText = {}): CompiledPolicy {
  const entry = { name: "release", keys: { publicKeys: key.publicKeyPem }, insecureIgnoreTlog: true };
  const resource: unknown = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: namespace === undefined ? "ClusterImageVerifyPolicy" : "ImageVerifyPolicy",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      verifyImages: [{ name: "acme", imageReferences: ["*"], attestors: [{ entries: [entry] }], ...rule }],
      ...spec,
    },
  };
  return compilePolicy(resource as PolicyResource, () => undefined);
}

/** Asks for a digest in the pod, and for nothing of a registry. */
export const DIGEST_ONLY: Members = { attestors: undefined, mutateDigest: false, verifyDigest: true };

export interface Application {
  readonly verifier: ImageVerifier;
  readonly reviewer: PodReviewer;
  /** The policies in force from now on. */
  readonly enforce: (...policies: readonly CompiledPolicy[]) => void;
  /** The exceptions in force from now on. */
  readonly except: (...exceptions: readonly CompiledException[]) => void;
  /** Lets so many milliseconds go by. */
  readonly advance: (milliseconds: number) => void;
}

/** What the application shows to registries; without it, nothing. */
export interface Shown {
  readonly keychains: Keychains;
  readonly registryOf: (keychain: Keychain) => Registry;
}

/** `labels` are those of every namespace; null: they cannot be read. */
export function makeApplication(
  registry: Registry,
  policies: readonly CompiledPolicy[],
  labels: ReadonlyMap<string, string> | null = LABELS,
  shown?: Shown,
): Application {
  let inForce = policies;
  let exceptions: readonly CompiledException[] = [];
  let milliseconds = 1;
  let now = NOW;
  const verifier = new ImageVerifier({
    registry,
    ...(shown === undefined ? {} : { registryOf: shown.registryOf }),
    monotonicNow: () => (milliseconds += 1),
    now: () => now,
    cpuNow: () => 0,
  });
  const snapshot = { trustRoots: [], namespaceLabels: () => labels ?? undefined };
  return {
    verifier,
    reviewer: new PodReviewer(
      { snapshot: () => ({ ...snapshot, policies: inForce, exceptions }) },
      verifier,
      () => now,
      { keychains: shown?.keychains },
    ),
    advance: (more) => {
      milliseconds += more;
      now += more;
    },
    except: (...next) => {
      exceptions = next;
    },
    enforce: (...next) => {
      inForce = next;
    },
  };
}

export interface Bench extends Application {
  readonly server: EmbeddedRegistry;
  readonly registry: Registry;
  /** `host/acme/web` */
  readonly repository: string;
  readonly signal: AbortSignal;
  readonly validate: (image: string, request?: Members) => Promise<Review>;
}

export const PATH = "acme/web";

/** Runs `test` with one policy, makePolicy(), over a registry on loopback. */
export async function withApplication(
  options: Parameters<typeof withRegistry>[0] & { readonly policies?: readonly CompiledPolicy[] },
  test: (bench: Bench) => Promise<void>,
): Promise<void> {
  const { policies = [makePolicy()], ...registryOptions } = options;
  await withRegistry({ timeouts: PATIENT, ...registryOptions }, async ({ server, client, signal }) => {
    const application = makeApplication(client, policies);
    const validate = (image: string, request: Members = {}): Promise<Review> =>
      application.reviewer.validate(requestOf(pod({ web: image }), request), signal);
    const repository = `${server.host}/${PATH}`;
    await test({ ...application, server, registry: client, repository, signal, validate });
  });
}

export interface Breakable extends Registry {
  /** What every call fails with from now on; undefined: nothing. */
  fails: Error | undefined;
  /** Every call waits until it is left. */
  hangs: boolean;
}

/** A registry that can go away and come back. */
export function breakable(registry: Registry): Breakable {
  const broken: Breakable = { fails: undefined, hangs: false, ...registry };
  const guarded =
    <A extends readonly unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (broken.fails !== undefined) throw broken.fails;
      return broken.hangs ? await new Promise<never>(() => undefined) : await call(...args);
    };
  broken.manifest = guarded((...call: Parameters<Registry["manifest"]>) => registry.manifest(...call));
  broken.blob = guarded((...call: Parameters<Registry["blob"]>) => registry.blob(...call));
  broken.referrers = guarded((...call: Parameters<Registry["referrers"]>) => registry.referrers(...call));
  return broken;
}

/** Every outcome and code of a review, for example ["Fail NoSignatureFound"]. */
export function outcomes({ verdicts }: Review): readonly string[] {
  return verdicts.flatMap(({ results }) =>
    results.map(({ verdict: { outcome, findings } }) =>
      [outcome, ...new Set(findings.map(({ code }) => code))].join(" "),
    ),
  );
}

/** A registry of no network: every call fails the test unless it is written. */
export function fakeRegistry(calls: Partial<Registry>): Registry {
  const unexpected = (call: string) => (): never => assert.fail(`the registry was asked for a ${call}`);
  return {
    manifest: unexpected("manifest"),
    blob: unexpected("blob"),
    referrers: unexpected("list of referrers"),
    ...calls,
  };
}

export interface CountedRegistry extends Registry {
  /** Calls by kind. */
  readonly calls: Readonly<Record<"manifest" | "blob" | "referrers", number>>;
}

export function countCalls(registry: Registry): CountedRegistry {
  const calls = { manifest: 0, blob: 0, referrers: 0 };
  return {
    calls,
    manifest: (...call) => {
      calls.manifest += 1;
      return registry.manifest(...call);
    },
    blob: (...call) => {
      calls.blob += 1;
      return registry.blob(...call);
    },
    referrers: (...call) => {
      calls.referrers += 1;
      return registry.referrers(...call);
    },
  };
}

export function byDigest(repository: string, digest: Digest): string {
  return `${repository}@${digest}`;
}

/** A review of one container whose image is `image`. */
export function requestFor(image: string): AdmissionRequest {
  return requestOf(pod({ web: image }));
}
