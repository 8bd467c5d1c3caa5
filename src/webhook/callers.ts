/**
 * Whether a request's caller may call at all (kubernetes.md §7). Certificates are judged at each request and not at the
 * handshake, so that a CA that is replaced or a certificate that ends counts for connections that stand, too.
 */
import { digestOf } from "../crypto/digest.ts";
import { encodeUtf8 } from "../encoding/text.ts";
import { attempt } from "../failure/attempt.ts";
import type { Callers } from "../ports/callers.ts";
import { parseCertificate, type Certificate } from "../x509/certificate.ts";
import { verifyChain } from "../x509/chain.ts";

/** A connection, as node:tls has it: its client has proven that it holds the key of what it shows. */
export interface Peer {
  /** An object without `raw` if it shows none. */
  getPeerCertificate(): { readonly raw?: Uint8Array; readonly subject?: { readonly CN?: unknown } };
}

interface Shown {
  /** undefined: it cannot be read. */
  readonly certificate: Certificate | undefined;
  readonly commonName: unknown;
}

const TOKEN = /^bearer ([^ ]+)$/i;

export class CallerCheck {
  readonly #callers: () => Callers;
  readonly #now: () => number;
  readonly #shown = new WeakMap<Peer, Shown>();

  constructor(callers: () => Callers, now: () => number) {
    this.#callers = callers;
    this.#now = now;
  }

  /** Why the caller is not answered, without anything that it sent; undefined if it is. */
  refusal(peer: Peer, authorization: string | undefined): string | undefined {
    const callers = this.#callers();
    if (callers.kind === "anybody") return undefined;
    if (callers.kind === "bearerToken") {
      const [, token] = TOKEN.exec(authorization ?? "") ?? [];
      if (token === undefined) return "the caller sends no bearer token";
      return callers.digests.has(digestOf(encodeUtf8(token)))
        ? undefined
        : "the caller's bearer token is none of those taken";
    }
    const { certificate, commonName } = this.#certificateOf(peer);
    if (certificate === undefined) return "the caller shows no client certificate";
    const verified = attempt(() => verifyChain(certificate, callers.authorities, [this.#now()], "clientAuth"));
    if (!verified.ok) return `the caller's client certificate is not accepted (${verified.failure.code})`;
    const isNamed = callers.commonNames.some((each) => each === commonName);
    return isNamed ? undefined : "the caller's client certificate bears none of the common names";
  }

  #certificateOf(peer: Peer): Shown {
    const known = this.#shown.get(peer);
    if (known !== undefined) return known;
    const { raw, subject } = peer.getPeerCertificate();
    const parsed = raw === undefined ? undefined : attempt(() => parseCertificate(raw));
    const shown = { certificate: parsed?.ok === true ? parsed.value : undefined, commonName: subject?.CN };
    this.#shown.set(peer, shown);
    return shown;
  }
}
