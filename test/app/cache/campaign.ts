/**
 * Caches held against no caches: a seed decides a sequence of changes, and after each the next admission by a program that
 * remembers must equal, in every word, that of one which was started for it. While the registry is away nobody can ask anew:
 * outage.ts says what an answer may be then. Admissions are left under way while things change, as they are in a cluster.
 */
import { isDeepStrictEqual } from "node:util";
import { deadlineIn } from "../../../src/app/deadline.ts";
import { ObjectCache } from "../../../src/app/object-cache.ts";
import { PodReviewer } from "../../../src/app/review-pod.ts";
import { ImageVerifier, type ImageVerifierOptions } from "../../../src/app/verify-image.ts";
import type { CompiledRule } from "../../../src/policy/compile.ts";
import type { Keychain, Keychains } from "../../../src/ports/credentials.ts";
import type { PolicySnapshot } from "../../../src/ports/policies.ts";
import type { Registry } from "../../../src/ports/registry.ts";
import { UnavailableError } from "../../../src/ports/unavailable.ts";
import { Random } from "../../support/x509/seeded.ts";
import { countCalls } from "../fixtures.ts";
import { admit, Asks, told, type Admission, type Ask } from "./asks.ts";
import { keychainsOf, shownTo } from "./credentials.ts";
import { Passed, outageProblem } from "./outage.ts";
import { CHOICES, OPERATIONS, State, type Operation } from "./state.ts";
import { DAY, type World } from "./world.ts";

const STEPS = 8;
/** Fires long after a run, and takes any number of listeners. */
const signal = deadlineIn(DAY);

/** A mistake made on purpose on the side that remembers, to see that it is found. */
export interface Mistake {
  readonly registry?: (registry: Registry, credentials: string) => Registry;
  readonly rule?: (rule: CompiledRule) => CompiledRule;
  readonly snapshot?: (snapshot: PolicySnapshot) => PolicySnapshot;
  readonly keychain?: (keychain: Keychain) => Keychain;
}

export interface Run {
  readonly admissions: number;
  readonly allowed: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly operations: ReadonlyMap<Operation, number>;
  /** Questions to the registry, by the side that remembers and by the other. */
  readonly asked: number;
  readonly askedAnew: number;
  /** What happened, and the two answers; undefined when they never differed. */
  readonly difference?: string;
}

/** One seed from its beginning to its first difference, or to its end. */
export async function runSeed(world: World, seed: number, mistake: Mistake = {}): Promise<Run> {
  const random = new Random(seed);
  const state = new State(world, random);
  const sides = new Sides(world, state, mistake);
  const asks = new Asks(state, world);
  const operations = new Map<Operation, number>();
  const outcomes = new Map<string, number>();
  const trail: string[] = [];
  const total = { admissions: 0, allowed: 0 };
  const underway = new Set<Promise<unknown>>();
  let difference: string | undefined;
  for (let step = 0; step < STEPS && difference === undefined; step += 1) {
    if (step > 0) {
      const operation = random.pick(CHOICES);
      // Whoever asks for a tag while somebody does gets that answer, which may be the one before the move
      if (operation === "move tag" || operation === "outage") await ended(underway);
      trail.push(OPERATIONS[operation](state, random));
      state.changed();
      count(operations, operation);
    }
    for (let i = random.below(3); i > 0; i -= 1) underway.add(admit(sides.remembering, asks.next(random), signal));
    await turns(random.below(40));
    const ask = asks.next(random);
    const { admission, problem } = await sides.compare(ask);
    trail.push(`asked for ${Object.values(ask.images).join(" and ")} in ${ask.namespace}`);
    total.admissions += 1;
    total.allowed += admission.review.allowed ? 1 : 0;
    for (const outcome of outcomesOf(admission)) count(outcomes, outcome);
    if (problem !== undefined) difference = [`seed ${seed}, step ${step}`, ...trail, problem].join("\n");
  }
  await ended(underway);
  return { ...total, ...sides.calls(), operations, outcomes, ...(difference !== undefined && { difference }) };
}

/** The program that remembers, and those that are started for one question. */
class Sides {
  readonly remembering: PodReviewer;
  readonly #state: State;
  readonly #keychains: Keychains;
  readonly #counted: Readonly<Record<"remembering" | "anew", ReturnType<typeof countCalls>>>;
  readonly #passed = new Passed();

  constructor(world: World, state: State, mistake: Mistake) {
    this.#state = state;
    this.#keychains = keychainsOf(world.host);
    const registry = taggedBy(world, state);
    this.#counted = { remembering: countCalls(registry), anew: countCalls(registry) };
    this.remembering = this.#rememberingSide(mistake);
  }

  calls(): Pick<Run, "asked" | "askedAnew"> {
    const { remembering, anew } = this.#counted;
    return { asked: sumOf(remembering.calls), askedAnew: sumOf(anew.calls) };
  }

  /** The answer of the side that remembers, and what is wrong with it. */
  async compare(ask: Ask): Promise<{ readonly admission: Admission; readonly problem?: string }> {
    const admission = await admit(this.remembering, ask, signal);
    const { pinned } = admission;
    if (!this.#state.isOut) {
      const wanted = await admit(this.#freshSide(false), ask, signal);
      this.#passed.note(admission, this.#state);
      if (isDeepStrictEqual(admission, wanted)) return { admission };
      return { admission, problem: `remembered: ${told(admission)}\nanew: ${told(wanted)}` };
    }
    const [reachable, unreachable] = await Promise.all(
      [false, true].map(async (isOut) => await admit(this.#freshSide(isOut), pinned, signal)),
    );
    if (reachable === undefined || unreachable === undefined) throw new Error("two were asked");
    const problem = outageProblem({ admission, reachable, unreachable }, this.#passed, this.#state);
    if (problem === undefined) return { admission };
    const all = Object.entries({ remembered: admission, "anew, were it there": reachable, anew: unreachable });
    return { admission, problem: [problem, ...all.map(([who, each]) => `${who}: ${told(each)}`)].join("\n") };
  }

  #rememberingSide(mistake: Mistake): PodReviewer {
    const {
      registry: spoil = (same) => same,
      rule,
      snapshot: replace = (same) => same,
      keychain = (same) => same,
    } = mistake;
    const cache = new ObjectCache(() => 1e8);
    const registry = this.#unlessOut(this.#counted.remembering, () => this.#state.isOut);
    const verifier = new ImageVerifier({
      registry: spoil(cache.before(registry, ""), ""),
      registryOf: (shown) => spoil(cache.before(shownTo(registry, shown, signal), shown.id), shown.id),
      ...this.#clocks(),
    });
    const snapshot = (): PolicySnapshot => {
      const now = this.#state.snapshot();
      return replace(rule === undefined ? now : spoiled(now, rule));
    };
    const keychains: Keychains = { keychain: (claim) => keychain(this.#keychains.keychain(claim)) };
    return new PodReviewer({ snapshot }, verifier, () => this.#state.now, { keychains });
  }

  /** Nothing in it was there before. */
  #freshSide(isOut: boolean): PodReviewer {
    const registry = this.#unlessOut(this.#counted.anew, () => isOut);
    const registryOf = (shown: Keychain): Registry => shownTo(registry, shown, signal);
    const verifier = new ImageVerifier({ registry, registryOf, ...this.#clocks() });
    const snapshot = this.#state.snapshot();
    const keychains = this.#keychains;
    return new PodReviewer({ snapshot: () => snapshot }, verifier, () => this.#state.now, { keychains });
  }

  #clocks(): Pick<ImageVerifierOptions, "monotonicNow" | "now" | "cpuNow"> {
    return { monotonicNow: () => this.#state.now, now: () => this.#state.now, cpuNow: () => 0 };
  }

  #unlessOut(registry: Registry, isOut: () => boolean): Registry {
    const reach = (): void => {
      if (isOut()) throw new UnavailableError("RegistryUnreachable", "the registry is away");
    };
    return {
      manifest: async (...call) => {
        reach();
        return await registry.manifest(...call);
      },
      blob: async (...call) => {
        reach();
        return await registry.blob(...call);
      },
      referrers: async (...call) => {
        reach();
        return await registry.referrers(...call);
      },
    };
  }
}

function spoiled({ policies, ...rest }: PolicySnapshot, rule: (rule: CompiledRule) => CompiledRule): PolicySnapshot {
  return { ...rest, policies: policies.map((policy) => ({ ...policy, rules: policy.rules.map(rule) })) };
}

/** The world's answers, and the tags of one run. */
function taggedBy({ registry }: World, state: State): Registry {
  return {
    ...registry,
    manifest: async (place, reference, waiting) =>
      await registry.manifest(place, state.tags.get(`${place.path}:${reference}`) ?? reference, waiting),
  };
}

function outcomesOf({ review }: Admission): readonly string[] {
  const verdicts = review.verdicts.flatMap(({ results }) => results.map(({ verdict }) => verdict));
  return verdicts.map(({ outcome, verifiedAt }) =>
    verifiedAt === undefined ? outcome : `${outcome}, verified before`,
  );
}

async function turns(number: number): Promise<void> {
  for (let i = 0; i < number; i += 1) await Promise.resolve();
}

/** With what was started and is awaited by nobody: there is no network, so it takes one turn. */
async function ended(underway: Set<Promise<unknown>>): Promise<void> {
  await Promise.all(underway);
  underway.clear();
  await new Promise((resolve) => setImmediate(resolve));
}

function count<T>(counts: Map<T, number>, what: T): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function sumOf(calls: Readonly<Record<string, number>>): number {
  return Object.values(calls).reduce((sum, calls) => sum + calls, 0);
}
