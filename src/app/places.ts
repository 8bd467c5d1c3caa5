/**
 * How a place is asked: what the registry answers becomes read, absent or unread, and never an exception
 * (policy-api.md §4; registry.md §14). 401 and 403 on a look-up count as absent: failing open on them would be a bypass.
 */
import { VerificationFailure } from "../failure/failure.ts";
import type { Candidate } from "../policy/evidence.ts";
import type { PlaceAnswer } from "../policy/verdict.ts";
import { UnavailableError } from "../ports/unavailable.ts";

/** What one place, or one object of it, contributed. */
export interface Gathered {
  readonly places: readonly PlaceAnswer[];
  readonly candidates: readonly Candidate[];
}

/** Runs `look`; what it throws for the registry's sake becomes an answer of `place`. Defects fly on. */
export async function askPlace(place: string, look: () => Promise<Gathered>): Promise<Gathered> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof UnavailableError) return unread(place, error);
    if (!(error instanceof VerificationFailure)) throw error;
    if (error.code === "ManifestNotFound") return answer(place, "absent", "absent");
    if (error.code === "RegistryUnauthorized") return answer(place, "absent", "access refused");
    return refused(place, error);
  }
}

/** One object (a bundle, a layer) of a place: what is wrong with it is a refused candidate, not the end of the place. */
export async function askObject(subject: string, look: () => Promise<Gathered>): Promise<Gathered> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof UnavailableError) return unread(subject, error);
    if (!(error instanceof VerificationFailure)) throw error;
    return { places: [], candidates: [{ subject, entity: { ok: false, failure: error } }] };
  }
}

export function answer(place: string, state: "read" | "absent", detail: string): Gathered {
  return { places: [{ place, state, detail }], candidates: [] };
}

export function joinGathered(parts: readonly Gathered[]): Gathered {
  return { places: parts.flatMap((part) => part.places), candidates: parts.flatMap((part) => part.candidates) };
}

function unread(place: string, error: UnavailableError): Gathered {
  return { places: [unreadAnswer(place, error)], candidates: [] };
}

/** What might be there nobody can tell. */
export function unreadAnswer(place: string, error: UnavailableError): PlaceAnswer {
  return { place, state: "unread", detail: `not read: ${error.message}`, cause: error.undetermined };
}

function refused(place: string, failure: VerificationFailure): Gathered {
  return {
    places: [{ place, state: "read", detail: "unusable" }],
    candidates: [{ subject: place, entity: { ok: false, failure } }],
  };
}
