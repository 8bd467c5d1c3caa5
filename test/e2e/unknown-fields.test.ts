/**
 * A field that does not exist, by four kinds of client (policy-api.md §5): kubectl and server-side apply refuse it with its
 * path, a plain request loses it with a warning that names it, and the program refuses files that hold it.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { KEYS, policy, rule, type Json } from "../policy/resources.ts";
import { request } from "../support/testbed/http.ts";
import { makeTemporaryDir, run, type RunResult } from "../support/testbed/process.ts";
import { sealgateProgram } from "../support/testbed/sealgate.ts";
import { useGate, type Gate } from "./gate.ts";
import { describeOnTestbed } from "./testbed.ts";

const keyless = { issuer: "https://accounts.example", subject: "dev@acme.io" };
const entry = (more: Json): Json => ({ attestors: [{ entries: [{ name: "dev", keyless, ...more }] }] });

/** Each a policy with one field too many, and its path. */
const WRONG: readonly (readonly [path: string, spec: Json])[] = [
  ["spec.validationFailureAction", { validationFailureAction: "Enforce" }],
  ["spec.match.namespaces", { match: { namespaces: ["prod"] } }],
  ["spec.verifyImages[0].required", { verifyImages: [rule({ required: true })] }],
  ["spec.verifyImages[0].attestors[0].entries[0].count", { verifyImages: [rule(entry({ count: 1 }))] }],
  [
    "spec.verifyImages[0].attestors[0].entries[0].keyless.subjectRegex",
    { verifyImages: [rule(entry({ keyless: { ...keyless, subjectRegex: ".*" } }))] },
  ],
  [
    "spec.verifyImages[0].attestors[0].entries[0].keys.url",
    {
      verifyImages: [
        rule(entry({ keyless: undefined, keys: { publicKeys: KEYS.a.pem, url: "https://keys.example" } })),
      ],
    },
  ],
];

describeOnTestbed("unknown fields", (testbed) => {
  let gate: Gate;
  const dir = makeTemporaryDir("unknown-fields");
  const pod = join(makeTemporaryDir("unknown-fields"), "pod.json");

  before(async () => {
    gate = await useGate(testbed());
  });

  const kubectl = async (args: readonly string[], object: object): Promise<RunResult> =>
    gate.cluster.kubectl([...args, "--dry-run=server", "-f", "-"], { stdin: JSON.stringify(object) });

  /** As no client of Kubernetes' own would: without asking for validation. */
  async function send(
    method: "POST" | "PUT",
    name: string,
    object: object,
  ): Promise<{ status: number; warning: string; body: string }> {
    const collection = `${gate.cluster.url}/apis/sealgate.dev/v1alpha1/clusterimageverifypolicies`;
    const { status, headers, body } = await request(method === "POST" ? collection : `${collection}/${name}`, {
      method,
      ca: gate.cluster.ca,
      headers: { authorization: `Bearer ${gate.cluster.token}`, "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(object)),
    });
    return { status, warning: String(headers["warning"]), body: body.toString() };
  }

  for (const [path, spec] of WRONG) {
    const field = path.slice(path.lastIndexOf(".") + 1);
    const object = policy({ failureAction: "Audit", ...spec });

    describe(path, () => {
      it("is refused to kubectl apply", async () => {
        const { code, stderr } = await kubectl(["apply"], object);
        assert.equal(code, 1);
        assert.ok(stderr.includes(`unknown field "${path}"`), stderr);
      });

      it("is refused to server-side apply", async () => {
        const { code, stderr } = await kubectl(["apply", "--server-side"], object);
        assert.equal(code, 1);
        assert.match(stderr, /field not declared in schema/u);
        assert.ok(stderr.includes(field), stderr);
      });

      it("is lost by a plain POST and PUT, with a warning", async () => {
        const name = `unknown-${WRONG.findIndex(([each]) => each === path)}`;
        const named = { ...object, metadata: { name } };
        const made = await send("POST", name, named);
        assert.equal(made.status, 201, made.body);
        assert.ok(made.warning.includes(`unknown field \\"${path}\\"`), made.warning);
        const { resourceVersion } = (JSON.parse(made.body) as { metadata: { resourceVersion: string } }).metadata;
        const changed = await send("PUT", name, { ...named, metadata: { name, resourceVersion } });
        assert.equal(changed.status, 200, changed.body);
        assert.ok(changed.warning.includes(`unknown field \\"${path}\\"`), changed.warning);
        const stored = await gate.must(["get", "clusterimageverifypolicy", name, "-o", "json"]);
        assert.ok(!JSON.stringify((JSON.parse(stored) as { spec: object }).spec).includes(`"${field}":`));
        await gate.must(["delete", "clusterimageverifypolicy", name]);
      });

      it("is refused to sealgate apply and serve --policies, with file and line", async () => {
        const file = join(dir, "policy.json");
        writeFileSync(file, JSON.stringify(object, undefined, 1));
        const metadata = { name: "web", namespace: "prod" };
        writeFileSync(pod, JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [] } }));
        for (const args of [
          ["apply", "-p", file, "-r", pod],
          ["serve", "--policies", dir],
        ]) {
          const { code, stderr } = await run(process.execPath, [sealgateProgram, ...args]);
          assert.equal(code, 2, stderr);
          assert.match(stderr, /policy\.json:\d+: /u);
          assert.ok(stderr.includes(path), stderr);
        }
      });
    });
  }
});
