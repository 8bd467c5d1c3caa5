// The verdicts that the webhook would give, printed as a table or as data, and the exit code for a pipeline.
import assert from "node:assert/strict";
import { formatPassedOver, runApply, type AppliedPod, type ApplyRow } from "../../src/cli/apply.ts";
import { UsageError, type ExitCode } from "../../src/cli/io.ts";
import { PodReviewer } from "../../src/app/review-pod.ts";
import type { Reviewer } from "../../src/app/reviewer.ts";
import type { JsonObject } from "../../src/encoding/json.ts";
import { parseJson } from "../../src/encoding/json.ts";
import { compileException } from "../../src/policy/exception.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { DIGEST_ONLY, fakeRegistry, KEY, makeApplication, makePolicy, PATH, withApplication } from "../app/fixtures.ts";
import { exception } from "../policy/exceptions.ts";
import { container, CONTROLLERS, pod, workload, type Members } from "../support/reviews.ts";
import { signLegacy } from "../support/signer.ts";
import { fakeIo } from "./fake-io.ts";

function applied(object: Members, name = "web", kind = "Pod"): AppliedPod {
  const read = parseJson(JSON.stringify(object)) as JsonObject;
  const { group, resource } = CONTROLLERS[kind] ?? { group: "", resource: "pods" };
  return { origin: "pods.yaml:1", kind, group, resource, namespace: "prod", name, object: read };
}

async function table(pods: readonly AppliedPod[], reviewer: Reviewer): Promise<{ code: ExitCode; out: string }> {
  const io = fakeIo();
  const code = await runApply(pods, { print: { kind: "table" } }, reviewer, io);
  assert.equal(io.printed().err, "");
  return { code, out: io.printed().out };
}

async function rows(pods: readonly AppliedPod[], reviewer: Reviewer): Promise<readonly ApplyRow[]> {
  const io = fakeIo();
  await runApply(pods, { print: { kind: "data", format: (data) => JSON.stringify(data) } }, reviewer, io);
  return JSON.parse(io.printed().out) as readonly ApplyRow[];
}

const DIGEST = `sha256:${"1".repeat(64)}`;
const down = fakeRegistry({
  manifest: () => Promise.reject(new UnavailableError("RegistryUnreachable", "nobody answers")),
});

describe("runApply()", () => {
  for (const kind of Object.keys(CONTROLLERS)) {
    it(`judges the template of a ${kind} as the webhook would`, async () => {
      await withApplication({}, async ({ server, repository, reviewer, enforce }) => {
        const unsigned = await server.putImage(PATH, "1", "a");
        const object = workload(kind, { web: `${repository}@${unsigned}` });
        const { code, out } = await table([applied(object, "web", kind)], reviewer);
        assert.equal(code, 1);
        assert.match(out, new RegExp(`^${kind} prod/web  .*  signed  acme  Fail  `, "mu"));
        assert.match(out, /NoSignatureFound/);
        enforce(makePolicy({ spec: { match: { podControllers: [] } } }));
        assert.equal((await table([applied(object, "web", kind)], reviewer)).code, 0);
      });
    });
  }

  it("warns of a template of which nobody can tell, and denies such a pod", async () => {
    const { reviewer } = makeApplication(down, [makePolicy()]);
    const image = `registry.local/acme/web@${DIGEST}`;
    assert.equal(
      (await table([applied(workload("Deployment", { web: image }), "web", "Deployment")], reviewer)).code,
      0,
    );
    assert.equal((await table([applied(pod({ web: image }))], reviewer)).code, 2);
  });

  it("prints what the configuration says of an image that no cluster policy is about", async () => {
    const { verifier } = makeApplication(fakeRegistry({}), []);
    const snapshot = { policies: [], exceptions: [], trustRoots: [], namespaceLabels: () => undefined };
    for (const [unmatchedImages, code, effect] of [
      ["Deny", 1, "deny"],
      ["Warn", 0, "warn"],
    ] as const) {
      const settings = { unmatchedImages, excludeNamespaces: [] };
      const reviewer = new PodReviewer({ snapshot: () => snapshot }, verifier, () => 0, { settings: () => settings });
      const pods = [applied(pod({ web: "ghcr.io/acme/web:1" }))];
      const [row] = await rows(pods, reviewer);
      assert.deepEqual(
        [row?.policy, row?.rule, row?.verdict, row?.effect],
        ["(configuration)", "unmatchedImages", "Fail", effect],
      );
      assert.match(row?.explanation ?? "", /ImageUnmatched/);
      assert.equal((await table(pods, reviewer)).code, code);
    }
  });

  it("prints a line for each image and rule, then what denies, and ends with 1", async () => {
    await withApplication({}, async ({ server, repository, reviewer, enforce }) => {
      const signed = await server.putImage(PATH, "signed", "a");
      await signLegacy(server, PATH, signed, KEY);
      const unsigned = await server.putImage(PATH, "unsigned", "b");
      enforce(makePolicy(), makePolicy({ name: "own", namespace: "prod", spec: { failureAction: "Audit" } }));
      const object = pod({ one: `${repository}:signed`, two: `${repository}@${unsigned}` });
      const { code, out } = await table([applied(object)], reviewer);
      assert.equal(code, 1);
      const [grid = "", reasons = ""] = out.split("\n\n");
      const cells = grid.split("\n").map((line) => line.split(/ {2,}/));
      assert.deepEqual(cells, [
        ["RESOURCE", "IMAGE", "POLICY", "RULE", "VERDICT", "REASON"],
        ["prod/web", `${repository}:signed@${signed}`, "signed", "acme", "Pass", "1 of 1 required signatures accepted"],
        [
          "prod/web",
          `${repository}:signed@${signed}`,
          "prod/own",
          "acme",
          "Pass",
          "1 of 1 required signatures accepted",
        ],
        ["prod/web", `${repository}@${unsigned}`, "signed", "acme", "Fail", "0 of 1 required signatures accepted"],
        ["prod/web", `${repository}@${unsigned}`, "prod/own", "acme", "Fail", "0 of 1 required signatures accepted"],
      ]);
      // The policy that only audits is silent, as the webhook is.
      assert.match(reasons, /^Image "[^"]+" denied by ClusterImageVerifyPolicy "signed", rule "acme": 0 of 1 required/);
      assert.doesNotMatch(reasons, /prod\/own/);
      assert.match(reasons, /\n {2}looked in: .*\n {2}hint: .*\n$/);
    });
  });

  it("ends with 0 when every pod would be admitted, warnings included", async () => {
    const { reviewer } = makeApplication(down, [makePolicy({ spec: { failureAction: "Warn" } })]);
    const { code, out } = await table([applied(pod({ web: `registry.local/a@${DIGEST}` }))], reviewer);
    assert.equal(code, 0);
    assert.match(
      out,
      /\n\nImage "registry\.local\/a@[^"]+" could not be verified for ClusterImageVerifyPolicy "signed"/,
    );
  });

  it("ends with 2 when pods are denied only because it could not be determined", async () => {
    const { reviewer, enforce } = makeApplication(down, [makePolicy()]);
    const undetermined = applied(pod({ web: `registry.local/a@${DIGEST}` }));
    assert.equal((await table([undetermined], reviewer)).code, 2);
    const failed = applied(pod({ web: "registry.local/b" }));
    enforce(
      makePolicy({ rule: { imageReferences: ["registry.local/a"] } }),
      makePolicy({ name: "digest", rule: { ...DIGEST_ONLY, imageReferences: ["registry.local/b"] } }),
    );
    assert.equal((await table([undetermined, failed], reviewer)).code, 1);
  });

  it("says when no rule covers anything", async () => {
    const { reviewer } = makeApplication(fakeRegistry({}), []);
    const one = applied(pod({ web: "registry.local/a" }));
    assert.deepEqual(await table([one], reviewer), { code: 0, out: "No rule covers an image of this pod.\n" });
    assert.equal((await table([one, one], reviewer)).out, "No rule covers an image of these 2 pods.\n");
  });

  it("gives the same as data, each with its explanation", async () => {
    const { reviewer } = makeApplication(down, [
      makePolicy({ name: "own", namespace: "prod" }),
      makePolicy({ rule: DIGEST_ONLY }),
    ]);
    const image = `registry.local/a@${DIGEST}`;
    const found = await rows([applied(pod({ web: image }))], reviewer);
    const common = { resource: "prod/web", image, rule: "acme", explanation: undefined };
    assert.deepEqual(
      found.map((row) => ({ ...row, explanation: undefined })),
      [
        { ...common, policy: "signed", verdict: "Pass", effect: "admit", reason: "no signature required" },
        {
          ...common,
          policy: "prod/own",
          verdict: "Undetermined",
          effect: "deny",
          reason: "the image could not be looked at",
        },
      ],
    );
    assert.equal(found[0]?.explanation, undefined);
    assert.match(
      found[1]?.explanation ?? "",
      /^Image "[^"]+" could not be verified for ImageVerifyPolicy "prod\/own", rule "acme": .*\n {2}1\. manifest .* RegistryUnreachable: nobody answers/,
    );
  });

  it("pins first, in every list, and judges what would run", async () => {
    await withApplication({}, async ({ server, repository, reviewer }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const image = `${repository}:1`;
      const spec = {
        initContainers: [container("i", image)],
        volumes: [
          { name: "none", emptyDir: {} },
          { name: "v", image: { reference: image } },
        ],
      };
      const { code, out } = await table([applied(pod({ web: image }, spec))], reviewer);
      assert.equal(code, 0);
      assert.match(out, new RegExp(`^prod/web  ${image}@${digest}  signed  acme  Pass  `, "m"));
      assert.equal(out.split("\n").length, 3);
    });
  });

  it("refuses a pod that cannot be read, by its origin", async () => {
    const { reviewer } = makeApplication(fakeRegistry({}), [makePolicy()]);
    await assert.rejects(
      table([applied({ kind: "Pod", metadata: {} })], reviewer),
      (error) =>
        error instanceof UsageError &&
        error.message === "pods.yaml:1: Cannot read the pod: spec is absent, want an object",
    );
  });

  it("tells what was passed over, by kind, and nothing where nothing was", () => {
    assert.deepEqual(formatPassedOver(new Map()), []);
    assert.deepEqual(
      formatPassedOver(
        new Map([
          ["Service", 2],
          ["a\nb", 1],
        ]),
      ),
      ['passed over: 2 Service, 1 "a\\u{a}b" (pods that such objects make are judged when they are made)'],
    );
  });

  it("lets a defect fly", async () => {
    const broken = fakeRegistry({ manifest: () => Promise.reject(new TypeError("a bug")) });
    const { reviewer } = makeApplication(broken, [makePolicy()]);
    await assert.rejects(table([applied(pod({ web: `registry.local/a@${DIGEST}` }))], reviewer), TypeError);
  });

  it("shows what an exception takes off, and ends with 0", async () => {
    const { reviewer, except } = makeApplication(fakeRegistry({}), [makePolicy()]);
    except(compileException(exception()));
    const { code, out } = await table([applied(pod({ web: "registry.local/acme/web:1" }))], reviewer);
    assert.equal(code, 0);
    assert.match(
      out,
      /^prod\/web +registry\.local\/acme\/web:1 +signed +acme +Skip +excepted by "hotfix" until 2026-06-30/m,
    );
  });
});
