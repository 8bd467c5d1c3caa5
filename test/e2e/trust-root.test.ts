/**
 * TrustRoot objects through a real API server, about an image that cosign signed against the private Sigstore: what policies
 * that name one decide follows its creation, its edits and its deletion.
 */
import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pushImage } from "../support/testbed/images.ts";
import { namespace, pod, policyOf } from "../support/testbed/objects.ts";
import { eventually, makeTemporaryDir, run, type RunResult } from "../support/testbed/process.ts";
import { repositoryRoot } from "../support/testbed/programs.ts";
import { sealgateProgram } from "../support/testbed/sealgate.ts";
import { useGate, TRUST_ROOT, type Gate } from "./gate.ts";
import { describeOnTestbed, type Testbed } from "./testbed.ts";

const IN_NAMESPACE = "trust-roots";
/** Sealgate's own: the kubeconfig of the suite names none. */
const OWN = "sealgate";
const RBAC = "rbac.authorization.k8s.io";
const SIGNER = { kind: "email", email: "dev@testbed.example" } as const;

type Spec = Readonly<Record<string, unknown>>;

function trustRoot(name: string, spec: Spec): object {
  return { apiVersion: "sealgate.dev/v1alpha1", kind: "TrustRoot", metadata: { name }, spec };
}

/** What the chart lets Sealgate read of its own namespace, of the one ConfigMap and the one Secret. */
function rights(name: string): readonly object[] {
  const metadata = { namespace: OWN, name: "sealgate-trust-roots" };
  const rules = [
    { apiGroups: [""], resources: ["configmaps", "secrets"], resourceNames: [name], verbs: ["list", "watch"] },
  ];
  const roleRef = { apiGroup: RBAC, kind: "Role", name: metadata.name };
  const subjects = [{ kind: "ServiceAccount", namespace: "sealgate-system", name: "sealgate" }];
  return [
    { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules },
    { apiVersion: `${RBAC}/v1`, kind: "RoleBinding", metadata, roleRef, subjects },
  ];
}

/** The members of trusted_root.json that a test writes down again as parts. */
interface TrustedRoot {
  readonly certificateAuthorities: readonly Authority[];
  readonly timestampAuthorities: readonly Authority[];
  readonly tlogs: readonly Log[];
  readonly ctlogs: readonly Log[];
}
interface Authority {
  readonly certChain: { readonly certificates: readonly { readonly rawBytes: string }[] };
}
interface Log {
  readonly baseUrl: string;
  readonly publicKey: { readonly rawBytes: string };
}

/** `spec.sigstoreKeys` of an instance, from the file that cosign wrote about it. */
function partsOf(file: string): Spec {
  const root = JSON.parse(readFileSync(file, "utf8")) as TrustedRoot;
  const certChain = ({ certChain: { certificates } }: Authority): Spec => ({
    certChain: certificates
      .map(({ rawBytes }) => String(new X509Certificate(Buffer.from(rawBytes, "base64"))))
      .join(""),
  });
  const log = ({ publicKey: { rawBytes } }: Log): Spec => {
    const key = createPublicKey({ key: Buffer.from(rawBytes, "base64"), format: "der", type: "spki" });
    return { publicKey: key.export({ format: "pem", type: "spki" }), validFrom: "2020-01-01T00:00:00Z" };
  };
  return {
    certificateAuthorities: root.certificateAuthorities.map(certChain),
    timestampAuthorities: root.timestampAuthorities.map(certChain),
    tLogs: root.tlogs.map((each) => ({ ...log(each), baseURL: each.baseUrl })),
    ctLogs: root.ctlogs.map(log),
  };
}

describeOnTestbed("policy trust roots", (testbed) => {
  let gate: Gate;
  let image: string;
  let inline: string;

  const named = (name: string, root: string, { keyless }: Testbed): object =>
    policyOf(
      { namespace: IN_NAMESPACE, name },
      {
        verifyImages: [
          {
            name: "acme",
            imageReferences: [image.replace(/@.*$/u, "")],
            trustRoot: root,
            attestors: [{ entries: [{ name: "dev", keyless: keyless.identityOf(SIGNER) }] }],
          },
        ],
      },
    );

  before("sign an image with the private Sigstore", async () => {
    gate = await useGate(testbed());
    const { registries, keyless, sigstore } = testbed();
    inline = readFileSync(sigstore.trustedRoot, "utf8");
    const registry = registries.distribution;
    const pushed = await pushImage({ registry, repository: "trust-roots/web", seed: "trust roots" });
    image = pushed.reference;
    await keyless.sign(image, SIGNER);
    await gate.apply(namespace(IN_NAMESPACE), named("signed", "acme", testbed()));
  });

  /** Until the denial, by whatever it is, says so. */
  async function isDeniedBy(text: string): Promise<void> {
    let answer: RunResult | undefined;
    await eventually(`the image is denied by ${text}`, async () => {
      answer = await gate.ask(IN_NAMESPACE, image);
      if (answer.code !== 0 && answer.stderr.includes(text)) return true;
      throw new Error(answer.stderr);
    });
  }

  it("leave undetermined what names one that is not there", async () => {
    await isDeniedBy("TrustRootMissing");
    const { stderr } = await gate.ask(IN_NAMESPACE, image);
    assert.match(stderr, /could not be verified for ImageVerifyPolicy "trust-roots\/signed"/u);
    assert.match(stderr, /trust root "acme" for "dev" {2}TrustRootMissing: .*it does not exist/u);
    assert.match(stderr, /hint: correct the name in trustRoot, or make a TrustRoot of that name/u);
  });

  it("decide once they are made, by text or by parts, and again when they are edited or deleted", async () => {
    await gate.apply(trustRoot("acme", { inline }));
    await gate.becomes("admitted", IN_NAMESPACE, image);
    // A root that cannot be used is not the one that it was before
    await gate.apply(trustRoot("acme", { inline: "{}" }));
    await isDeniedBy("TrustRootNotReady");
    await gate.apply(trustRoot("acme", { sigstoreKeys: partsOf(testbed().sigstore.trustedRoot) }));
    await gate.becomes("admitted", IN_NAMESPACE, image);
    await gate.apply(trustRoot("acme", { publicGood: {} }));
    await isDeniedBy("LogUnknown");
    await gate.apply(trustRoot("acme", { inline }));
    await gate.becomes("admitted", IN_NAMESPACE, image);
    await gate.must(["delete", "troot", "acme"]);
    await isDeniedBy("TrustRootMissing");
  });

  it("stand before the roots of the configuration and of the program", async () => {
    await gate.apply(named("signed", TRUST_ROOT, testbed()));
    await gate.becomes("admitted", IN_NAMESPACE, image);
    await gate.apply(trustRoot(TRUST_ROOT, { github: {} }));
    await isDeniedBy("TimestampAuthorityUnknown");
    await gate.must(["delete", "troot", TRUST_ROOT]);
    await gate.becomes("admitted", IN_NAMESPACE, image);
  });

  it("follow the ConfigMap or Secret that they name, and are nothing else while it is missing or broken", async () => {
    const name = "trust-root-text";
    const metadata = { namespace: OWN, name };
    const configMap = (text: string): object => ({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: text } });
    const secret = { apiVersion: "v1", kind: "Secret", metadata, stringData: { a: inline } };
    const message = async (): Promise<string> =>
      await gate.must(["get", "troot", TRUST_ROOT, "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].message}"]);
    await gate.apply(namespace(OWN), ...rights(name), named("signed", TRUST_ROOT, testbed()));
    await gate.becomes("admitted", IN_NAMESPACE, image);
    // Of the name of a root that would admit
    await gate.apply(trustRoot(TRUST_ROOT, { configMap: { name, key: "a" } }));
    await isDeniedBy("TrustRootNotReady");
    await gate.apply(configMap(inline));
    await gate.becomes("admitted", IN_NAMESPACE, image);
    await gate.apply(configMap("{}"));
    await isDeniedBy("TrustRootNotReady");
    await gate.apply(configMap(inline));
    await gate.becomes("admitted", IN_NAMESPACE, image);
    await gate.must(["-n", OWN, "delete", "configmap", name]);
    await isDeniedBy("TrustRootNotReady");
    await eventually("the status says why", async () =>
      (await message()).includes(`ConfigMap "${OWN}/${name}": the ConfigMap does not exist`),
    );
    await gate.apply(secret, trustRoot(TRUST_ROOT, { secret: { name, key: "a" } }));
    await gate.becomes("admitted", IN_NAMESPACE, image);
    await gate.must(["-n", OWN, "delete", "secret", name]);
    await isDeniedBy("TrustRootNotReady");
    await gate.must(["delete", "troot", TRUST_ROOT]);
    await gate.becomes("admitted", IN_NAMESPACE, image);
  });

  it("of files have their texts beside them, and sealgate apply says which is missing", async () => {
    const [policies, pods] = [makeTemporaryDir("trust-root"), makeTemporaryDir("pod")];
    const write = (folder: string, object: object): void =>
      writeFileSync(join(folder, `${(object as { kind: string }).kind}.json`), JSON.stringify(object));
    const told = async (): Promise<string> =>
      (await run(process.execPath, [sealgateProgram, "apply", "-p", policies, "-r", join(pods, "Pod.json")])).stderr;
    write(pods, pod({ namespace: IN_NAMESPACE, name: "web" }, image));
    write(policies, trustRoot("acme", { configMap: { name: "acme", key: "a" } }));
    write(policies, named("by-files", "acme", testbed()));
    assert.match(
      await told(),
      /^trust root acme is not ready: spec\.configMap: member "a" of ConfigMap "sealgate\/acme": the ConfigMap does not exist$/mu,
    );
    const metadata = { namespace: OWN, name: "acme" };
    write(policies, { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: inline } });
    assert.doesNotMatch(await told(), /not ready/u);
  });

  it("take the example, and are listed", async () => {
    const example = join(repositoryRoot(), "examples/trust-root.yaml");
    await gate.must(["apply", "-f", example]);
    assert.match(await gate.must(["get", "troot"]), /^NAME +READY +AGE\nacme-sigstore +(?:True +)?\S/u);
    await gate.must(["delete", "-f", example]);
  });

  const parts = (): Spec => partsOf(testbed().sigstore.trustedRoot);
  const REFUSED: Readonly<Record<string, readonly [() => Spec, field: string, message: RegExp]>> = {
    "nothing to trust": [
      () => ({}),
      "spec",
      /must have exactly one of publicGood, github, inline, configMap, secret, sigstoreKeys/u,
    ],
    "two variants": [() => ({ github: {}, publicGood: {} }), "spec", /must have exactly one of/u],
    "a ConfigMap of another namespace": [
      () => ({ configMap: { name: "acme", namespace: "prod", key: "a" } }),
      "spec.configMap.namespace",
      /unknown field/u,
    ],
    "a Secret without its member": [() => ({ secret: { name: "acme" } }), "spec.secret.key", /Required/u],
    "a TUF repository": [() => ({ tuf: { mirror: "https://a.example" } }), "spec.tuf", /unknown field/u],
    "a refresh": [() => ({ publicGood: { refresh: true } }), "spec.publicGood.refresh", /unknown field/u],
    "requirements of what is known": [() => ({ github: {}, requires: {} }), "spec.requires", /must not be written/u],
    "no proof of time": [
      () => ({ inline, requires: { transparencyLog: false } }),
      "spec.requires",
      /asks for no proof of time/u,
    ],
    "a text that is too long": [() => ({ inline: "x".repeat(131_073) }), "spec.inline", /Too long/u],
    "a log without its beginning": [
      () => ({ sigstoreKeys: { tLogs: [{ ...first(parts()["tLogs"]), validFrom: undefined }] } }),
      "spec.sigstoreKeys.tLogs[0].validFrom",
      /Required/u,
    ],
    "a time that is none": [
      () => ({ sigstoreKeys: { ctLogs: [{ ...first(parts()["ctLogs"]), validFrom: "2026-02-31T00:00:00Z" }] } }),
      "spec.sigstoreKeys.ctLogs[0].validFrom",
      /must be a time of RFC 3339/u,
    ],
    "a chain that is no PEM": [
      () => ({ sigstoreKeys: { certificateAuthorities: [{ certChain: "x".repeat(64) }] } }),
      "spec.sigstoreKeys.certificateAuthorities[0].certChain",
      /should match/u,
    ],
  };
  for (const [name, [spec, field, message]] of Object.entries(REFUSED)) {
    it(`are refused with ${name}`, async () => {
      const stdin = JSON.stringify(trustRoot("wrong", spec()));
      const { code, stderr } = await gate.cluster.kubectl(["create", "--dry-run=server", "-f", "-"], { stdin });
      assert.equal(code, 1, stderr);
      assert.ok(stderr.includes(field), stderr);
      assert.match(stderr, message);
    });
  }
});

function first(list: unknown): Spec {
  return (list as readonly Spec[])[0] ?? {};
}
