/**
 * What the first policy would have everybody wait for is done before there is anybody: the built-in trust root is read, and
 * policies that use each part of the compiler are compiled and forgotten. By turns, since probes are answered meanwhile.
 */
import { compilePolicy } from "../policy/compile.ts";
import { API_VERSION, type PolicyResource } from "../policy/types.ts";
import { embeddedRoot } from "./open-trust.ts";

/** Nobody has its other half. */
const PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2jljsRcnHBhccOAen++N/xGl2uov
6c0jyPBnLgYGKxS1H8L97e5s+h4HkMTdv2rzRvcS6BdIfRN8uC6Ej9abNg==
-----END PUBLIC KEY-----
`;

type Entry = NonNullable<PolicyResource["spec"]["verifyImages"][number]["attestors"]>[number]["entries"][number];

const KEYED: Entry = { name: "key", keys: { publicKeys: PUBLIC_KEY }, insecureIgnoreTlog: true };
const KEYLESS: Entry = {
  name: "mail",
  keyless: { issuer: "https://issuer.example", subjectRegExp: ".+@acme\\.example" },
};
const WORKFLOW: Entry = { name: "ci", githubActions: { repository: "acme/*", refs: ["refs/tags/v*"] } };

type Rule = Omit<PolicyResource["spec"]["verifyImages"][number], "name" | "imageReferences">;

/** Each uses what those before it do not. */
const SPECS: readonly PolicyResource["spec"][] = [
  specOf({ verifyDigest: true }),
  specOf({ attestors: [{ entries: [KEYED] }] }),
  specOf(
    { verifyDigest: true },
    { match: { conditions: [{ name: "user", expression: "request.userInfo.username.startsWith('system:')" }] } },
  ),
  specOf({ attestors: [{ count: 1, entries: [KEYLESS, WORKFLOW] }] }),
  specOf({
    attestations: [
      {
        name: "scan",
        predicateTypes: ["vuln"],
        attestors: [{ entries: [KEYED] }],
        conditions: [{ expression: "has(predicate.results) && predicate.results.all(r, r.severity != 'CRITICAL')" }],
      },
    ],
    validations: [
      { expression: "signatures.all(s, attestations.scan.exists(a, a.signer.subject == s.signer.subject))" },
    ],
  }),
];

/** `turn` is awaited after each step. */
export async function warmUp(turn: () => Promise<void>): Promise<void> {
  for (const [i, spec] of SPECS.entries()) {
    compileSample(spec, `sample-${i}`);
    await turn();
  }
}

/** Throws for a sample that does not compile: it would warm up nothing. */
function compileSample(spec: PolicyResource["spec"], name: string): void {
  const resource = { apiVersion: API_VERSION, kind: "ClusterImageVerifyPolicy", metadata: { name }, spec } as const;
  const errors = compilePolicy(resource, embeddedRoot).rules.flatMap((rule) => rule.errors);
  if (errors.length > 0) throw new Error(`a sample does not compile: ${JSON.stringify(errors)}`);
}

function specOf(rule: Rule, around: Omit<PolicyResource["spec"], "verifyImages"> = {}): PolicyResource["spec"] {
  return { ...around, verifyImages: [{ name: "sample", imageReferences: ["registry.example/*"], ...rule }] };
}
