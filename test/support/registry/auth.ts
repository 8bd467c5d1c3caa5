/**
 * Access to the embedded registry: Basic, or the Bearer token flow with the token service on the same host (distribution
 * specification, token authentication). A token is good for one repository only.
 */
import type { IncomingMessage } from "node:http";

export interface RegistryAuth {
  readonly scheme: "basic" | "bearer";
  /** Passwords by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** Bearer only: identity tokens that the token service takes by POST. Without any it knows no POST. */
  readonly identityTokens?: readonly string[];
  /** Repositories by user; all of them for a user who is not named. */
  readonly repositories?: Readonly<Record<string, readonly string[]>>;
  /** Bearer only: the token service also serves those who name nobody. */
  readonly anonymous?: boolean;
  /** Bearer only: members of the token answer instead of `token` and `expires_in`; the token stays good. */
  readonly tokenAnswer?: (token: string) => unknown;
  /** Bearer only: where the token service is said to be; on this host unless said. */
  readonly realm?: string;
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
      return this.#isUser(authorization, repository) ? undefined : 'Basic realm="embedded registry, tests"';
    }
    const scope = `repository:${repository}:pull`;
    const token = authorization.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : "";
    if (this.#tokens.get(token) === scope) return undefined;
    const realm = this.#auth.realm ?? `http://${this.#host}/token?from=challenge`;
    return `Bearer realm="${realm}",service="${SERVICE}",scope="${scope}"`;
  }

  /** The token service's answer; undefined is a 401. */
  token(request: IncomingMessage, query: URLSearchParams): unknown {
    const { authorization } = request.headers;
    const allowed =
      authorization === undefined
        ? this.#auth.anonymous === true
        : this.#isUser(authorization, /^repository:(.*):pull$/.exec(query.get("scope") ?? "")?.[1]);
    return allowed ? this.#issue(query) : undefined;
  }

  /** The same by POST; "unknown" is a 404. */
  grant(form: URLSearchParams): unknown {
    const { identityTokens } = this.#auth;
    if (identityTokens === undefined) return "unknown";
    const isKnown = identityTokens.includes(form.get("refresh_token") ?? "");
    return isKnown && form.get("grant_type") === "refresh_token" ? this.#issue(form) : undefined;
  }

  #issue(asked: URLSearchParams): unknown {
    const scope = asked.get("scope");
    if (scope === null || asked.get("service") !== SERVICE) return undefined;
    const token = `token-${this.#tokens.size + 1}`;
    this.#tokens.set(token, scope);
    return this.#auth.tokenAnswer?.(token) ?? { token, expires_in: 300 };
  }

  /** Every token given so far stops working. */
  revoke(): void {
    for (const token of this.#tokens.keys()) this.#tokens.set(token, "revoked");
  }

  #isUser(authorization: string, repository = ""): boolean {
    const [scheme, encoded = ""] = authorization.split(" ");
    const [name = "", ...password] = Buffer.from(encoded, "base64").toString().split(":");
    const isUser = scheme === "Basic" && name !== "" && this.#auth.users[name] === password.join(":");
    return isUser && this.#auth.repositories?.[name]?.includes(repository) !== false;
  }
}
