/**
 * Which rules decide over an image (policy-api.md §4, steps 3 and 4): the cluster's policies, then the namespace's, that
 * apply to the pod, and of them the rules that cover the image. Rules are found by host and first path segment of their
 * patterns, so that a thousand policies about other images cost nothing. No I/O; an empty answer asks for nothing.
 */
import type { ImageReference } from "../oci/reference.ts";
import type { CompiledPolicy, CompiledRule } from "./compile.ts";
import { MAX_NAMESPACE_RULES } from "./evaluate.ts";
import { firstSegments } from "./pattern.ts";
import type { ReviewedPod } from "./scope.ts";

export interface ApplicableRule {
  readonly policy: CompiledPolicy;
  readonly rule: CompiledRule;
}

interface Indexed extends ApplicableRule {
  readonly position: number;
}

/** By host, then by first segment; ANY where a pattern leaves it open. */
type Places = ReadonlyMap<string, ReadonlyMap<string, readonly Indexed[]>>;

interface Section {
  readonly policies: readonly CompiledPolicy[];
  readonly places: Places;
}

export interface PolicyIndex {
  readonly cluster: Section;
  readonly namespaces: ReadonlyMap<string, Section>;
}

/** No host and no segment is empty. */
const ANY = "";
const NO_POLICIES: Section = { policies: [], places: new Map() };

const indexes = new WeakMap<readonly CompiledPolicy[], PolicyIndex>();

/** Made once for a list of policies, which does not change. */
export function policyIndex(policies: readonly CompiledPolicy[]): PolicyIndex {
  const known = indexes.get(policies);
  if (known !== undefined) return known;
  const byNamespace = new Map<string, CompiledPolicy[]>();
  for (const policy of policies) {
    const namespace = policy.id.namespace ?? ANY;
    const others = byNamespace.get(namespace);
    if (others === undefined) byNamespace.set(namespace, [policy]);
    else others.push(policy);
  }
  const cluster = section(byNamespace.get(ANY) ?? []);
  byNamespace.delete(ANY);
  const namespaces = new Map(
    [...byNamespace].map(([namespace, own]) => [namespace, section(withoutTooMany(own))] as const),
  );
  const index = { cluster, namespaces };
  indexes.set(policies, index);
  return index;
}

/** Every policy that applies to the pod, whatever its images. */
export function applicablePolicies(index: PolicyIndex, pod: ReviewedPod): readonly CompiledPolicy[] {
  return sectionsOf(index, pod).flatMap(({ policies }) => policies.filter((policy) => policy.appliesTo(pod)));
}

/** The rules that decide over the images of one pod; whether a policy applies is asked once, and only where it matters. */
export function ruleFinder(
  index: PolicyIndex,
  pod: ReviewedPod,
): (reference: ImageReference) => readonly ApplicableRule[] {
  const sections = sectionsOf(index, pod);
  const answers = new Map<CompiledPolicy, boolean>();
  const applies = (policy: CompiledPolicy): boolean => {
    const answer = answers.get(policy) ?? policy.appliesTo(pod);
    answers.set(policy, answer);
    return answer;
  };
  return (reference) =>
    sections.flatMap(({ places }) =>
      lookUp(places, reference).filter(({ policy, rule }) => rule.covers(reference) && applies(policy)),
    );
}

function sectionsOf({ cluster, namespaces }: PolicyIndex, { namespace }: ReviewedPod): readonly Section[] {
  return [cluster, namespaces.get(namespace) ?? NO_POLICIES];
}

function section(policies: readonly CompiledPolicy[]): Section {
  const places = new Map<string, Map<string, Indexed[]>>();
  const rules = policies.flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })));
  for (const [position, { policy, rule }] of rules.entries()) {
    const indexed = { policy, rule, position };
    for (const { host = ANY, segment = ANY } of rule.places) {
      const segments = places.get(host) ?? new Map<string, Indexed[]>();
      places.set(host, segments.set(segment, [...(segments.get(segment) ?? []), indexed]));
    }
  }
  return { policies, places };
}

/** Candidates, each once, in the order of the policies. */
function lookUp(places: Places, { repository }: ImageReference): readonly Indexed[] {
  const segments = [ANY, ...firstSegments(repository)];
  const found = [places.get(ANY), places.get(repository.host)].flatMap((bySegment) =>
    bySegment === undefined ? [] : segments.flatMap((segment) => bySegment.get(segment) ?? []),
  );
  return [...new Set(found)].toSorted((left, right) => left.position - right.position);
}

/** Beyond the limit the rules of the youngest policies are marked, and cost nothing more. */
function withoutTooMany(policies: readonly CompiledPolicy[]): readonly CompiledPolicy[] {
  const count = policies.reduce((sum, { rules }) => sum + rules.length, 0);
  if (count <= MAX_NAMESPACE_RULES) return policies;
  const oldestFirst = policies.toSorted(
    (left, right) => (left.createdAt ?? 0) - (right.createdAt ?? 0) || (left.id.name < right.id.name ? -1 : 1),
  );
  let room = MAX_NAMESPACE_RULES;
  return oldestFirst.map((policy) => {
    room -= policy.rules.length;
    return room >= 0 ? policy : { ...policy, rules: policy.rules.map(tooMany) };
  });
}

function tooMany(rule: CompiledRule): CompiledRule {
  const { static: _undecided, ...rest } = rule;
  return { ...rest, sets: [], attestations: [], mutateDigest: false, verifyDigest: false, isTooMany: true };
}
