/** Where the demo's pods are created: an API server, or the reviews that one would send. */
import type { DemoPod, End, Scene } from "./scene.ts";

export interface Answer {
  readonly end: End;
  /** As kubectl prints it. */
  readonly output: string;
  /** Of the pod that was created. */
  readonly image?: string;
}

export interface Site {
  readonly description: string;
  run(pod: DemoPod): Promise<Answer>;
  close(): Promise<void>;
}

/** Resolves once the policies are in force. */
export type OpenSite = (scene: Scene) => Promise<Site>;

/** The testbed is not built. */
export class MissingProgramsError extends Error {}

/** A warning leaves the image as it was written. */
export function admittedEnd(image: string): End {
  return image.includes("@sha256:") ? "pinned" : "warned";
}
