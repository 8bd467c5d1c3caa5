/**
 * A registry that attacks whoever asks it (registry.md §10, §15): each behaviour answers the requests that its path names, all
 * others are answered as ever. Everything that must not reach a message holds the word of LEAK.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { MEDIA_TYPE } from "../../../src/oci/manifest.ts";
import type { EmbeddedRegistry, Hook } from "./registry.ts";

/** In each body and address that an answer leads to. */
export const LEAK = "l3ak";

export interface Behaviour {
  /** The requests that it answers. */
  readonly on: RegExp;
  readonly how: (response: ServerResponse, context: Context) => void;
  /** How a review of an image ends that only this registry could speak for: outcome and codes. */
  readonly ends: string;
  /** The most that it gets rid of on one connection, where it would never stop by itself. */
  readonly maxBytes?: number;
  /** The image has a good signature, which the behaviour is in the way of. */
  readonly isSigned?: boolean;
}

export interface Context {
  readonly request: IncomingMessage;
  /** A host that has no business here, and logs what it is shown. */
  readonly stranger: string;
  /** How many requests the behaviour answered before. */
  readonly seen: number;
}

const MIB = 1024 * 1024;
const IMAGE = /\/manifests\/sha256:/;
const BLOB = /\/blobs\//;
const REFERRERS = /\/referrers\//;
const FALLBACK = /\/manifests\/sha256-[0-9a-f]{64}$/;
const SIGNATURES = /\.sig$/;
const ATTESTATIONS = /\.att$/;
const ZEROS = `sha256:${"0".repeat(64)}`;

/** Attacks by a sentence that says what they are. */
export const HOSTILE: Readonly<Record<string, Behaviour>> = {
  "a manifest without end": endless(IMAGE, MEDIA_TYPE.ociManifest, 4 * MIB),
  "a page of referrers without end": endless(REFERRERS, MEDIA_TYPE.ociIndex, 4 * MIB),
  "a list of signatures without end": endless(SIGNATURES, MEDIA_TYPE.ociManifest, 4 * MIB),
  "a signature without end": { ...endless(BLOB, "application/octet-stream", 65_536), isSigned: true },
  "an error page without end": {
    on: SIGNATURES,
    how: (response) => pour(response, 404, { "content-type": "text/html" }),
    ends: "Fail NoSignatureFound",
    maxBytes: 65_536,
  },
  "headers without end": {
    on: SIGNATURES,
    how: (response) => {
      const { socket } = response;
      if (socket !== null) keepWriting(socket, `HTTP/1.1 200 OK\r\n${`x-a: ${LEAK}\r\n`.repeat(500)}`);
    },
    ends: "Fail RegistryAnswerUnexpected",
    maxBytes: 65_536,
  },
  "a hundred thousand referrers": listing(REFERRERS, index(20_000), "Fail ManifestMalformed"),
  "a hundred thousand referrers under the fallback tag": listing(FALLBACK, index(20_000), "Fail ManifestMalformed"),
  "more signatures than anybody makes": listing(SIGNATURES, layers(10_001), "Fail ManifestMalformed"),
  "a thousand signatures that are not there": listing(SIGNATURES, layers(1000), "Fail BlobNotFound TooManyCandidates"),
  "signatures of 16 MiB each, by their own word": listing(
    SIGNATURES,
    layers(8, 16 * MIB),
    "Fail TooManyCandidates BlobNotFound",
  ),
  "a signature of a gigabyte, by its own word": listing(
    SIGNATURES,
    layers(1, 1024 * MIB),
    "Fail RegistryAnswerTooLarge",
  ),
  "JSON a million levels deep": listing(SIGNATURES, "[".repeat(MIB), "Fail ManifestMalformed"),
  "a million empty objects": listing(SIGNATURES, `{"layers":[${"{},".repeat(1_398_000)}{}]}`, "Fail ManifestMalformed"),
  "two million escapes": listing(SIGNATURES, `{"${LEAK}":"${"\\n".repeat(2_097_000)}"}`, "Fail ManifestMalformed"),
  "attestations that are no JSON": listing(ATTESTATIONS, `{"${LEAK}`, "Fail ManifestMalformed"),
  "pages without end": {
    on: REFERRERS,
    how: (response, { seen }) => {
      const link = `<?page=${seen + 1}>; rel="next"`;
      response.writeHead(200, { "content-type": MEDIA_TYPE.ociIndex, link }).end(index(0));
    },
    ends: "Fail TooManyCandidates",
  },
  "a page that is its own next page": linked((request) => request.url ?? ""),
  "a next page on another host": linked((_, stranger) => `http://${stranger}/${LEAK}`),
  "a next page of another repository": linked(() => `/v2/${LEAK}/referrers/${ZEROS}`),
  "a document that is manifest and index": listing(
    SIGNATURES,
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociManifest, manifests: [], layers: [] }),
    "Fail ManifestAmbiguous",
  ),
  "a duplicate key with a secret name": listing(
    SIGNATURES,
    layers(1).replace(/^\{/, `{"${LEAK}":1,"${LEAK}":2,`),
    "Fail ManifestMalformed",
  ),
  "an annotation with a secret name that is no text": listing(
    SIGNATURES,
    layers(1).replace(/\}$/, `,"annotations":{"${LEAK}":1}}`),
    "Fail ManifestMalformed",
  ),
  "duplicate keys": listing(SIGNATURES, layers(1).replace(/^\{/, '{"layers":[],'), "Fail ManifestMalformed"),
  "keys in another case": listing(SIGNATURES, layers(1).replace(/^\{/, '{"Layers":[],'), "Fail ManifestMalformed"),
  "a Docker schema 1 manifest": {
    on: SIGNATURES,
    how: (response) => {
      const type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
      response.writeHead(200, { "content-type": type }).end(JSON.stringify({ schemaVersion: 1, name: LEAK }));
    },
    ends: "Fail ManifestSchema1",
  },
  "other bytes than the digest names": listing(IMAGE, layers(0), "Fail ManifestDigestMismatch"),
  "another blob than the descriptor names": {
    on: BLOB,
    how: (response) => void response.writeHead(200).end(LEAK),
    ends: "Fail BlobDigestMismatch",
    isSigned: true,
  },
  "a body cut short": raw(
    `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n{"${LEAK}`,
    "Fail RegistryAnswerTruncated",
  ),
  "a connection that ends within a body": raw(
    `HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"${LEAK}`,
    "Undetermined RegistryUnreachable",
  ),
  "a body longer than its Content-Length": raw(
    `HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{"${LEAK}`,
    "Fail ManifestMalformed",
  ),
  "two Content-Lengths": raw(
    `HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 200\r\n\r\n{}${LEAK}`,
    "Fail RegistryAnswerTruncated",
  ),
  "no HTTP at all": raw(`SSH-2.0-${LEAK}\r\n`, "Fail RegistryAnswerUnexpected"),
  "a compressed body": {
    on: SIGNATURES,
    how: (response) => {
      const headers = { "content-type": MEDIA_TYPE.ociManifest, "content-encoding": "gzip" };
      response.writeHead(200, headers).end(LEAK);
    },
    ends: "Fail RegistryAnswerUnexpected",
  },
  "headers that trickle": {
    on: IMAGE,
    how: ({ socket }) => {
      socket?.write("HTTP/1.1 200 OK\r\nx-a: ");
      trickle(() => socket?.write("a"), socket);
    },
    ends: "Undetermined RegistryUnreachable",
  },
  "a body that trickles": {
    on: IMAGE,
    how: (response) => {
      response.writeHead(200, { "content-type": MEDIA_TYPE.ociManifest });
      trickle(() => response.write(" "), response.socket);
    },
    ends: "Undetermined DeadlineSpent",
  },
  "a tarpit": { on: /./, how: () => undefined, ends: "Undetermined RegistryUnreachable" },
  "a connection reset": {
    on: IMAGE,
    how: (response) => void response.destroy(),
    ends: "Undetermined RegistryUnreachable",
  },
  "429 with seconds": status(IMAGE, 429, { "retry-after": "3600" }, "Undetermined RegistryThrottled"),
  "429 with a date": status(
    IMAGE,
    429,
    { "retry-after": "Fri, 31 Dec 2099 23:59:59 GMT" },
    "Undetermined RegistryThrottled",
  ),
  "a redirect out of https, or to another host": redirect(
    (stranger) => `http://${stranger}/${LEAK}`,
    "RedirectRefused",
  ),
  "a redirect to itself": redirect(() => `/v2/${LEAK}`, "RedirectRefused", /./),
  "a redirect with credentials in its address": redirect(
    (stranger) => `https://a:${LEAK}@${stranger}/`,
    "RedirectRefused",
  ),
  "a redirect to the metadata service": redirect(() => `https://169.254.169.254/${LEAK}`, "AddressBlocked"),
  "a redirect to the metadata service, mapped": redirect(
    () => `https://[::ffff:169.254.169.254]/${LEAK}`,
    "AddressBlocked",
  ),
  "a redirect to a private address": redirect(() => `https://10.1.2.3/${LEAK}`, "AddressBlocked"),
  "a redirect to the API server": redirect(() => `https://kubernetes.default.svc/${LEAK}`, "HostBlocked"),
  "a redirect to another port": redirect(() => `https://cdn.example:6443/${LEAK}`, "PortBlocked"),
  "a redirect to a name that is at the metadata service": redirect(
    () => `https://rebind.example/${LEAK}`,
    "AddressBlocked",
  ),
  "a token service at a private address": realm(() => `https://10.1.2.3/${LEAK}`, "AddressBlocked"),
  "a token service that is no https": realm((stranger) => `http://${stranger}/${LEAK}`),
  "a token service with credentials in its address": realm((stranger) => `https://a:${LEAK}@${stranger}/`),
};

/** From now on `registry` behaves like that; the answer is what it wrote on one connection, at most. */
export function behave(registry: EmbeddedRegistry, stranger: string, behaviour: Behaviour): () => number {
  const { hook, written } = hookOf(behaviour, stranger);
  registry.misbehave(hook);
  return written;
}

/** For a registry of several behaviours, each for requests of its own. */
export function hookOf(
  { on, how }: Behaviour,
  stranger: string,
): { readonly hook: Hook; readonly written: () => number } {
  let seen = 0;
  let most = 0;
  const sockets = new Set<Socket>();
  const hook: Hook = (request, response) => {
    if (!on.test(request.url ?? "")) return false;
    const { socket } = request;
    if (!sockets.has(socket)) {
      sockets.add(socket.on("error", () => undefined));
      socket.once("close", () => {
        most = Math.max(most, socket.bytesWritten);
        sockets.delete(socket);
      });
    }
    response.on("error", () => undefined);
    how(response, { request, stranger, seen });
    seen += 1;
    return true;
  };
  return { hook, written: () => Math.max(most, ...[...sockets].map(({ bytesWritten }) => bytesWritten)) };
}

function endless(on: RegExp, contentType: string, maxBytes: number): Behaviour {
  return {
    on,
    how: (response) => pour(response, 200, { "content-type": contentType }),
    ends: "Fail RegistryAnswerTooLarge",
    maxBytes,
  };
}

/** Writes for as long as somebody reads. */
function pour(response: ServerResponse, code: number, headers: Readonly<Record<string, string>>): void {
  response.writeHead(code, headers);
  keepWriting(response, LEAK.repeat(4096));
}

function keepWriting(target: ServerResponse | Socket, chunk: string): void {
  let isOpen = true;
  target.once("close", () => {
    isOpen = false;
  });
  const more = (): void => {
    while (isOpen && !target.destroyed && target.write(chunk));
    if (isOpen) target.once("drain", more);
  };
  more();
}

/** For as long as a review may last, and a little more: whoever waits for the end of it waits in vain. */
function trickle(drop: () => void, socket: ServerResponse["socket"]): void {
  const timer = setInterval(drop, 30);
  setTimeout(() => socket?.destroy(), 2_000).unref();
  socket?.once("close", () => clearInterval(timer));
}

function listing(on: RegExp, body: string, ends: string): Behaviour {
  const mediaType =
    body.includes('"manifests":[{') || body.includes('"manifests":[]}') ? MEDIA_TYPE.ociIndex : MEDIA_TYPE.ociManifest;
  return { on, how: (response) => void response.writeHead(200, { "content-type": mediaType }).end(body), ends };
}

function linked(target: (request: IncomingMessage, stranger: string) => string): Behaviour {
  return {
    on: REFERRERS,
    how: (response, { request, stranger }) => {
      const link = `<${target(request, stranger)}>; rel="next"`;
      response.writeHead(200, { "content-type": MEDIA_TYPE.ociIndex, link }).end(index(0));
    },
    ends: "Fail RegistryAnswerUnexpected",
  };
}

function raw(text: string, ends: string): Behaviour {
  return { on: SIGNATURES, how: ({ socket }) => void socket?.end(text), ends };
}

function status(on: RegExp, code: number, headers: Readonly<Record<string, string>>, ends: string): Behaviour {
  return { on, how: (response) => void response.writeHead(code, headers).end(LEAK), ends };
}

function redirect(target: (stranger: string) => string, code: string, on = IMAGE): Behaviour {
  return {
    on,
    how: (response, { stranger }) => void response.writeHead(307, { location: target(stranger) }).end(LEAK),
    ends: `Fail ${code}`,
  };
}

function realm(address: (stranger: string) => string, code = "TokenRefused"): Behaviour {
  return {
    on: IMAGE,
    how: (response, { stranger }) => {
      const challenge = `Bearer realm="${address(stranger)}",service="${LEAK}"`;
      response.writeHead(401, { "www-authenticate": challenge }).end(LEAK);
    },
    ends: `Fail ${code}`,
  };
}

function index(count: number): string {
  const manifests = Array.from({ length: count }, (_, i) => ({
    mediaType: MEDIA_TYPE.ociManifest,
    digest: numbered(i),
    size: 2,
  }));
  return JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests });
}

function layers(count: number, size = 2): string {
  const mediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: ZEROS, size: 2 },
    layers: Array.from({ length: count }, (_, i) => ({ mediaType, digest: numbered(i), size })),
  });
}

function numbered(i: number): string {
  return `sha256:${i.toString(16).padStart(64, "0")}`;
}
