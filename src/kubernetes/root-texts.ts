/** ConfigMaps and Secrets that TrustRoot objects name (policy-api.md §2.7), in Sealgate's own namespace, each followed. */
import {
  isSameText,
  NO_OBJECT,
  readRootText,
  type RootText,
  type TrustRootSource,
} from "../policy/trust-root-source.ts";
import { ObjectFollower, type NamedObject, type ObjectFollowerOptions } from "./object-follower.ts";

interface NamedText extends NamedObject<RootText> {
  readonly id: string;
}

export interface RootTextsOptions extends Pick<
  ObjectFollowerOptions<RootText, NamedText>,
  "client" | "delay" | "random"
> {
  /** The text is another one than before: of the sources that `isAffected` takes. */
  readonly onChange: (isAffected: (source: TrustRootSource) => boolean) => void;
}

export class RootTexts {
  readonly #follower: ObjectFollower<RootText, NamedText>;

  constructor({ onChange, ...options }: RootTextsOptions) {
    this.#follower = new ObjectFollower({
      ...options,
      onAnswer: ({ id }, answer, before) => {
        if (!isSameText(before, answer)) onChange((source) => idOf(source) === id);
      },
    });
  }

  /** Follows `sources`, and no others any more. */
  follow(sources: readonly TrustRootSource[]): void {
    this.#follower.follow(new Map(sources.map((source) => [idOf(source), textOf(source)])));
  }

  find(source: TrustRootSource): RootText {
    const id = idOf(source);
    return this.#follower.answer(id) ?? none(this.#follower.whyNone(id));
  }

  /** As ObjectFollower has it. */
  readiness(): { readonly ok: boolean; readonly detail: string } {
    return this.#follower.readiness();
  }

  close(): void {
    this.#follower.close();
  }
}

function textOf(source: TrustRootSource): NamedText {
  const { kind, namespace, name, key } = source;
  const read: NamedText["read"] = (object) =>
    object === undefined ? NO_OBJECT[kind] : readRootText(kind, object, key);
  return { id: idOf(source), kind, namespace, name, read, refuse: none };
}

function idOf({ kind, namespace, name, key }: TrustRootSource): string {
  return `${kind} ${namespace}/${name}/${key}`;
}

function none(reason: string): RootText {
  return { kind: "none", reason };
}
