/**
 * Caches held against no caches: a seed decides a sequence of changes, and after each the next admission by a program that
 * remembers must equal, in every word, that of one which was started for it. Admissions are left under way while things
 * change, as they are in a cluster.
 */
import { isDeepStrictEqual } from "node:util";
import { deadlineIn } from "../../../src/app/deadline.ts";
import { ObjectCache } from "../../../src/app/object-cache.ts";
import { PodReviewer } from "../../../src/app/review-pod.ts";
import type { Review } from "../../../src/app/reviewer.ts";
import { ImageVerifier } from "../../../src/app/verify-image.ts";
import type { AdmissionRequest } from "../../../src/admission/request.ts";
import type { CompiledRule } from "../../../src/policy/compile.ts";
import type { PolicySnapshot } from "../../../src/ports/policies.ts";
import type { Registry } from "../../../src/ports/registry.ts";
import { pod, requestOf, workload, workloadRequest } from "../../support/reviews.ts";
import { Random } from "../../support/x509/seeded.ts";
import { countCalls } from "../fixtures.ts";
import { CHOICES, OPERATIONS, State, TAGS, type Operation } from "./state.ts";
import { DAY, type World } from "./world.ts";

const STEPS = 8;
/** Fires long after a run, and takes any number of listeners. */
const signal = deadlineIn(DAY);

/** A mistake made on purpose on the side that remembers, to see that it is found. */
export interface Mistake {
  readonly registry?: (registry: Registry) => Registry;
  readonly rule?: (rule: CompiledRule) => CompiledRule;
  readonly snapshot?: (snapshot: PolicySnapshot, first: PolicySnapshot) => PolicySnapshot;
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
  const registry = taggedBy(world, state);
  const remembering = countCalls(registry);
  const anew = countCalls(registry);
  const requests = new Requests(state, world);
  const cached = rememberingSide(remembering, state, mistake);
  const operations = new Map<Operation, number>();
  const outcomes = new Map<string, number>();
  const trail: string[] = [];
  const total = { admissions: 0, allowed: 0 };
  const underway = new Set<Promise<unknown>>();
  const result = (difference?: string): Run => ({
    ...total,
    operations,
    outcomes,
    asked: sumOf(remembering.calls),
    askedAnew: sumOf(anew.calls),
    ...(difference !== undefined && { difference }),
  });
  for (let step = 0; step < STEPS; step += 1) {
    if (step > 0) {
      const operation = random.pick(CHOICES);
      // Whoever asks for a tag while somebody does gets that answer, which may be the one before the move
      if (operation === "move tag") await ended(underway);
      trail.push(OPERATIONS[operation](state, random));
      state.changed();
      count(operations, operation);
    }
    for (let i = random.below(3); i > 0; i -= 1) underway.add(admit(cached, requests.next(random)));
    await turns(random.below(40));
    const request = requests.next(random);
    const [actual, wanted] = [await admit(cached, request), await admit(freshSide(anew, state), request)];
    trail.push(`asked for ${wanted.review.verdicts.map(({ image }) => image).join(" and ")} in ${request.namespace}`);
    total.admissions += 1;
    total.allowed += wanted.review.allowed ? 1 : 0;
    for (const { results } of wanted.review.verdicts)
      for (const { verdict } of results) count(outcomes, verdict.outcome);
    if (!isDeepStrictEqual(actual, wanted)) {
      await ended(underway);
      return result(
        [`seed ${seed}, step ${step}`, ...trail, `remembered: ${told(actual)}`, `anew: ${told(wanted)}`].join("\n"),
      );
    }
  }
  await ended(underway);
  return result();
}

interface Admission {
  readonly pins: unknown;
  readonly review: Review;
}

/** As the API server asks: what is to be changed, then what is to be admitted. */
async function admit(reviewer: PodReviewer, request: AdmissionRequest): Promise<Admission> {
  const { pins } = await reviewer.pin(request, signal);
  return { pins, review: await reviewer.validate(request, signal) };
}

function rememberingSide(registry: Registry, state: State, mistake: Mistake): PodReviewer {
  const { registry: spoil = (same: Registry) => same, rule, snapshot: replace } = mistake;
  const first = state.snapshot();
  const verifier = new ImageVerifier({
    registry: spoil(new ObjectCache(() => 1e8).before(registry, "")),
    ...clocksOf(state),
  });
  const snapshot = (): PolicySnapshot => {
    const now = state.snapshot();
    const own = rule === undefined ? now : spoiled(now, rule);
    return replace?.(own, first) ?? own;
  };
  return new PodReviewer({ snapshot }, verifier, () => state.now);
}

function spoiled({ policies, ...rest }: PolicySnapshot, rule: (rule: CompiledRule) => CompiledRule): PolicySnapshot {
  return { ...rest, policies: policies.map((policy) => ({ ...policy, rules: policy.rules.map(rule) })) };
}

/** Nothing in it was there before. */
function freshSide(registry: Registry, state: State): PodReviewer {
  const verifier = new ImageVerifier({ registry, ...clocksOf(state) });
  return new PodReviewer({ snapshot: () => state.snapshot() }, verifier, () => state.now);
}

function clocksOf(
  state: State,
): Pick<ConstructorParameters<typeof ImageVerifier>[0], "monotonicNow" | "now" | "cpuNow"> {
  return { monotonicNow: () => state.now, now: () => state.now, cpuNow: () => 0 };
}

/** The world's answers, and the tags of one run. */
function taggedBy({ registry }: World, state: State): Registry {
  return {
    ...registry,
    manifest: async (place, reference, waiting) =>
      await registry.manifest(place, state.tags.get(`${place.path}:${reference}`) ?? reference, waiting),
  };
}

/** Mostly what was asked for before: nothing else can be remembered. */
class Requests {
  readonly #state: State;
  readonly #world: World;
  readonly #asked: AdmissionRequest[] = [];

  constructor(state: State, world: World) {
    this.#state = state;
    this.#world = world;
  }

  next(random: Random): AdmissionRequest {
    if (this.#asked.length > 0 && random.below(3) > 0) return random.pick(this.#asked);
    const request = this.#fresh(random);
    this.#asked.push(request);
    return request;
  }

  #fresh(random: Random): AdmissionRequest {
    const containers =
      random.below(3) === 0 ? { web: this.#image(random), db: this.#image(random) } : { web: this.#image(random) };
    const namespace = random.pick(["prod", "prod", "test"]);
    if (random.below(5) > 0) return requestOf(pod(containers), { namespace });
    return requestOf(workload("Deployment", containers), { namespace, ...workloadRequest("Deployment") });
  }

  #image(random: Random): string {
    const repository = `${this.#world.host}/${random.pick(this.#state.repositories)}`;
    if (random.below(3) === 0) return `${repository}@${random.pick(this.#world.images)}`;
    return `${repository}:${random.pick(TAGS)}`;
  }
}

async function turns(number: number): Promise<void> {
  for (let i = 0; i < number; i += 1) await Promise.resolve();
}

async function ended(underway: Set<Promise<unknown>>): Promise<void> {
  await Promise.all(underway);
  underway.clear();
}

function count<T>(counts: Map<T, number>, what: T): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function sumOf(calls: Readonly<Record<string, number>>): number {
  return Object.values(calls).reduce((sum, calls) => sum + calls, 0);
}

function told({ pins, review: { allowed, message, warnings, verdicts, exceptions } }: Admission): string {
  const results = verdicts.flatMap(({ image, results }) =>
    results.map(({ policy, verdict: { rule, outcome, summary, findings, causes } }) => ({
      image,
      policy,
      rule,
      outcome,
      summary,
      findings,
      causes,
    })),
  );
  return JSON.stringify({ allowed, message, warnings, pins, exceptions, results }, undefined, 1);
}
