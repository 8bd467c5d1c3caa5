/** What changes while caches are tried, and the operations that change it. A seed decides which, and how. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../../src/encoding/text.ts";
import type { Digest } from "../../../src/crypto/digest.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import { compileException, type ExceptionResource } from "../../../src/policy/exception.ts";
import { NO_SECRET, readStoredKey } from "../../../src/policy/key-secret.ts";
import type { KeyAnswer, KeySource, KeySources } from "../../../src/policy/key-source.ts";
import { compileTrustRoot, withObjects, type CompiledTrustRoot } from "../../../src/policy/trust-root-object.ts";
import type { TrustRootSpec } from "../../../src/policy/trust-root-spec.generated.ts";
import type { PolicyResource } from "../../../src/policy/types.ts";
import type { PolicySnapshot } from "../../../src/ports/policies.ts";
import type { Random } from "../../support/x509/seeded.ts";
import { KEY, OTHER_KEY } from "../fixtures.ts";
import { KEY_SLOTS, randomException, randomPolicy, ROOT_NAMES, slotText, type KeySlot } from "./policies.ts";
import { DAY, HOUR, MINUTE, NEW_KEY, SIGSTORES, START, type World } from "./world.ts";

export const TAGS = ["1", "2"] as const;

const inlineOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

/** What the object of a name may say; undefined: there is none of the name. */
const ROOTS: readonly (CompiledTrustRoot | undefined)[] = [
  trustRoot({ inline: inlineOf(SIGSTORES.one.trustedRoot()) }),
  trustRoot({ inline: inlineOf(SIGSTORES.two.trustedRoot()) }),
  // The same instance, believed without its certificate-transparency log
  trustRoot({
    inline: inlineOf(SIGSTORES.one.trustedRoot((root) => ({ ...root, ctlogs: [] }))),
    requires: { signedCertificateTimestamp: false },
  }),
  trustRoot({ inline: "{}" }),
  undefined,
];

function trustRoot(spec: TrustRootSpec): CompiledTrustRoot {
  const resource = { apiVersion: "sealgate.dev/v1alpha1", kind: "TrustRoot", metadata: { name: "any" }, spec } as const;
  return compileTrustRoot(resource, () => assert.fail("no built-in root is named"));
}

const FIRST_KEYS: Readonly<Record<KeySlot, string>> = { release: KEY.publicKeyPem, qa: OTHER_KEY.publicKeyPem };

export class State {
  now = START;
  /** No registry can be reached. */
  isOut = false;
  /** Paths of two repositories of the world. */
  readonly repositories: readonly string[];
  readonly tags = new Map<string, Digest>();
  readonly #tagHistory = new Set<string>();
  readonly #world: World;
  readonly #keys: Record<KeySlot, string> = { ...FIRST_KEYS };
  /** Keys in Secrets of the same names; undefined: there is no such Secret. */
  readonly #secrets: Record<KeySlot, string | undefined> = { ...FIRST_KEYS };
  readonly #roots: Record<string, CompiledTrustRoot | undefined> = { acme: ROOTS[0], other: ROOTS[1] };
  readonly #labels: Record<string, string> = { prod: "prod", test: "test" };
  readonly #policies = new Map<string, PolicyResource>();
  readonly #exceptions = new Map<string, ExceptionResource>();
  #snapshot: PolicySnapshot | undefined;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.repositories = [random.pick(world.repositories), random.pick(world.repositories)];
    for (const repository of this.repositories) {
      for (const tag of TAGS) this.#setTag(`${repository}:${tag}`, random.pick(world.images));
    }
    for (let i = 0; i < 2; i += 1) this.editPolicy(random);
  }

  /** As whoever watches policies and trust roots makes it: all compiled anew after any change. */
  snapshot(): PolicySnapshot {
    if (this.#snapshot !== undefined) return this.#snapshot;
    const roots = withObjects(
      (name) => this.#roots[name],
      () => undefined,
    );
    const labels = { ...this.#labels };
    this.#snapshot = {
      policies: [...this.#policies.values()].map((policy) =>
        compilePolicy(this.#written(policy), roots, this.#keySources()),
      ),
      exceptions: [...this.#exceptions.values()].map((exception) => compileException(this.#written(exception))),
      trustRoots: [],
      namespaceLabels: (name) => new Map([["env", labels[name] ?? ""]]),
    };
    return this.#snapshot;
  }

  editPolicy(random: Random): string {
    const policy = randomPolicy(random);
    const { name, namespace = "" } = policy.metadata;
    this.#policies.set(`${namespace}/${name}`, policy);
    return `policy ${namespace}/${name} is ${JSON.stringify(policy.spec)}`;
  }

  deletePolicy(random: Random): string {
    const name = anyOf([...this.#policies.keys()], random);
    this.#policies.delete(name);
    return `policy ${name} is deleted`;
  }

  rotateKey(random: Random): string {
    const slot = random.pick(KEY_SLOTS);
    this.#keys[slot] = this.#keys[slot] === FIRST_KEYS[slot] ? NEW_KEY.publicKeyPem : FIRST_KEYS[slot];
    return `key ${slot} is rotated`;
  }

  rotateSecret(random: Random): string {
    const slot = random.pick(KEY_SLOTS);
    const choices = [FIRST_KEYS[slot], NEW_KEY.publicKeyPem, undefined, "no key"];
    const others = choices.filter((key) => key !== this.#secrets[slot]);
    this.#secrets[slot] = others[random.below(others.length)];
    return `Secret ${slot} holds ${this.#secrets[slot] ?? "nothing, and is not there"}`;
  }

  relabel(random: Random): string {
    const name = random.pick(["prod", "test"]);
    this.#labels[name] = this.#labels[name] === "prod" ? "test" : "prod";
    return `namespace ${name} has env=${this.#labels[name]}`;
  }

  changeOutage(): string {
    this.isOut = !this.isOut;
    // That nobody can tell is remembered for five seconds
    this.now += 6000;
    return this.isOut ? "the registry goes away" : "the registry comes back";
  }

  changeTrust(random: Random): string {
    const name = random.pick(ROOT_NAMES);
    const choice = random.below(ROOTS.length);
    this.#roots[name] = ROOTS[choice];
    return `trust root ${name} is number ${choice}`;
  }

  /** `tag` with its host, whether it has the digest still or not. */
  hadTag(tag: string, digest: string): boolean {
    return this.#tagHistory.has(`${tag.slice(this.#world.host.length + 1)}@${digest}`);
  }

  moveTag(random: Random): string {
    const tag = anyOf([...this.tags.keys()], random);
    const digest = random.pick(this.#world.images.filter((image) => image !== this.tags.get(tag)));
    this.#setTag(tag, digest);
    return `tag ${tag} names ${digest}`;
  }

  addException(random: Random): string {
    const exception = randomException(random, this.now);
    this.#exceptions.set(exception.metadata.name, exception);
    return `exception ${exception.metadata.name} is ${JSON.stringify(exception.spec)}`;
  }

  deleteException(random: Random): string {
    const name = anyOf([...this.#exceptions.keys()], random);
    this.#exceptions.delete(name);
    return `exception ${name} is deleted`;
  }

  passTime(random: Random): string {
    const passed = random.pick([1, 1000, 6000, 31_000, 11 * MINUTE, 11 * MINUTE, HOUR, HOUR, 5 * HOUR, DAY, 6 * DAY]);
    this.now += passed;
    return `${passed} ms pass`;
  }

  /** A change that was made is seen from now on. */
  changed(): void {
    this.#snapshot = undefined;
  }

  #setTag(tag: string, digest: Digest): void {
    this.tags.set(tag, digest);
    this.#tagHistory.add(`${tag}@${digest}`);
  }

  #keySources(): KeySources {
    const secrets = new Map<string, KeyAnswer>(
      KEY_SLOTS.map((slot) => {
        const text = this.#secrets[slot];
        return [slot, text === undefined ? NO_SECRET : readStoredKey(encodeUtf8(text))];
      }),
    );
    const find = (source: KeySource): KeyAnswer =>
      (source.kind === "secret" ? secrets.get(source.name) : undefined) ?? NO_SECRET;
    return { namespace: "sealgate", isAllowed: () => false, find };
  }

  /** With the keys of now and the host of the registry. */
  #written<T>(resource: T): T {
    const keys = new Map<unknown, string>(KEY_SLOTS.map((slot) => [slotText(slot), this.#keys[slot]]));
    const text = JSON.stringify(resource).replaceAll("HOST/", `${this.#world.host}/`);
    return JSON.parse(text, (_, value: unknown) => keys.get(value) ?? value) as T;
  }
}

function anyOf(names: readonly string[], random: Random): string {
  return names.length === 0 ? "" : random.pick(names);
}

export const OPERATIONS = {
  "edit policy": (state, random) => state.editPolicy(random),
  "delete policy": (state, random) => state.deletePolicy(random),
  "rotate key": (state, random) => state.rotateKey(random),
  "rotate Secret": (state, random) => state.rotateSecret(random),
  "label namespace": (state, random) => state.relabel(random),
  outage: (state) => state.changeOutage(),
  "change trust": (state, random) => state.changeTrust(random),
  "move tag": (state, random) => state.moveTag(random),
  "add exception": (state, random) => state.addException(random),
  "delete exception": (state, random) => state.deleteException(random),
  "pass time": (state, random) => state.passTime(random),
} as const satisfies Record<string, (state: State, random: Random) => string>;

export type Operation = keyof typeof OPERATIONS;

/** Those that are wanted more often stand there more often. */
export const CHOICES: readonly Operation[] = [
  "edit policy",
  "edit policy",
  "delete policy",
  "rotate key",
  "rotate key",
  "rotate Secret",
  "rotate Secret",
  "label namespace",
  "change trust",
  "change trust",
  "move tag",
  "move tag",
  "move tag",
  "add exception",
  "add exception",
  "delete exception",
  "delete exception",
  "outage",
  "outage",
  "outage",
  "pass time",
  "pass time",
  "pass time",
  "pass time",
];
