/**
 * The status of our objects, written by the leader alone (kubernetes.md §13): by server-side apply on the status subresource,
 * where it differs from what was read, a bounded number a second, and never in the way of an admission. What one leader
 * wrote is what another would write, so a change of leaders writes nothing.
 */
import type { JsonObject } from "../encoding/json.ts";
import type { Instant } from "../encoding/instant.ts";
import { itemsOf, memberOf } from "../policy/field-errors.ts";
import type { Condition, StatusContent } from "../policy/status.ts";
import { callApi } from "./api-call.ts";
import type { KubernetesApi } from "./client.ts";
import { PLURALS, type ObjectState } from "./object-state.ts";
import type { WantedStatus } from "./object-statuses.ts";

export interface StatusWriterOptions {
  readonly api: KubernetesApi;
  /** What is wanted at this instant; undefined before everything was listed. */
  wanted(now: Instant): readonly WantedStatus[] | undefined;
  /** A condition is another than it was. */
  onChange(state: ObjectState, condition: Condition): void;
  /** What was refused, and by what. */
  onFailure(path: string, reason: string): void;
  readonly now: () => number;
  readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const ROUND_MS = 1000;
/** Writes of one round: the rest waits for the next. */
const MAX_WRITES = 20;
/** What was written and is not seen yet, or was undone by somebody, is not written again before. */
const AGAIN_MS = 60_000;
/** What was refused, or had no answer, is tried again after this. */
const RETRY_MS = 5_000;
const FIELD_MANAGER = "sealgate-status";

interface Applied {
  readonly text: string;
  readonly at: Instant;
}

export class StatusWriter {
  readonly #options: StatusWriterOptions;
  #applied = new Map<string, Applied>();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Writes until the signal fires. Never rejects. */
  async lead(signal: AbortSignal): Promise<void> {
    this.#applied.clear();
    while (!signal.aborted) {
      await this.#round(signal);
      await this.#options.delay(ROUND_MS, signal);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const now = this.#options.now();
    const wanted = this.#options.wanted(now) ?? [];
    const paths = new Set(wanted.map(({ state }) => pathOf(state)));
    for (const path of this.#applied.keys()) if (!paths.has(path)) this.#applied.delete(path);
    const stale = wanted.filter((each) => this.#isStale(each, now)).slice(0, MAX_WRITES);
    for (const each of stale) {
      if (signal.aborted) return;
      await this.#write(each, now, signal);
    }
  }

  #isStale({ state, content }: WantedStatus, now: Instant): boolean {
    if (isSame(state, content)) return false;
    const applied = this.#applied.get(pathOf(state));
    return applied === undefined || applied.text !== textOf(state, content) || now - applied.at >= AGAIN_MS;
  }

  async #write({ state, content }: WantedStatus, now: Instant, signal: AbortSignal): Promise<void> {
    const path = pathOf(state);
    const { kind, name, namespace, uid } = state;
    const body = {
      apiVersion: "sealgate.dev/v1alpha1",
      kind,
      metadata: { name, uid, ...(namespace === undefined ? {} : { namespace }) },
      status: statusOf(state, content, now),
    };
    const text = textOf(state, content);
    this.#applied.set(path, { text, at: now - AGAIN_MS + RETRY_MS });
    const query = { fieldManager: FIELD_MANAGER, force: "true" };
    try {
      const { status, object } = await callApi(this.#options.api, { method: "PATCH", path, query, body }, signal);
      if (status === 200) {
        this.#applied.set(path, { text, at: now });
        this.#tell(state, content);
      }
      // Gone, or another of its name: the watch will say so
      else if (status !== 404 && status !== 409) this.#options.onFailure(path, reasonOf(status, object));
    } catch (error) {
      if (!signal.aborted) this.#options.onFailure(path, error instanceof Error ? error.message : "unknown error");
    }
  }

  #tell(state: ObjectState, { conditions }: StatusContent): void {
    for (const condition of conditions) {
      const before = conditionOf(state, condition.type);
      const isOther = ["status", "reason"].some((member) => memberOf(before, member) !== memberOf(condition, member));
      if (isOther) this.#options.onChange(state, condition);
    }
  }
}

/** A whole status; a condition that is as it was keeps the time since when it is so. */
export function statusOf(state: ObjectState, content: StatusContent, now: Instant): object {
  const { conditions, droppedFields, relaxations = [] } = content;
  const generation = state.generation === undefined ? {} : { observedGeneration: state.generation };
  return {
    ...generation,
    conditions: conditions.map((condition) => {
      const before = conditionOf(state, condition.type);
      const since = memberOf(before, "lastTransitionTime");
      const isAsBefore = memberOf(before, "status") === condition.status && typeof since === "string";
      return { ...condition, ...generation, lastTransitionTime: isAsBefore ? since : secondsOf(now) };
    }),
    ...(droppedFields.length === 0 ? {} : { droppedFields }),
    ...(relaxations.length === 0 ? {} : { relaxations }),
  };
}

/** Whatever else stands in the status belongs to somebody else. */
function isSame(state: ObjectState, content: StatusContent): boolean {
  const { status, generation } = state;
  const { conditions, droppedFields, relaxations = [] } = content;
  return (
    memberOf(status, "observedGeneration") === generation &&
    conditions.every((condition) => {
      const before = conditionOf(state, condition.type);
      const members = Object.entries({ ...condition, observedGeneration: generation });
      return members.every(([member, value]) => memberOf(before, member) === value);
    }) &&
    isList(memberOf(status, "droppedFields"), droppedFields) &&
    isList(memberOf(status, "relaxations"), relaxations)
  );
}

function isList(value: unknown, wanted: readonly string[]): boolean {
  const found = itemsOf(value, "").map((item) => item.value);
  return found.length === wanted.length && wanted.every((each, i) => found[i] === each);
}

function conditionOf({ status }: ObjectState, type: string): unknown {
  return itemsOf(memberOf(status, "conditions"), "").find(({ value }) => memberOf(value, "type") === type)?.value;
}

function textOf({ generation, uid }: ObjectState, content: StatusContent): string {
  return JSON.stringify([uid, generation, content]);
}

function pathOf({ kind, namespace, name }: ObjectState): string {
  const place = namespace === undefined ? "" : `namespaces/${namespace}/`;
  return `/apis/sealgate.dev/v1alpha1/${place}${PLURALS[kind]}/${name}/status`;
}

/** The API server's own sentence. */
function reasonOf(status: number, object: JsonObject): string {
  const message = object.get("message");
  return `the API server answered ${status}${typeof message === "string" ? `: ${message.slice(0, 256)}` : ""}`;
}

/** metav1.Time has no fractions. */
function secondsOf(now: Instant): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}
