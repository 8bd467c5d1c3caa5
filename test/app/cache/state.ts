/** What changes while caches are tried, and the operations that change it. A seed decides which, and how. */
import type { Digest } from "../../../src/crypto/digest.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import { compileException, type ExceptionResource } from "../../../src/policy/exception.ts";
import type { TrustRoot } from "../../../src/policy/trust-root.ts";
import type { PolicyResource } from "../../../src/policy/types.ts";
import type { PolicySnapshot } from "../../../src/ports/policies.ts";
import { parseTrustedRoot } from "../../../src/sigstore/trusted-root.ts";
import type { Random } from "../../support/x509/seeded.ts";
import { KEY, OTHER_KEY } from "../fixtures.ts";
import { KEY_SLOTS, randomException, randomPolicy, ROOT_NAMES, slotText, type KeySlot } from "./policies.ts";
import { DAY, HOUR, MINUTE, NEW_KEY, SIGSTORES, START, type World } from "./world.ts";

export const TAGS = ["1", "2"] as const;

type Root = TrustRoot | "not-ready" | undefined;

const REQUIRED = { transparencyLog: true, signedCertificateTimestamp: true, timestamp: false };
const ROOTS: readonly Root[] = [
  { material: SIGSTORES.one.trust(), requires: REQUIRED },
  { material: SIGSTORES.two.trust(), requires: REQUIRED },
  // The same instance, believed without its certificate-transparency log
  { material: withoutCtLog(), requires: { ...REQUIRED, signedCertificateTimestamp: false } },
  "not-ready",
  undefined,
];

function withoutCtLog(): TrustRoot["material"] {
  const bytes = SIGSTORES.one.trustedRoot((root) => ({ ...root, ctlogs: [] }));
  return parseTrustedRoot(bytes, { isBuiltIn: false });
}

const FIRST_KEYS: Readonly<Record<KeySlot, string>> = { release: KEY.publicKeyPem, qa: OTHER_KEY.publicKeyPem };

export class State {
  now = START;
  /** Paths of two repositories of the world. */
  readonly repositories: readonly string[];
  readonly tags = new Map<string, Digest>();
  readonly #world: World;
  readonly #keys: Record<KeySlot, string> = { ...FIRST_KEYS };
  readonly #roots: Record<string, Root> = { acme: ROOTS[0], other: ROOTS[1] };
  readonly #policies = new Map<string, PolicyResource>();
  readonly #exceptions = new Map<string, ExceptionResource>();
  #snapshot: PolicySnapshot | undefined;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.repositories = [random.pick(world.repositories), random.pick(world.repositories)];
    for (const repository of this.repositories) {
      for (const tag of TAGS) this.tags.set(`${repository}:${tag}`, random.pick(world.images));
    }
    for (let i = 0; i < 2; i += 1) this.editPolicy(random);
  }

  /** As whoever watches policies and trust roots makes it: all compiled anew after any change. */
  snapshot(): PolicySnapshot {
    this.#snapshot ??= {
      policies: [...this.#policies.values()].map((policy) =>
        compilePolicy(this.#written(policy), (name) => this.#roots[name]),
      ),
      exceptions: [...this.#exceptions.values()].map((exception) => compileException(this.#written(exception))),
      trustRoots: [],
      namespaceLabels: (name) => new Map([["env", name]]),
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

  changeTrust(random: Random): string {
    const name = random.pick(ROOT_NAMES);
    const choice = random.below(ROOTS.length);
    this.#roots[name] = ROOTS[choice];
    return `trust root ${name} is number ${choice}`;
  }

  moveTag(random: Random): string {
    const tag = anyOf([...this.tags.keys()], random);
    const digest = random.pick(this.#world.images.filter((image) => image !== this.tags.get(tag)));
    this.tags.set(tag, digest);
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
    const passed = random.pick([1, 1000, 6000, 31_000, 11 * MINUTE, HOUR, 5 * HOUR, DAY, 6 * DAY]);
    this.now += passed;
    return `${passed} ms pass`;
  }

  /** A change that was made is seen from now on. */
  changed(): void {
    this.#snapshot = undefined;
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
  "rotate key",
  "change trust",
  "change trust",
  "move tag",
  "move tag",
  "move tag",
  "add exception",
  "add exception",
  "delete exception",
  "delete exception",
  "pass time",
  "pass time",
];
