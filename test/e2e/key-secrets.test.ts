/**
 * Keys in Secrets through a real API server: what may be read, that a Secret which is replaced counts for the next
 * admission, and that one which is deleted or holds no key denies.
 */
import assert from "node:assert/strict";
import { run, type RunResult } from "../support/testbed/process.ts";
import { sealgateProgram } from "../support/testbed/sealgate.ts";
import { namespace, policyOf } from "../support/testbed/objects.ts";
import { type Gate, useGate } from "./gate.ts";
import { describeOnTestbed } from "./testbed.ts";

const IN_NAMESPACE = "key-secrets";
const CLUSTER_LABEL = "key-secrets.example";
/** Sealgate's own: the kubeconfig of the suite names none. */
const OWN = "sealgate";
const RBAC = "rbac.authorization.k8s.io";

function secret(inNamespace: string, name: string, members: Readonly<Record<string, string>>): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { namespace: inNamespace, name }, stringData: members };
}

/** docs/keys.md, Rights. */
function rights(inNamespace: string, name: string): readonly object[] {
  const metadata = { namespace: inNamespace, name: "sealgate-keys" };
  const rules = [{ apiGroups: [""], resources: ["secrets"], resourceNames: [name], verbs: ["list", "watch"] }];
  const roleRef = { apiGroup: RBAC, kind: "Role", name: metadata.name };
  const subjects = [{ kind: "ServiceAccount", namespace: "sealgate-system", name: "sealgate" }];
  return [
    { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules },
    { apiVersion: `${RBAC}/v1`, kind: "RoleBinding", metadata, roleRef, subjects },
  ];
}

describeOnTestbed("key secrets", (testbed) => {
  let gate: Gate;
  let host: string;
  let signed: string;
  let acme: string;
  let other: string;

  const spec = (stored: object): object => ({
    verifyImages: [
      {
        name: "acme",
        imageReferences: [`${host}/acme/*`],
        attestors: [{ entries: [{ name: "release", keys: { secret: stored }, insecureIgnoreTlog: true }] }],
      },
    ],
  });
  const holds = async (members: Readonly<Record<string, string>>, inNamespace = IN_NAMESPACE): Promise<void> => {
    await gate.cluster.kubectl(["-n", inNamespace, "delete", "secret", "release", "--ignore-not-found"]);
    await gate.apply(secret(inNamespace, "release", members));
  };
  const denial = async (inNamespace = IN_NAMESPACE): Promise<string> => {
    await gate.becomes("denied", inNamespace, signed);
    return (await gate.ask(inNamespace, signed)).stderr;
  };

  before(async () => {
    gate = await useGate(testbed());
    const { distribution } = testbed().registries;
    ({ host } = distribution);
    signed = distribution.images.find(({ name }) => name === "signed-by-cosign-v2")?.reference ?? "";
    assert.notEqual(signed, "");
    acme = testbed().keys.acme.publicPem;
    other = testbed().keys.other.publicPem;
    await gate.apply(namespace(IN_NAMESPACE), namespace(OWN));
    await gate.apply(policyOf({ namespace: IN_NAMESPACE, name: "signed" }, spec({ name: "release" })));
  });

  after(async () => {
    await gate.must(["delete", "civp", "stored", "--ignore-not-found"]);
  });

  it("may not be read without a Role, and say which right is missing", async () => {
    await gate.apply(secret(IN_NAMESPACE, "release", { "cosign.pub": acme }));
    assert.match(
      await denial(),
      /KeyUnavailable: Cannot verify signatures with key "cosign\.pub" of Secret "key-secrets\/release": Sealgate may not read it: .* list and watch/u,
    );
  });

  it("are read with the rights that docs/keys.md names", async () => {
    await gate.apply(...rights(IN_NAMESPACE, "release"));
    await gate.becomes("admitted", IN_NAMESPACE, signed);
  });

  it("count for the next admission once they are replaced", async () => {
    await gate.apply(secret(IN_NAMESPACE, "release", { "cosign.pub": other }));
    assert.match(await denial(), /SignatureInvalid/u);
    await gate.apply(secret(IN_NAMESPACE, "release", { "cosign.pub": acme }));
    await gate.becomes("admitted", IN_NAMESPACE, signed);
  });

  it("revoke when they are deleted", async () => {
    await gate.must(["-n", IN_NAMESPACE, "delete", "secret", "release"]);
    assert.match(await denial(), /KeyUnavailable: .*: the Secret does not exist/u);
  });

  for (const [what, members, reason] of [
    ["no such member", () => ({ other: acme }), /the Secret has no such member/u],
    ["two keys", () => ({ "cosign.pub": acme + other }), /it holds 2 PEM blocks/u],
    ["no key", () => ({ "cosign.pub": "pl4nted-secret" }), /it is no public key/u],
  ] as const) {
    it(`deny with ${what}, and show nothing of what is there`, async () => {
      await holds(members());
      const found = await denial();
      assert.match(found, reason);
      assert.ok(!found.includes("pl4nted"));
      assert.ok(!gate.sealgate.log().includes("pl4nted"));
    });
  }

  it("of a cluster policy lie in Sealgate's own namespace, or in one that the operator listed", async () => {
    const match = { namespaceSelector: { matchLabels: { [CLUSTER_LABEL]: "yes" } } };
    const stored = (named: object): object => ({
      apiVersion: "sealgate.dev/v1alpha1",
      kind: "ClusterImageVerifyPolicy",
      metadata: { name: "stored" },
      spec: { ...spec(named), match },
    });
    await gate.apply(namespace("key-secrets-cluster", { [CLUSTER_LABEL]: "yes" }));
    await gate.apply(...rights(OWN, "release"), secret(OWN, "release", { "cosign.pub": acme }));
    await gate.apply(stored({ name: "release" }));
    await gate.becomes("admitted", "key-secrets-cluster", signed);
    await gate.apply(stored({ name: "release", namespace: IN_NAMESPACE }));
    assert.match(await denial("key-secrets-cluster"), /secretNamespaces of the configuration does not list it/u);
  });

  it("of a namespaced policy are its namespace's own: the API server refuses another", async () => {
    const wrong = policyOf({ namespace: IN_NAMESPACE, name: "wrong" }, spec({ name: "release", namespace: OWN }));
    const { code, stderr } = await gate.cluster.kubectl(["create", "-f", "-"], { stdin: JSON.stringify(wrong) });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /keys\.secret\.namespace.*must not be written in a namespaced policy/u);
  });

  it("serve --key on the command line", async () => {
    await holds({ "cosign.pub": acme });
    const flags = ["--insecure-ignore-tlog", `--plain-http=${host}`, `--allow-private=${host}`];
    const verify = async (key: string): Promise<RunResult> =>
      run(process.execPath, [sealgateProgram, "verify", signed, "--key", key, ...flags], {
        env: { KUBECONFIG: gate.cluster.kubeconfig },
      });
    const { code, stderr } = await verify(`k8s://${IN_NAMESPACE}/release`);
    assert.equal(code, 0, stderr);
    const absent = await verify(`k8s://${IN_NAMESPACE}/release/old.pub`);
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /Cannot use --key k8s:.*: the Secret has no such member/u);
  });
});
