/** What is asked for while caches are tried, and how: as the API server asks, what is to be changed and then what is to be admitted. */
import type { Pinning, Review } from "../../../src/app/reviewer.ts";
import type { PodReviewer } from "../../../src/app/review-pod.ts";
import type { AdmissionRequest } from "../../../src/admission/request.ts";
import { pod, requestOf, workload, workloadRequest, type Members } from "../../support/reviews.ts";
import type { Random } from "../../support/x509/seeded.ts";
import { PULL_SECRETS } from "./credentials.ts";
import { TAGS, type State } from "./state.ts";
import type { World } from "./world.ts";

export interface Ask {
  readonly namespace: string;
  /** By container, in their order. */
  readonly images: Readonly<Record<string, string>>;
  readonly isTemplate: boolean;
  readonly hasPullSecret: boolean;
}

export interface Admission {
  readonly pins: Pinning["pins"];
  /** What was asked for, with its pins. */
  readonly pinned: Ask;
  readonly review: Review;
}

export async function admit(reviewer: PodReviewer, ask: Ask, signal: AbortSignal): Promise<Admission> {
  const { pins } = await reviewer.pin(requestFor(ask), signal);
  const pinned = { ...ask, images: pinnedBy(ask.images, pins) };
  return { pins, pinned, review: await reviewer.validate(requestFor(pinned), signal) };
}

function pinnedBy(images: Ask["images"], pins: Pinning["pins"]): Ask["images"] {
  const values = new Map(pins.map(({ field, value }) => [field, value]));
  const names = Object.entries(images);
  return Object.fromEntries(names.map(([name, text], i) => [name, values.get(`/spec/containers/${i}/image`) ?? text]));
}

function requestFor({ namespace, images, isTemplate, hasPullSecret }: Ask): AdmissionRequest {
  const spec: Members = hasPullSecret ? { imagePullSecrets: [{ name: PULL_SECRETS.pod }] } : {};
  if (!isTemplate) return requestOf(pod(images, spec), { namespace });
  return requestOf(workload("Deployment", images), { namespace, ...workloadRequest("Deployment") });
}

/** Mostly what was asked for before: nothing else can be remembered. */
export class Asks {
  readonly #state: State;
  readonly #world: World;
  readonly #asked: Ask[] = [];

  constructor(state: State, world: World) {
    this.#state = state;
    this.#world = world;
  }

  next(random: Random): Ask {
    if (this.#asked.length > 0 && random.below(3) > 0) return random.pick(this.#asked);
    const ask = this.#fresh(random);
    this.#asked.push(ask);
    return ask;
  }

  #fresh(random: Random): Ask {
    const images =
      random.below(3) === 0 ? { web: this.#image(random), db: this.#image(random) } : { web: this.#image(random) };
    const namespace = random.pick(["prod", "prod", "test"]);
    return { namespace, images, isTemplate: random.below(5) === 0, hasPullSecret: random.below(2) === 0 };
  }

  #image(random: Random): string {
    const repository = `${this.#world.host}/${random.pick(this.#state.repositories)}`;
    if (random.below(3) === 0) return `${repository}@${random.pick(this.#world.images)}`;
    return `${repository}:${random.pick(TAGS)}`;
  }
}

/** For whoever looks into a difference. */
export function told({ pins, review: { allowed, message, warnings, verdicts, exceptions } }: Admission): string {
  const results = verdicts.flatMap(({ image, results }) =>
    results.map(({ policy, verdict }) => ({ image, policy, ...verdict, evidence: verdict.evidence.length })),
  );
  return JSON.stringify({ allowed, message, warnings, pins, exceptions, results }, undefined, 1);
}
