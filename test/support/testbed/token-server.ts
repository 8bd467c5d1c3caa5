// A registry's token service (distribution specification, token authentication): JWTs signed with ES256, each for what the
// user asked for and may do. distribution verifies them by the keys in a file.
import { createPublicKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { listenOnLoopback } from "./http.ts";
import type { Credentials } from "./registries.ts";

export interface TokenServer {
  readonly host: string;
  readonly realm: string;
  readonly issuer: string;
  readonly service: string;
  /** JSON web keys, for distribution. */
  readonly keys: string;
  /** Scopes of the tokens that were given, in order. */
  readonly issued: readonly string[];
  readonly stop: () => Promise<void>;
}

const KEY_ID = "testbed";
const LIFETIME_S = 300;

/** Gives tokens to this user, and to nobody else. */
export async function startTokenServer({ username, password }: Credentials): Promise<TokenServer> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = { ...createPublicKey(privateKey).export({ format: "jwk" }), kid: KEY_ID, alg: "ES256", use: "sig" };
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const names = { issuer: "testbed-tokens", service: "testbed-registry" };
  const issued: string[] = [];
  const tokenFor = (scopes: readonly string[]): string => {
    const now = Math.floor(Date.now() / 1000);
    const access = scopes.map((scope) => {
      const [type, name, actions = ""] = scope.split(":");
      return { type, name, actions: actions.split(",") };
    });
    const claims = { iss: names.issuer, aud: [names.service], sub: username, jti: randomUUID(), access };
    const times = { iat: now - 5, nbf: now - 5, exp: now + LIFETIME_S };
    const text = `${encode({ alg: "ES256", typ: "JWT", kid: KEY_ID })}.${encode({ ...claims, ...times })}`;
    const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${text}.${signature.toString("base64url")}`;
  };
  const server = createServer((request, response) => {
    const isKnown = request.headers.authorization === basic;
    const scopes = scopesOf(request);
    if (isKnown) issued.push(...scopes);
    response.writeHead(isKnown ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(isKnown ? { token: tokenFor(scopes), expires_in: LIFETIME_S } : {}));
  });
  const { url, stop } = await listenOnLoopback(server);
  // crane refuses a realm at an address of this machine that is written as one
  const host = url.replace("http://127.0.0.1", "localhost");
  return { host, realm: `http://${host}/token`, ...names, keys: JSON.stringify({ keys: [key] }), issued, stop };
}

function scopesOf({ url = "" }: IncomingMessage): readonly string[] {
  return new URL(url, "http://localhost").searchParams.getAll("scope").flatMap((each) => each.split(" "));
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
