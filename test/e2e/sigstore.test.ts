/**
 * Keyless, on real parts: what both cosigns sign with Fulcio, Rekor and a timestamp authority is admitted through
 * kube-apiserver for its own identity, and denied for another identity, another issuer and another key.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { githubUrl } from "../support/testbed/fulcio-config.ts";
import { pushImage } from "../support/testbed/images.ts";
import { type Identity, type KeylessSigner, makeKeylessSigner } from "../support/testbed/keyless.ts";
import { namespace } from "../support/testbed/objects.ts";
import { type PrivateSigstore, startSigstore } from "../support/testbed/sigstore.ts";
import { verifyByIdentity } from "../support/testbed/sealgate.ts";
import { type Gate, useGate } from "./gate.ts";
import { type Testbed, describeOnTestbed, registryNames } from "./testbed.ts";

const IDENTITIES = {
  email: { kind: "email", email: "dev@testbed.example" },
  github: { kind: "github", repository: "acme/web", workflow: "release.yaml", ref: "refs/heads/main" },
  spiffe: { kind: "spiffe", path: "ns/prod/sa/builder" },
} as const satisfies Readonly<Record<string, Identity>>;
type Who = keyof typeof IDENTITIES;
const WHO = Object.keys(IDENTITIES) as readonly Who[];

/** How an image was signed: by whom, and in which layout. */
interface Form {
  readonly name: string;
  readonly title: string;
  readonly who: Who | "key";
  readonly isLegacy: boolean;
}

const FORMS: readonly Form[] = [
  ...WHO.flatMap((who) => [
    { name: `v3-${who}`, title: `the bundle of cosign v3 by ${who}`, who, isLegacy: false },
    { name: `v2-${who}`, title: `the layer of cosign v2 by ${who}`, who, isLegacy: true },
  ]),
  { name: "v3-key", title: "the logged bundle of cosign v3 by a key", who: "key", isLegacy: false },
];
const ATTESTED = "attested";

type Json = Readonly<Record<string, unknown>>;

describeOnTestbed("sigstore", (testbed) => {
  let gate: Gate;
  let sigstore: PrivateSigstore;
  let signer: KeylessSigner;

  before("start Fulcio, Rekor and the timestamp authority; let the webhook trust them", async () => {
    gate = await useGate(testbed());
    sigstore = await startSigstore({ programs: testbed().programs });
    signer = makeKeylessSigner(sigstore, testbed().tools);
    writeFileSync(gate.configFile, JSON.stringify({ trustRoots: { testbed: { file: sigstore.trustedRoot } } }));
  });
  after(async () => {
    writeFileSync(gate.configFile, "{}\n");
    await (sigstore as PrivateSigstore | undefined)?.stop();
  });

  /** What a legacy signature lacks: cosign v2 and Rekor v2 do not speak with each other. */
  const without = ({ isLegacy }: Form): Json => (isLegacy ? { insecureIgnoreTlog: true, requireTimestamp: true } : {});

  const identityOf = (who: Who): { subject: string; issuer: string } => signer.identityOf(IDENTITIES[who]);

  /** The entry that the form meets, changed by `change` where it is an identity. */
  function entryFor(form: Form, change: Json = {}): Json {
    const { who } = form;
    if (who === "key") return { name: "own", keys: { publicKeys: testbed().keys.acme.publicPem } };
    return { name: "own", keyless: { ...identityOf(who), ...change }, ...without(form) };
  }

  function policyOf(inNamespace: string, host: string, entryOf: (form: Form) => Json): object {
    const attested: Form = { name: ATTESTED, title: "", who: "email", isLegacy: false };
    return {
      apiVersion: "sealgate.dev/v1alpha1",
      kind: "ImageVerifyPolicy",
      metadata: { namespace: inNamespace, name: "keyless" },
      spec: {
        verifyImages: [...FORMS, attested].map((form) => ({
          name: form.name,
          imageReferences: [`${host}/keyless/${form.name}`],
          trustRoot: "testbed",
          attestors: [{ entries: [entryOf(form)] }],
        })),
      },
    };
  }

  for (const registryName of registryNames) {
    describe(`with images on ${registryName}`, () => {
      const references = new Map<string, string>();
      const named = (variant: string): string => `${variant}-${registryName}`;
      const referenceOf = (name: string): string => references.get(name) ?? assert.fail(name);

      before("sign an image in every form, write a policy for each question", async () => {
        const registry = testbed().registries[registryName];
        for (const { name, who, isLegacy } of FORMS) {
          const { reference } = await pushImage({ registry, repository: `keyless/${name}`, seed: name });
          references.set(name, reference);
          if (who === "key") await signer.signWithKey(reference, testbed().keys.acme);
          else if (isLegacy) await signer.signLegacy(reference, IDENTITIES[who]);
          else await signer.sign(reference, IDENTITIES[who]);
        }
        const { reference } = await pushImage({ registry, repository: `keyless/${ATTESTED}`, seed: ATTESTED });
        references.set(ATTESTED, reference);
        const type = "https://testbed.example/predicate/v1";
        await signer.attest(reference, IDENTITIES.email, { type, predicate: { answer: 42 } });
        const otherKey = { name: "own", keys: { publicKeys: testbed().keys.other.publicPem } };
        const variants: Readonly<Record<string, (form: Form) => Json>> = {
          own: entryFor,
          subject: (form) => entryFor(form, { subject: "mallory@testbed.example" }),
          issuer: (form) => entryFor(form, { issuer: "https://issuer.example" }),
          key: (form) => ({ ...otherKey, ...(form.isLegacy ? { insecureIgnoreTlog: true } : {}) }),
        };
        for (const [variant, entryOf] of Object.entries(variants)) {
          await gate.apply(namespace(named(variant)));
          await gate.apply(policyOf(named(variant), registry.host, entryOf));
        }
        const unread = `${registry.host}/keyless/${ATTESTED}`;
        for (const variant of Object.keys(variants)) await gate.becomes("denied", named(variant), unread);
        // The webhook reads its configuration again a moment after it was written.
        await gate.becomes("admitted", named("own"), referenceOf("v3-email"));
      });

      async function codesIn(variant: string, name: string): Promise<readonly string[]> {
        const { code, stderr } = await gate.ask(named(variant), referenceOf(name));
        assert.equal(code, 1, stderr);
        assert.match(stderr, / denied the request: Image ".+" denied by ImageVerifyPolicy ".+\/keyless"/u);
        return [...stderr.matchAll(/^ *\d+\. .*?  ([A-Z][A-Za-z0-9]+)(?: \([a-z-]+\))?: /gmu)].map(
          ([, found = ""]) => found,
        );
      }

      for (const { name, title, who, isLegacy } of FORMS) {
        it(`admits ${title} for its own`, async () => {
          const { code, stderr } = await gate.ask(named("own"), referenceOf(name));
          assert.equal(code, 0, stderr);
        });

        if (who !== "key") {
          it(`denies ${title} for another identity and another issuer`, async () => {
            assert.deepEqual(await codesIn("subject", name), ["IdentitySubjectMismatch"]);
            assert.deepEqual(await codesIn("issuer", name), ["IdentityIssuerMismatch"]);
          });
        }

        it(`denies ${title} for another key`, async () => {
          const code = isLegacy || who === "key" ? "SignatureInvalid" : "SignerMaterialMismatch";
          assert.deepEqual(await codesIn("key", name), [code]);
        });
      }

      it("denies an image that has an attestation and no signature, which cosign accepts", async () => {
        assert.deepEqual(await codesIn("own", ATTESTED), ["PredicateTypeNotSignature"]);
        const accepted = await signer.verify(referenceOf(ATTESTED), identityOf("email"));
        assert.equal(accepted.code, 0, accepted.stderr);
      });
    });
  }

  describe("by what a workflow's certificate says", () => {
    const cases: Readonly<Record<string, readonly [change: Json, code: string | undefined]>> = {
      "its repository and branch": [{}, undefined],
      "its owner's repositories": [{ repository: "acme/*" }, undefined],
      "its workflow's file": [{ workflow: "release.yaml" }, undefined],
      "another repository": [{ repository: "acme/api" }, "IdentityExtensionMismatch"],
      "tags alone": [{ refs: ["refs/tags/*"] }, "IdentityExtensionMismatch"],
      "another workflow": [{ workflow: "nightly.yaml" }, "IdentityExtensionMismatch"],
      "runners of one's own": [{ runnerEnvironment: "self-hosted" }, "IdentityExtensionMismatch"],
    };
    for (const [title, [change, code]] of Object.entries(cases)) {
      it(`${code === undefined ? "admits" : "denies"} it for ${title}`, async () => {
        const { host } = testbed().registries.distribution;
        const reference = await firstReference(testbed(), "v3-github");
        const inNamespace = `workflow-${Object.keys(cases).indexOf(title)}`;
        const github = { issuer: identityOf("github").issuer, serverURL: githubUrl };
        const githubActions = { ...github, repository: "acme/web", refs: ["refs/heads/main"], ...change };
        const attestors = [{ entries: [{ name: "ci", githubActions }] }];
        await gate.apply(namespace(inNamespace), {
          apiVersion: "sealgate.dev/v1alpha1",
          kind: "ImageVerifyPolicy",
          metadata: { namespace: inNamespace, name: "workflow" },
          spec: {
            verifyImages: [
              { name: "ci", imageReferences: [`${host}/keyless/v3-github`], trustRoot: "testbed", attestors },
            ],
          },
        });
        // Every policy denies a reference that nobody can read: this one is in force then.
        await gate.becomes("denied", inNamespace, "acme/UPPER");
        const answer = await gate.ask(inNamespace, reference);
        assert.equal(answer.code, code === undefined ? 0 : 1, answer.stderr);
        if (code !== undefined) assert.match(answer.stderr, new RegExp(`  ${code} \\(`, "u"));
      });
    }
  });

  describe("on the command line", () => {
    for (const who of WHO) {
      it(`says of the bundle by ${who} what cosign says`, async () => {
        const { host } = testbed().registries.distribution;
        const reference = await firstReference(testbed(), `v3-${who}`);
        const own = identityOf(who);
        const others = [own, { ...own, subject: "x@testbed.example" }, { ...own, issuer: "https://x.example" }];
        const codes: number[] = [];
        for (const asked of others) {
          const ours = await verifyByIdentity(reference, { ...asked, trustedRoot: sigstore.trustedRoot }, host);
          const theirs = await signer.verify(reference, asked);
          assert.equal(ours.code === 0, theirs.code === 0, `${ours.stderr}\n${theirs.stderr}`);
          codes.push(ours.code);
        }
        assert.deepEqual(codes, [0, 1, 1]);
      });
    }
  });
});

async function firstReference({ registries }: Testbed, name: string): Promise<string> {
  const pushed = await pushImage({ registry: registries.distribution, repository: `keyless/${name}`, seed: name });
  return pushed.reference;
}
