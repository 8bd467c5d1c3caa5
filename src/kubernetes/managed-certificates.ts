/**
 * Certificates without another program (kubernetes.md §8): the CA in one Secret, written first by whoever comes first; in
 * each replica a leaf of its own that is never stored, made anew long before it ends and whenever the CA changes. The
 * leader keeps the caBundle of the webhook configurations and walks the steps of a rotation. What it cannot read it
 * does not serve, and what was in force stays.
 */
import { toPlain, type JsonObject } from "../encoding/json.ts";
import { callApi } from "./api-call.ts";
import { formatAuthoritySecret, parseAuthoritySecret, type AuthorityState } from "./authority-secret.ts";
import { applyCaBundle, type BundleState, type WebhookConfiguration } from "./ca-bundle.ts";
import { issueLeaf, notAfterOf, type Leaf } from "./certificate-authority.ts";
import type { KubernetesApi } from "./client.ts";
import { ListWatch } from "./list-watch.ts";
import { firstAuthority, nextRotation, type RotationTimes } from "./rotation.ts";

export interface ManagedCertificatesOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly secret: string;
  readonly configurations: readonly WebhookConfiguration[];
  /** DNS names of the leaf. */
  readonly names: readonly string[];
  readonly times: RotationTimes & { readonly leafLifetimeMs: number };
  readonly report: CertificateReport;
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

export interface CertificateReport {
  /** A leaf to serve with, from now on, and the certificate of the CA that issued it. */
  serving(leaf: Leaf, authorityPem: string): void;
  rotated(step: string): void;
  /** What the leader found at first, that one is gone that was there or is there again, and that a caBundle was applied. */
  configuration(configuration: WebhookConfiguration, state: BundleState): void;
  failed(what: string, reason: string): void;
}

const RECONCILE_MS = 2_000;
const RETRY_MS = 1_000;

export class ManagedCertificates {
  readonly #options: ManagedCertificatesOptions;
  readonly #path: string;
  #state: AuthorityState | undefined;
  #leaf: Leaf | undefined;
  #detail = "the Secret was not read yet";
  #work: Promise<void> = Promise.resolve();

  constructor(options: ManagedCertificatesOptions) {
    this.#options = options;
    this.#path = `/api/v1/namespaces/${options.namespace}/secrets`;
  }

  /** For readiness. */
  detail(): { readonly ok: boolean; readonly detail: string } {
    return { ok: this.#leaf !== undefined, detail: this.#detail };
  }

  /** Every replica: follows the Secret until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { api, secret, delay, random } = this.#options;
    const renewals = this.#renew(signal);
    const take = (object: JsonObject): void => this.#enqueue(() => this.#take(object, signal));
    await new ListWatch({
      client: api,
      path: this.#path,
      selector: { fieldSelector: `metadata.name=${secret}` },
      delay,
      random,
      onReplace: (objects) => {
        if (objects[0] === undefined) this.#enqueue(() => this.#fill(undefined, signal));
        else take(objects[0]);
      },
      onChange: (type, object) => {
        if (type === "DELETED") this.#enqueue(() => this.#fill(undefined, signal));
        else take(object);
      },
      onState: (state) => {
        if (this.#leaf === undefined && state !== "synced") this.#detail = state;
      },
    }).run(signal);
    await renewals;
  }

  /** The leader alone: until the signal fires. */
  async lead(signal: AbortSignal): Promise<void> {
    const { delay, monotonicNow } = this.#options;
    const carried = { bundle: "", since: 0 };
    const presence = new Map<WebhookConfiguration, boolean>();
    while (!signal.aborted) {
      const state = this.#state;
      if (state !== undefined) {
        const bundle = state.bundle.join("");
        const isCarried = await this.#applyBundles(bundle, presence, signal);
        const isNew = carried.bundle !== bundle || !isCarried;
        if (isNew) Object.assign(carried, { bundle: isCarried ? bundle : "", since: monotonicNow() });
        await this.#rotate(state, isCarried ? monotonicNow() - carried.since : 0, signal);
      }
      await delay(RECONCILE_MS, signal);
    }
  }

  /** True if no configuration that is there lacks the bundle; one deleted by hand must not hold up a rotation. */
  async #applyBundles(
    pem: string,
    presence: Map<WebhookConfiguration, boolean>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { api, configurations, report } = this.#options;
    let isCarried = true;
    for (const configuration of configurations) {
      try {
        const state = await applyCaBundle(api, { ...configuration, pem }, signal);
        if (state === "applied") isCarried = false;
        const isPresent = state !== "absent";
        if (state === "applied" || presence.get(configuration) !== isPresent) {
          report.configuration(configuration, state);
        }
        presence.set(configuration, isPresent);
      } catch (error) {
        isCarried = false;
        if (!signal.aborted) report.failed("caBundle", reasonOf(error));
      }
    }
    return isCarried;
  }

  async #rotate(state: AuthorityState, distributedMs: number, signal: AbortSignal): Promise<void> {
    const { times, now, report } = this.#options;
    const step = await nextRotation(state, times, { now: now(), distributedMs });
    if (step === undefined) return;
    try {
      const isWritten = await this.#write(state, step.state, signal);
      if (isWritten) report.rotated(step.name);
    } catch (error) {
      if (!signal.aborted) report.failed("rotation", reasonOf(error));
    }
  }

  /** False if the Secret is no longer what `before` says: then somebody else was faster. */
  async #write(before: AuthorityState, after: AuthorityState, signal: AbortSignal): Promise<boolean> {
    const { api, secret } = this.#options;
    const path = `${this.#path}/${secret}`;
    const found = await callApi(api, { method: "GET", path }, signal);
    if (found.status !== 200) throw new Error(`the API server answered ${found.status}`);
    const current = await parseAuthoritySecret(found.object);
    if (current === undefined || !isSame(current, before)) return false;
    const body = formatAuthoritySecret(plain(found.object), after, before.asked);
    const put = await callApi(api, { method: "PUT", path, body }, signal);
    if (put.status === 409) return false;
    if (put.status !== 200) throw new Error(`the API server answered ${put.status}`);
    return true;
  }

  /** One after another, in the order of events. */
  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task, () => undefined);
  }

  async #take(secret: JsonObject, signal: AbortSignal): Promise<void> {
    try {
      const state = await parseAuthoritySecret(secret);
      if (state === undefined) return await this.#fill(secret, signal);
      const isOther = state.issuing.certPem !== this.#state?.issuing.certPem;
      this.#state = state;
      if (isOther) await this.#issue(state);
    } catch (error) {
      this.#fail(reasonOf(error));
    }
  }

  /** Puts a first CA where there is none. The first writer wins; what it wrote arrives by the watch. */
  async #fill(secret: JsonObject | undefined, signal: AbortSignal): Promise<void> {
    const { api, namespace, secret: name, now, times, delay } = this.#options;
    const empty = { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { namespace, name } };
    // Items of a list carry no kind.
    const before = secret === undefined ? empty : { ...plain(secret), apiVersion: "v1", kind: "Secret" };
    const body = formatAuthoritySecret(before, await firstAuthority(now(), times), undefined);
    const request =
      secret === undefined
        ? ({ method: "POST", path: this.#path, body } as const)
        : ({ method: "PUT", path: `${this.#path}/${name}`, body } as const);
    while (!signal.aborted) {
      try {
        const { status } = await callApi(api, request, signal);
        if ([200, 201, 409].includes(status)) return;
        this.#fail(`Cannot write Secret "${namespace}/${name}": the API server answered ${status}`);
      } catch (error) {
        this.#fail(reasonOf(error));
      }
      await delay(RETRY_MS, signal);
    }
  }

  /** A leaf is replaced after half of its life. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { now, delay, times } = this.#options;
    const checkMs = Math.min(60_000, Math.max(1_000, times.leafLifetimeMs / 10));
    while (!signal.aborted) {
      await delay(checkMs, signal);
      const [leaf, state] = [this.#leaf, this.#state];
      if (signal.aborted || leaf === undefined || state === undefined) continue;
      if (now() < (leaf.issuedAt + leaf.notAfter) / 2) continue;
      this.#enqueue(() => this.#issue(state).catch((error: unknown) => this.#fail(reasonOf(error))));
    }
  }

  async #issue({ issuing, bundle }: AuthorityState): Promise<void> {
    const { names, now, times, report } = this.#options;
    const leaf = await issueLeaf(issuing, names, { now: now(), lifetimeMs: times.leafLifetimeMs });
    this.#leaf = leaf;
    const until = (instant: number): string => new Date(instant).toISOString();
    this.#detail =
      `leaf until ${until(leaf.notAfter)}, CA until ${until(notAfterOf(issuing.certPem))}, ` +
      `${bundle.length} in the caBundle`;
    report.serving(leaf, issuing.certPem);
  }

  #fail(reason: string): void {
    if (this.#leaf === undefined) this.#detail = reason;
    this.#options.report.failed("certificate", reason);
  }
}

function isSame(left: AuthorityState, right: AuthorityState): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function plain(object: JsonObject): Record<string, unknown> {
  return toPlain(object) as Record<string, unknown>;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error) return `the API server cannot be reached (${String(error.code)})`;
  return error instanceof Error ? error.message : "unknown error";
}
