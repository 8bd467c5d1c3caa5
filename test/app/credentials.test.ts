// Private images end to end within the process: a pod's pull secrets, a rule's and the operator's, over the real client, a
// registry that wants credentials, and one memory for all of them, of which nobody sees what another was shown.
import assert from "node:assert/strict";
import { ObjectCache } from "../../src/app/object-cache.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import type { OperatorSource, PullSecret } from "../../src/ports/credentials.ts";
import { PullKeychains } from "../../src/registry/keychains.ts";
import { SecretSources } from "../../src/registry/secret-source.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import { pod, requestOf, workload, workloadRequest, type Members } from "../support/reviews.ts";
import { signLegacy } from "../support/signer.ts";
import { sourceOf, withRegistry } from "../registry/fixtures.ts";
import { fakeReader, type FakeReader } from "../registry/pull-secret-reader.ts";
import { entriesOf, secretOf } from "../registry/pull-secrets.ts";
import { byDigest, KEY, makeApplication, makePolicy, outcomes, PATH, PATIENT, type Application } from "./fixtures.ts";

/** What entriesOf() of the pull secrets gives every user. */
const PASSWORD = "pl4nted";
const users = { robot: PASSWORD, operator: PASSWORD };
const REFUSED = "Fail RegistryUnauthorized";

interface World extends Application {
  readonly server: EmbeddedRegistry;
  readonly reader: FakeReader;
  readonly digest: Digest;
  readonly image: string;
  readonly tagged: string;
  /** Outcomes and message of a pod with this spec. */
  readonly review: (image: string, spec?: Members, namespace?: string) => Promise<readonly [string, string]>;
}

interface Setting {
  readonly secrets?: (host: string) => readonly PullSecret[];
  readonly accounts?: Readonly<Record<string, readonly string[]>>;
  /** The operator's user, who serves every registry. */
  readonly operator?: string;
  readonly policies?: readonly CompiledPolicy[];
  readonly scheme?: "basic" | "bearer";
}

/** A Secret of prod, or of the namespace that is named. */
function pullSecret(name: string, host: string, user: string, namespace = "prod"): PullSecret {
  return { ...secretOf(JSON.stringify({ auths: entriesOf({ [host]: user }) }), undefined, name), namespace };
}

async function withWorld(setting: Setting, test: (world: World) => Promise<void>): Promise<void> {
  const { secrets = () => [], accounts = {}, operator, policies = [makePolicy()], scheme = "basic" } = setting;
  await withRegistry({ auth: { scheme, users }, timeouts: PATIENT }, async ({ server, anonymous, signal }) => {
    const digest: Digest = await server.putImage(PATH, "1", "a");
    await signLegacy(server, PATH, digest, KEY);
    const reader = fakeReader(secrets(server.host), accounts);
    const owned: readonly OperatorSource[] =
      operator === undefined
        ? []
        : [{ sourceOf: () => sourceOf("the operator's", [{ username: operator, password: PASSWORD }]) }];
    const cache = new ObjectCache(() => 1_000_000);
    const application = makeApplication(cache.before(anonymous, ""), policies, undefined, {
      keychains: new PullKeychains(new SecretSources(reader, "sealgate"), () => owned),
      registryOf: (keychain) => cache.before(anonymous.as(keychain), keychain.id),
    });
    const review: World["review"] = async (image, spec = {}, namespace = "prod") => {
      const object = pod({ web: image }, spec, { namespace });
      const answer = await application.reviewer.validate(requestOf(object, { namespace }), signal);
      return [outcomes(answer).join("; "), answer.message ?? ""];
    };
    const repository = `${server.host}/${PATH}`;
    await test({
      ...application,
      server,
      reader,
      digest,
      image: byDigest(repository, digest),
      tagged: `${repository}:1`,
      review,
    });
  });
}

const regcred = { imagePullSecrets: [{ name: "regcred" }] };
const withSecret = (host: string): readonly PullSecret[] => [pullSecret("regcred", host, "robot")];
const ruleSecret = { imageRegistryCredentials: { secrets: ["rule"] } };

describe("credentials: private images", () => {
  for (const scheme of ["basic", "bearer"] as const) {
    it(`${scheme}: a pod's pull secret opens the registry`, async () => {
      await withWorld({ scheme, secrets: withSecret }, async ({ review, image }) => {
        assert.deepEqual(await review(image, regcred), ["Pass", ""]);
      });
    });
  }

  it("without one the pod is denied, and the denial names what was tried and not its content", async () => {
    await withWorld({ secrets: (host) => [pullSecret("regcred", host, "stranger")] }, async ({ review, image }) => {
      const [ends, message] = await review(image);
      assert.equal(ends, REFUSED);
      assert.match(message, /answered 401 to no credential\n/);
      const [, named] = await review(image, { imagePullSecrets: [{ name: "regcred" }, { name: "gone" }] });
      assert.match(named, /to Secret "prod\/regcred", no credential; Secret "prod\/gone" does not exist\n/);
      assert.doesNotMatch(named, /pl4nted|stranger/);
    });
  });

  it("a tag is resolved with it, and pinned", async () => {
    const policies = [makePolicy({ rule: { verifyDigest: false } })];
    await withWorld({ secrets: withSecret, policies }, async ({ review, reviewer, tagged }) => {
      assert.deepEqual(await review(tagged, regcred), ["Pass", ""]);
      const { pins } = await reviewer.pin(requestOf(pod({ web: tagged }, regcred)), new AbortController().signal);
      assert.equal(pins.length, 1);
    });
  });

  it("a template is looked at with its account's", async () => {
    const accounts = { "prod/builder": ["regcred"], "prod/default": [] };
    await withWorld({ secrets: withSecret, accounts }, async ({ reviewer, image }) => {
      const judge = async (spec: Members): Promise<string> => {
        const object = workload("Deployment", { web: image }, {}, spec);
        const request = requestOf(object, workloadRequest("Deployment"));
        return outcomes(await reviewer.validate(request, new AbortController().signal)).join("; ");
      };
      assert.equal(await judge({ serviceAccountName: "builder" }), "Pass");
      assert.equal(await judge({}), REFUSED);
      assert.equal(await judge(regcred), "Pass");
    });
  });

  it("a rule's Secret opens it, in the controller's namespace for a cluster policy", async () => {
    const secrets = (host: string): readonly PullSecret[] => [pullSecret("rule", host, "robot", "sealgate")];
    await withWorld({ secrets, policies: [makePolicy({ rule: ruleSecret })] }, async ({ review, image, enforce }) => {
      assert.deepEqual(await review(image), ["Pass", ""]);
      enforce(makePolicy({ namespace: "prod", rule: ruleSecret }));
      const [ends, message] = await review(image);
      assert.equal(ends, REFUSED);
      assert.match(message, /Secret "prod\/rule" does not exist/);
    });
  });

  it("a rule's Secret opens it, in its own namespace for a namespaced policy", async () => {
    const policies = [makePolicy({ namespace: "prod", rule: ruleSecret })];
    const secrets = (host: string): readonly PullSecret[] => [pullSecret("rule", host, "robot")];
    await withWorld({ secrets, policies }, async ({ review, image }) => {
      assert.deepEqual(await review(image), ["Pass", ""]);
    });
  });

  it("a source's Secret opens the source, and is not shown for the image", async () => {
    const secrets = (host: string): readonly PullSecret[] => [pullSecret("signatures", host, "robot", "sealgate")];
    await withWorld({ secrets }, async ({ server, review, image, digest, enforce }) => {
      await signLegacy(server, "signatures/web", digest, KEY);
      const shown = new Set<string | undefined>();
      server.misbehave(({ url = "", headers }) => {
        if (!url.startsWith(`/v2/${PATH}/`)) return false;
        shown.add(headers.authorization);
        headers.authorization = `Basic ${Buffer.from(`operator:${PASSWORD}`).toString("base64")}`;
        return false;
      });
      const source = { repository: `${server.host}/signatures/web` };
      enforce(makePolicy({ rule: { source } }));
      const [ends, message] = await review(image);
      assert.equal(ends, "Fail NoSignatureFound");
      assert.match(message, /signatures\/web: .*access refused/);
      enforce(makePolicy({ rule: { source: { ...source, secrets: ["signatures"] } } }));
      assert.deepEqual(await review(image), ["Pass", ""]);
      assert.deepEqual([...shown], [undefined]);
    });
  });

  it("the second of two works: the pod's is refused, the rule's is not", async () => {
    const secrets = (host: string): readonly PullSecret[] => [
      pullSecret("regcred", host, "stranger"),
      pullSecret("rule", host, "robot", "sealgate"),
    ];
    await withWorld({ secrets, policies: [makePolicy({ rule: ruleSecret })] }, async ({ review, image }) => {
      assert.deepEqual(await review(image, regcred), ["Pass", ""]);
    });
  });

  it("the operator's serve a cluster policy and never a namespaced one, whatever the other was shown before", async () => {
    const policies = [makePolicy({ name: "ours" }), makePolicy({ name: "theirs", namespace: "prod" })];
    await withWorld({ operator: "operator", policies }, async ({ review, image, enforce }) => {
      assert.equal((await review(image))[0], `Pass; ${REFUSED}`);
      assert.equal((await review(image))[0], `Pass; ${REFUSED}`);
      enforce(makePolicy({ name: "theirs", namespace: "prod" }));
      const [ends, message] = await review(image);
      assert.equal(ends, REFUSED);
      assert.doesNotMatch(message, /operator/);
    });
  });

  it("what one namespace was shown, another without its Secret is not: no proof, no object and no token is shared", async () => {
    for (const scheme of ["basic", "bearer"] as const) {
      await withWorld({ scheme, secrets: withSecret }, async ({ review, image }) => {
        const refused = scheme === "basic" ? REFUSED : "Fail TokenRefused";
        assert.equal((await review(image, regcred))[0], "Pass");
        assert.equal((await review(image, {}))[0], refused);
        assert.equal((await review(image, regcred, "other"))[0], refused);
        assert.equal((await review(image, regcred))[0], "Pass");
      });
    }
  });

  it("a malformed Secret denies, by its name", async () => {
    await withWorld({ secrets: () => [secretOf("{pl4nted")] }, async ({ review, image }) => {
      const [ends, message] = await review(image, regcred);
      assert.equal(ends, "Fail PullSecretMalformed");
      assert.match(message, /Cannot use Secret "prod\/regcred": \.dockerconfigjson is not valid JSON/);
      assert.doesNotMatch(message, /pl4nted/);
    });
  });

  it("a registry that asks for nothing costs no Secret", async () => {
    await withWorld({ secrets: withSecret }, async ({ server, review, image, reader }) => {
      server.misbehave(({ headers }) => {
        headers.authorization = `Basic ${Buffer.from(`robot:${PASSWORD}`).toString("base64")}`;
        return false;
      });
      assert.equal((await review(image, regcred))[0], "Pass");
      assert.deepEqual(reader.asked, []);
    });
  });
});
