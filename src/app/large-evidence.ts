/**
 * Evidence above a size is read and verified by a thread of its own (architecture.md §2): what takes longer than a turn of the
 * event loop delays nobody else's admission. What is smaller is done here at once, since handing it over would cost more.
 */
import type { Instant } from "../encoding/instant.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Artifact, SignedEntity } from "../verify/entity.ts";
import type { VerifiedEntity } from "../verify/evidence.ts";
import { portableRequirement, type PortableRequirement } from "../verify/portable.ts";
import type { Requirement } from "../verify/requirement.ts";
import { parseEntity, type ParseTask } from "../verify/task.ts";
import type { TaskOwner, VerifyWorker } from "./worker.ts";

export const LARGE_BYTES = 256 * 1024;

export type EvidenceWorker = Pick<VerifyWorker, "parse" | "verify">;

/** Reads an entity, or says what is wrong with its bytes. Throws UnavailableError where the time of `owner` is over first. */
export type ReadEntity = (task: Omit<ParseTask, "kind">, owner: TaskOwner) => Promise<Attempt<SignedEntity>>;

export const readHere: ReadEntity = (task) => Promise.resolve(attempt(() => parseEntity(task)));

/** Without a thread everything is read here. */
export function readBy(worker: EvidenceWorker | undefined): ReadEntity {
  if (worker === undefined) return readHere;
  return async (task, owner) =>
    task.bytes.length > LARGE_BYTES ? await worker.parse({ kind: "parse", ...task }, owner) : readHere(task, owner);
}

/** By what is hashed and read of it when it is verified. */
export function isLarge({ content, logEntries }: SignedEntity): boolean {
  const payload = content.kind === "message" ? 0 : content.payload.length;
  const envelope = content.kind === "dsse" ? (content.envelope?.length ?? 0) : 0;
  return logEntries.reduce((sum, { body }) => sum + body.length, payload + envelope) > LARGE_BYTES;
}

/** One entity, and who holds it against what. */
export interface LargeEntity {
  readonly entity: SignedEntity;
  readonly requirements: readonly Requirement[];
  readonly artifact: Artifact;
  readonly now: Instant;
}

export interface LargeAnswer {
  /** In the order of the requirements. */
  readonly results: readonly Attempt<VerifiedEntity>[];
  readonly milliseconds: number;
}

/** verify() for each requirement. Throws UnavailableError for what could not be looked at in time. */
export async function verifyLarge(
  worker: EvidenceWorker,
  { entity, requirements, artifact, now }: LargeEntity,
  owner: TaskOwner,
): Promise<LargeAnswer> {
  const portable = requirements.map((each) => attempt(() => portableRequirement(entity, each)));
  const asked = portable.flatMap((each): PortableRequirement[] => (each.ok ? [each.value] : []));
  // Its bytes are needed where they are the message, and are not handed over else
  const about = entity.content.kind === "message" ? artifact : { digest: artifact.digest };
  const { results, milliseconds } = await answers(asked.length, () =>
    worker.verify({ kind: "verify", entity, requirements: asked, artifact: about, now }, owner),
  );
  const next = results.values();
  return { results: portable.map((each) => (each.ok ? (next.next().value ?? missing()) : each)), milliseconds };
}

async function answers(count: number, ask: () => Promise<LargeAnswer>): Promise<LargeAnswer> {
  if (count === 0) return { results: [], milliseconds: 0 };
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof VerificationFailure)) throw error;
    return { results: Array.from({ length: count }, () => ({ ok: false, failure: error }) as const), milliseconds: 0 };
  }
}

function missing(): never {
  throw new Error("the thread gave fewer answers than it was asked for");
}
