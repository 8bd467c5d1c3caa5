// Every field is live (policy-api.md §5): those of a policy that change what is asked of a registry, or when, and not a rule's
// verdict on what was found.
import assert from "node:assert/strict";
import { imageKeychains } from "../../src/app/keychains.ts";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import { signLegacy } from "../support/signer.ts";
import { byDigest, KEY, makeApplication, makePolicy, outcomes, PATH, requestFor, withApplication } from "./fixtures.ts";
import { DOWN, withOutage } from "./outage.ts";

const HOUR = 3_600_000;
const SIGNATURES = ["acme/signatures", "acme/elsewhere"] as const;

/** What registries are shown, and where: the Secrets of a policy's only rule. */
function shown(policy: CompiledPolicy): readonly string[] {
  const ids: string[] = [];
  const keychain = (claim: unknown): { id: string; sourcesFor: () => readonly never[] } => {
    ids.push(JSON.stringify(claim));
    return { id: JSON.stringify(claim), sourcesFor: () => [] };
  };
  const rules = policy.rules.map((rule) => ({ policy, rule }));
  imageKeychains({ keychain }, rules, { namespace: "prod", names: [] });
  return ids;
}

describe("policy liveness: in the webhook", () => {
  it("verifiedWithin decides for how long a digest is admitted while its registry is away", async () => {
    const allowed = async (verifiedWithin: string): Promise<boolean | undefined> => {
      let answer: boolean | undefined;
      await withOutage({ spec: { verifiedWithin } }, async ({ registry, image, validate, advance }) => {
        await validate(image);
        registry.fails = DOWN;
        advance(2 * HOUR);
        answer = (await validate(image)).allowed;
      });
      return answer;
    };
    assert.deepEqual([await allowed("1h"), await allowed("3h")], [false, true]);
  });

  it("timeoutSeconds decides how long a registry is waited for", async () => {
    const told = async (timeoutSeconds: number): Promise<string | undefined> => {
      let message: string | undefined;
      await withOutage({ spec: { failurePolicy: "Fail", timeoutSeconds } }, async ({ registry, image, validate }) => {
        registry.hangs = true;
        ({ message } = await validate(image));
      });
      return /the \d s of its policy were spent/u.exec(message ?? "")?.[0];
    };
    const [one, two] = await Promise.all([told(1), told(2)]);
    assert.deepEqual([one, two], ["the 1 s of its policy were spent", "the 2 s of its policy were spent"]);
  });

  it("verifyImages[].mutateDigest decides whether a tag is pinned", async () => {
    for (const mutateDigest of [true, false]) {
      await withOutage({ rule: { mutateDigest } }, async ({ tagged, digest, pin }) => {
        assert.equal(await pin(tagged), mutateDigest ? `${tagged}@${digest}` : undefined);
      });
    }
  });

  it("verifyImages[].source.repository decides where signatures are looked for", async () => {
    await withApplication({}, async ({ server, registry, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, SIGNATURES[0], digest, KEY);
      const seen = SIGNATURES.map(async (path) => {
        const source = { repository: `${server.host}/${path}` };
        const { reviewer } = makeApplication(registry, [makePolicy({ rule: { source } })]);
        return outcomes(await reviewer.validate(requestFor(byDigest(repository, digest)), signal));
      });
      assert.deepEqual(await Promise.all(seen), [["Pass"], ["Fail NoSignatureFound"]]);
    });
  });

  it("verifyImages[].source.secrets[] and imageRegistryCredentials.secrets[] decide what registries are shown", () => {
    const source = (name: string): object => ({ source: { repository: "sigs.io/acme/signatures", secrets: [name] } });
    const image = (name: string): object => ({ imageRegistryCredentials: { secrets: [name] } });
    for (const secrets of [source, image]) {
      const [one, two] = ["one", "two"].map((name) => shown(makePolicy({ rule: { ...secrets(name) } })));
      assert.match(one?.join() ?? "", /"name":"one"/u);
      assert.notDeepEqual(one, two);
    }
  });
});
