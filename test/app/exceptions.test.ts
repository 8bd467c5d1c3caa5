// Exceptions over whole reviews: the rule is off, nobody is asked for it, and the use is told (policy-api.md §2.7).
import assert from "node:assert/strict";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import { compileException, type CompiledException } from "../../src/policy/exception.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { exception as exceptionResource } from "../policy/exceptions.ts";
import { pod, requestOf, type Members } from "../support/reviews.ts";
import { fakeRegistry, KEY, makeApplication, makePolicy, requestFor } from "./fixtures.ts";

const { signal } = new AbortController();
const WEB = `registry.local/acme/web@sha256:${"1".repeat(64)}`;
const fail = (): Promise<never> =>
  Promise.reject(new UnavailableError("RegistryUnreachable", "registry.local cannot be reached (ECONNREFUSED)"));
const DOWN = fakeRegistry({ manifest: fail, blob: fail, referrers: fail });

describe("exceptions", () => {
  const exception = (spec: Members = {}): CompiledException => compileException(exceptionResource(spec));
  const twoRules = (): CompiledPolicy => {
    const entry = { name: "release", keys: { publicKeys: KEY.publicKeyPem }, insecureIgnoreTlog: true };
    const rule = { imageReferences: ["*"], attestors: [{ entries: [entry] }] };
    return makePolicy({
      spec: {
        verifyImages: [
          { name: "acme", ...rule },
          { name: "other", ...rule },
        ],
      },
    });
  };

  it("take the rule off: nothing is asked of a registry, pinning neither, and the use is told", async () => {
    const { reviewer, except } = makeApplication(fakeRegistry({}), [makePolicy()]);
    except(exception());
    const request = requestFor("registry.local/acme/web:1");
    const review = await reviewer.validate(request, signal);
    assert.deepEqual([review.allowed, review.verdicts, review.warnings], [true, [], []]);
    assert.deepEqual(
      review.exceptions.map(({ exception: name, rule, image }) => [name, rule, image]),
      [["hotfix", "acme", "registry.local/acme/web:1"]],
    );
    assert.deepEqual((await reviewer.pin(request, signal)).pins, []);
  });

  it("leave every other rule of the policy in force", async () => {
    const { reviewer, except } = makeApplication(DOWN, [twoRules()]);
    except(exception());
    const review = await reviewer.validate(requestFor(WEB), signal);
    assert.equal(review.allowed, false);
    assert.deepEqual(
      review.verdicts.flatMap(({ results }) => results.map(({ verdict }) => verdict.rule)),
      ["other"],
    );
    assert.equal(review.exceptions.length, 1);
  });

  for (const [title, spec, object] of [
    ["of another namespace", { namespaces: ["test"] }, {}],
    ["that has expired", { expires: "2026-05-31T00:00:00Z" }, {}],
    ["for other images", { images: ["quay.io/*"] }, {}],
    ["for pods with other labels", { podSelector: { matchLabels: { app: "web" } } }, { labels: { app: "db" } }],
  ] as const) {
    it(`take nothing off: one ${title}`, async () => {
      const { reviewer, except } = makeApplication(DOWN, [makePolicy()]);
      except(exception(spec));
      const request = requestOf({ ...pod({ web: WEB }), metadata: { name: "web", namespace: "prod", ...object } });
      const review = await reviewer.validate(request, signal);
      assert.deepEqual([review.allowed, review.exceptions], [false, []]);
    });
  }

  it("cannot help an image that nobody can read", async () => {
    const { reviewer, except } = makeApplication(fakeRegistry({}), [makePolicy()]);
    except(exception());
    const review = await reviewer.validate(requestFor("registry.local/UPPER"), signal);
    assert.deepEqual([review.allowed, review.exceptions], [false, []]);
  });
});
