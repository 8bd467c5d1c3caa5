/**
 * The Policies port over the Kubernetes API: both policy kinds, exceptions, trust roots and the labels of namespaces, each
 * by its own reflector. Only what changed is compiled again, and the policies that name a trust root that did; the snapshot
 * is swapped whole, and is undefined until all were listed once.
 */
import { asObject, asString, isJsonObject } from "../encoding/guard.ts";
import { toPlain, type JsonObject } from "../encoding/json.ts";
import { keySourcesOf, type CompiledPolicy } from "../policy/compile.ts";
import { compileException, type CompiledException, type ExceptionResource } from "../policy/exception.ts";
import type { KeySource } from "../policy/key-source.ts";
import type { CompiledTrustRoot, TrustRootResource } from "../policy/trust-root-object.ts";
import type { TrustRootSource } from "../policy/trust-root-source.ts";
import type { PolicyResource } from "../policy/types.ts";
import type { Compilers, Policies, PolicySnapshot } from "../ports/policies.ts";
import type { KubernetesClient } from "./client.ts";
import { ListWatch, type ListWatchOptions } from "./list-watch.ts";
import { hasSameSpec, PLURALS, readObjectState, type ObjectState } from "./object-state.ts";

export interface PolicyWatchOptions extends Pick<ListWatchOptions, "delay" | "random"> {
  readonly client: KubernetesClient;
  readonly monotonicNow: () => number;
  /** Awaited after each policy that was compiled; absent: all are compiled without a break. */
  readonly turn?: () => Promise<void>;
  readonly compile: Compilers;
  /** Which keys outside of them the policies name, before onChange(). */
  onKeySources?(sources: readonly KeySource[]): void;
  /** Which texts outside of them the trust roots name, before onChange(). */
  onRootSources?(sources: readonly TrustRootSource[]): void;
  /** Once all was listed, and after each change of a policy, with the number in force and of those that do not compile. */
  onChange(detail: string): void;
}

export interface SourceState {
  readonly source: string;
  readonly listed: boolean;
  readonly state: string;
  /** For how long changes may have been missed; 0 while it is followed. */
  readonly staleSeconds: number;
}

const GROUP = "/apis/sealgate.dev/v1alpha1";
const SOURCES = {
  ImageVerifyPolicy: `${GROUP}/${PLURALS.ImageVerifyPolicy}`,
  ClusterImageVerifyPolicy: `${GROUP}/${PLURALS.ClusterImageVerifyPolicy}`,
  ImageVerifyException: `${GROUP}/${PLURALS.ImageVerifyException}`,
  TrustRoot: `${GROUP}/${PLURALS.TrustRoot}`,
  Namespace: "/api/v1/namespaces",
} as const;
type Source = keyof typeof SOURCES;
type PolicySource = Extract<Source, PolicyResource["kind"]>;

interface WatchedPolicy {
  readonly resource: PolicyResource;
  readonly compiled: CompiledPolicy;
  /** Names that it asked for, whether there is such a root or not. */
  readonly trustRoots: ReadonlySet<string>;
}

interface WatchedRoot {
  readonly resource: TrustRootResource;
  readonly compiled: CompiledTrustRoot;
}

export class PolicyWatch implements Policies {
  readonly #options: PolicyWatchOptions;
  readonly #policies: Record<PolicySource, Map<string, WatchedPolicy>> = {
    ImageVerifyPolicy: new Map(),
    ClusterImageVerifyPolicy: new Map(),
  };
  #exceptions = new Map<string, CompiledException>();
  #trustRoots = new Map<string, WatchedRoot>();
  #namespaces = new Map<string, ReadonlyMap<string, string>>();
  /** Everything but namespaces, as it was read last, by source and key. */
  readonly #objects: Record<ObjectState["kind"], Map<string, ObjectState>> = {
    ImageVerifyPolicy: new Map(),
    ClusterImageVerifyPolicy: new Map(),
    ImageVerifyException: new Map(),
    TrustRoot: new Map(),
  };
  readonly #states = new Map<Source, string>();
  /** Since when a source has not been followed: from the start, until it is synced. */
  readonly #staleSince = new Map<Source, number>();
  readonly #listed = new Set<Source>();
  readonly #stop = new AbortController();
  #lastChange: Promise<void> = Promise.resolve();
  #snapshot: PolicySnapshot | undefined;

  constructor(options: PolicyWatchOptions) {
    this.#options = options;
  }

  /** Starts the reflectors; they run until close(). */
  start(): void {
    for (const source of Object.keys(SOURCES) as Source[]) {
      this.#staleSince.set(source, this.#options.monotonicNow());
      void this.#follow(source);
    }
  }

  /** Compiles policies again: what they depend on beside their resource has changed. */
  async recompile(isAffected: (policy: CompiledPolicy) => boolean = () => true): Promise<void> {
    await this.#alone(async () => {
      await this.#compileAgain(({ compiled }) => isAffected(compiled));
      this.#publish();
    });
  }

  /** Compiles trust roots again whose text is another one now, and the policies that name them. */
  async recompileTrustRoots(isAffected: (source: TrustRootSource) => boolean): Promise<void> {
    await this.#alone(async () => {
      const again = ([name, root]: readonly [string, WatchedRoot]): readonly [string, WatchedRoot] => {
        const { source } = root.compiled;
        return [name, source !== undefined && isAffected(source) ? this.#compileRoot(root.resource) : root];
      };
      await this.#replaceTrustRoots(await this.#inTurns(this.#trustRoots, again));
      this.#publish("TrustRoot");
    });
  }

  close(): void {
    this.#stop.abort();
  }

  snapshot(): PolicySnapshot | undefined {
    return this.#snapshot;
  }

  /** What was read of our objects beside their specs. */
  objects(): readonly ObjectState[] {
    return Object.values(this.#objects).flatMap((kind) => [...kind.values()]);
  }

  /** For readiness: one line a source, which is not ok before it was listed, nor when it is not followed for too long. */
  checks(
    staleSeconds: number,
    observe: (source: string, seconds: number) => void,
  ): readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[] {
    return this.states().map((each) => {
      observe(each.source, each.staleSeconds);
      return { name: each.source, ok: each.listed && each.staleSeconds < staleSeconds, detail: each.state };
    });
  }

  /** What was read goes on to be enforced, however stale it is. */
  states(): readonly SourceState[] {
    const now = this.#options.monotonicNow();
    return (Object.keys(SOURCES) as Source[]).map((source) => ({
      source,
      listed: this.#listed.has(source),
      state: this.#states.get(source) ?? "starting",
      staleSeconds: Math.floor((now - (this.#staleSince.get(source) ?? now)) / 1000),
    }));
  }

  #observe(source: Source, state: string): void {
    this.#states.set(source, state);
    if (state === "synced") this.#staleSince.delete(source);
    else if (!this.#staleSince.has(source)) this.#staleSince.set(source, this.#options.monotonicNow());
  }

  async #follow(source: Source): Promise<void> {
    const { client, delay, random } = this.#options;
    await new ListWatch({
      client,
      path: SOURCES[source],
      delay,
      random,
      onReplace: (objects) => this.#replace(source, objects),
      onChange: (type, object) => this.#change(source, type, object),
      onState: (state) => this.#observe(source, state),
    }).run(this.#stop.signal);
  }

  async #replace(source: Source, objects: readonly JsonObject[]): Promise<void> {
    await this.#alone(async () => {
      if (source === "Namespace") this.#namespaces = new Map(objects.map(namespaceEntry));
      else if (source === "ImageVerifyException") this.#exceptions = new Map(objects.map(exceptionEntry));
      else if (source === "TrustRoot") {
        await this.#replaceTrustRoots(await this.#inTurns(objects, (object) => this.#rootEntry(object)));
      } else this.#policies[source] = await this.#inTurns(objects, (object) => this.#policyEntry(source, object));
      if (source !== "Namespace") {
        this.#objects[source] = new Map(objects.map((object) => [keyOf(object), readObjectState(source, object)]));
      }
      this.#listed.add(source);
      this.#publish(source);
    });
  }

  async #change(source: Source, type: "ADDED" | "MODIFIED" | "DELETED", object: JsonObject): Promise<void> {
    await this.#alone(async () => {
      if (source !== "Namespace" && this.#isKnown(source, type, object)) return;
      // New maps of what snapshots that were handed out look into: they do not change.
      if (source === "Namespace") this.#namespaces = changed(this.#namespaces, type, namespaceEntry(object));
      else if (source === "ImageVerifyException") {
        this.#exceptions = changed(this.#exceptions, type, exceptionEntry(object));
      } else if (source === "TrustRoot") {
        await this.#replaceTrustRoots(changed(this.#trustRoots, type, this.#rootEntry(object)));
      } else if (type === "DELETED") this.#policies[source].delete(keyOf(object));
      else this.#policies[source].set(...this.#policyEntry(source, object));
      this.#publish(source);
    });
  }

  /** One change after the other, since each may take several turns; what is published meanwhile is what was whole before. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#lastChange.then(work);
    this.#lastChange = done.catch(() => undefined);
    await done;
  }

  /** Others have their turns in between: a cluster may have thousands of policies, and reviews are answered meanwhile. */
  async #inTurns<T, V>(items: Iterable<T>, entry: (item: T) => readonly [string, V]): Promise<Map<string, V>> {
    const entries = new Map<string, V>();
    for (const item of items) {
      entries.set(...entry(item));
      await this.#options.turn?.();
    }
    return entries;
  }

  /** Remembers what was read. True if its spec is the one that was compiled: its status, or its labels, are others. */
  #isKnown(source: ObjectState["kind"], type: "ADDED" | "MODIFIED" | "DELETED", object: JsonObject): boolean {
    const key = keyOf(object);
    if (type === "DELETED") {
      this.#objects[source].delete(key);
      return false;
    }
    const before = this.#objects[source].get(key);
    const state = readObjectState(source, object);
    this.#objects[source].set(key, state);
    return hasSameSpec(before, state);
  }

  #policyEntry(source: PolicySource, object: JsonObject): [string, WatchedPolicy] {
    return [keyOf(object), this.#compile(resourceOf(source, object))];
  }

  #compile(resource: PolicyResource): WatchedPolicy {
    const trustRoots = new Set<string>();
    const compiled = this.#options.compile.policy(resource, (name) => {
      trustRoots.add(name);
      return this.#trustRoots.get(name)?.compiled;
    });
    return { resource, compiled, trustRoots };
  }

  #rootEntry(object: JsonObject): readonly [string, WatchedRoot] {
    const resource = toPlain(object) as Omit<TrustRootResource, "kind">;
    const root = this.#compileRoot({ ...resource, kind: "TrustRoot" });
    return [root.compiled.name, root];
  }

  #compileRoot(resource: TrustRootResource): WatchedRoot {
    return { resource, compiled: this.#options.compile.trustRoot(resource) };
  }

  /** Policies name roots that are not there too: those that come and go count as changed. */
  async #replaceTrustRoots(next: Map<string, WatchedRoot>): Promise<void> {
    const names = new Set([...this.#trustRoots.keys(), ...next.keys()]);
    const altered = [...names].filter((name) => this.#trustRoots.get(name) !== next.get(name));
    this.#trustRoots = next;
    await this.#compileAgain(({ trustRoots }) => altered.some((name) => trustRoots.has(name)));
  }

  async #compileAgain(wants: (policy: WatchedPolicy) => boolean): Promise<void> {
    for (const kind of Object.keys(this.#policies) as PolicySource[]) {
      this.#policies[kind] = await this.#inTurns(this.#policies[kind], ([key, policy]) => [
        key,
        wants(policy) ? this.#compile(policy.resource) : policy,
      ]);
    }
  }

  /** `source` is what changed; of namespaces, which change all the time, nothing is told. */
  #publish(source?: Source): void {
    if (this.#listed.size < Object.keys(SOURCES).length) return;
    const isFirst = this.#snapshot === undefined;
    const policies = Object.values(this.#policies).flatMap((kind) => sorted(kind).map(({ compiled }) => compiled));
    const exceptions = sorted(this.#exceptions);
    const namespaces = this.#namespaces;
    const trustRoots = sorted(this.#trustRoots).map(({ compiled }) => compiled);
    this.#snapshot = { policies, exceptions, trustRoots, namespaceLabels: (name) => namespaces.get(name) };
    if (!isFirst && source === "Namespace") return;
    this.#options.onKeySources?.(policies.flatMap(keySourcesOf));
    this.#options.onRootSources?.(trustRoots.flatMap(({ source }) => source ?? []));
    this.#options.onChange(snapshotDetail(this.#snapshot));
  }
}

function sorted<T>(byName: ReadonlyMap<string, T>): readonly T[] {
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function snapshotDetail({ policies, exceptions, trustRoots }: PolicySnapshot): string {
  const invalid = policies.filter((policy) => policy.rules.some((rule) => rule.errors.length > 0)).length;
  const wrong = exceptions.filter(({ errors }) => errors.length > 0).length;
  const unready = trustRoots.filter(({ errors }) => errors.length > 0).length;
  return [
    `${policies.length} policies, ${invalid} of them do not compile`,
    ...(exceptions.length === 0 ? [] : [`${exceptions.length} exceptions, ${wrong} of them are not valid`]),
    ...(trustRoots.length === 0 ? [] : [`${trustRoots.length} trust roots, ${unready} of them are not ready`]),
  ].join("; ");
}

function changed<T>(
  all: ReadonlyMap<string, T>,
  type: "ADDED" | "MODIFIED" | "DELETED",
  [name, value]: readonly [string, T],
): Map<string, T> {
  const next = new Map(all);
  if (type === "DELETED") next.delete(name);
  else next.set(name, value);
  return next;
}

function exceptionEntry(object: JsonObject): readonly [string, CompiledException] {
  const resource = toPlain(object) as Omit<ExceptionResource, "kind">;
  return [keyOf(object), compileException({ ...resource, kind: "ImageVerifyException" })];
}

/** List items carry no kind: the source says it. */
function resourceOf(kind: PolicyResource["kind"], object: JsonObject): PolicyResource {
  const resource = toPlain(object) as Omit<PolicyResource, "apiVersion" | "kind">;
  return { ...resource, apiVersion: "sealgate.dev/v1alpha1", kind };
}

function keyOf(object: JsonObject): string {
  const metadata = asObject(object.get("metadata"), "metadata");
  const namespace = metadata.get("namespace");
  return `${typeof namespace === "string" ? namespace : ""}/${asString(metadata.get("name"), "metadata.name")}`;
}

function namespaceEntry(object: JsonObject): readonly [string, ReadonlyMap<string, string>] {
  const metadata = asObject(object.get("metadata"), "metadata");
  const labels = metadata.get("labels");
  const entries = isJsonObject(labels) ? [...labels].map(([k, v]) => [k, asString(v, `labels ${k}`)] as const) : [];
  return [asString(metadata.get("name"), "metadata.name"), new Map(entries)];
}
