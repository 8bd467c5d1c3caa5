/**
 * Access to the embedded registry: Basic, or the Bearer token flow with the token service on the same host (distribution
 * specification, token authentication). A token is good for one repository only.
 */
import type { IncomingMessage } from "node:http";

export interface RegistryAuth {
  readonly scheme: "basic" | "bearer";
  /** Passwords by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** Bearer only: the token service also serves those who name nobody. */
  readonly anonymous?: boolean;
  /** Bearer only: members of the token answer instead of `token` and `expires_in`; the token stays good. */
  readonly tokenAnswer?: (token: string) => unknown;
}

const SERVICE = "embedded-registry";

export class Gatekeeper {
  readonly #auth: RegistryAuth;
  readonly #host: string;
  readonly #tokens = new Map<string, string>();

  constructor(auth: RegistryAuth, host: string) {
    this.#auth = auth;
    this.#host = host;
  }

  /** undefined: come in. Otherwise the challenge to answer 401 with. */
  challenge(request: IncomingMessage, repository: string): string | undefined {
    const { authorization = "" } = request.headers;
    if (this.#auth.scheme === "basic") {
      return this.#isUser(authorization) ? undefined : 'Basic realm="embedded registry, tests"';
    }
    const scope = `repository:${repository}:pull`;
    const token = authorization.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : "";
    if (this.#tokens.get(token) === scope) return undefined;
    return `Bearer realm="http://${this.#host}/token?from=challenge",service="${SERVICE}",scope="${scope}"`;
  }

  /** The token service's answer; undefined is a 401. */
  token(request: IncomingMessage, query: URLSearchParams): unknown {
    const { authorization } = request.headers;
    const allowed = authorization === undefined ? this.#auth.anonymous === true : this.#isUser(authorization);
    const scope = query.get("scope");
    if (!allowed || scope === null || query.get("service") !== SERVICE) return undefined;
    const token = `token-${this.#tokens.size + 1}`;
    this.#tokens.set(token, scope);
    return this.#auth.tokenAnswer?.(token) ?? { token, expires_in: 300 };
  }

  /** Every token given so far stops working. */
  revoke(): void {
    for (const token of this.#tokens.keys()) this.#tokens.set(token, "revoked");
  }

  #isUser(authorization: string): boolean {
    const [scheme, encoded = ""] = authorization.split(" ");
    const [name = "", ...password] = Buffer.from(encoded, "base64").toString().split(":");
    return scheme === "Basic" && name !== "" && this.#auth.users[name] === password.join(":");
  }
}
