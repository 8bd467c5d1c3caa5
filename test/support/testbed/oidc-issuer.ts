// An OpenID Connect issuer that gives every identity asked of it: discovery, keys and
// RS256 tokens. One server, one issuer per kind of identity, told apart by the path.
import { createPublicKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";
import { listenOnLoopback } from "./http.ts";

export const issuerKinds = ["email", "github", "spiffe"] as const;
export type IssuerKind = (typeof issuerKinds)[number];

export interface OidcIssuer {
  readonly issuers: Readonly<Record<IssuerKind, string>>;
  /** A token of ten minutes with audience `sigstore`. */
  readonly token: (kind: IssuerKind, claims: Readonly<Record<string, unknown>>) => string;
  readonly stop: () => Promise<void>;
}

const keyId = "testbed";

export async function startOidcIssuer(): Promise<OidcIssuer> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...createPublicKey(privateKey).export({ format: "jwk" }), kid: keyId, alg: "RS256", use: "sig" };
  let origin = "";
  const server = createServer((incoming, outgoing) => {
    const [, kind = "", ...rest] = (incoming.url ?? "").split("/");
    const documents: Readonly<Record<string, object>> = {
      ".well-known/openid-configuration": describeIssuer(`${origin}/${kind}`),
      keys: { keys: [key] },
    };
    const body = documents[rest.join("/")];
    outgoing.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    outgoing.end(JSON.stringify(body ?? {}));
  });
  const { url, stop } = await listenOnLoopback(server);
  origin = url;
  const issuers = { email: `${url}/email`, github: `${url}/github`, spiffe: `${url}/spiffe` };
  const token: OidcIssuer["token"] = (kind, claims) => {
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now - 5, nbf: now - 5, exp: now + 600 };
    const payload = { iss: issuers[kind], aud: "sigstore", jti: randomUUID(), ...times, ...claims };
    const text = `${encode({ alg: "RS256", typ: "JWT", kid: keyId })}.${encode(payload)}`;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  };
  return { issuers, token, stop };
}

function describeIssuer(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
