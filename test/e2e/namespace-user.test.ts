/**
 * Somebody who owns a namespace against a policy of the cluster, through the real API server with its authorization: nothing
 * that this user may do gets an image past it, and what would is forbidden.
 */
import assert from "node:assert/strict";
import { isDenied } from "../support/testbed/gate.ts";
import { clusterPolicy, namespace } from "../support/testbed/objects.ts";
import type { RunResult } from "../support/testbed/process.ts";
import { useGate, type Gate } from "./gate.ts";
import { ATTEMPTS, FORBIDDEN, PREPARATIONS, TENANT, USER, type Images } from "./namespace-user.ts";
import { describeOnTestbed } from "./testbed.ts";

const LABELS = { "testbed.example/tenants": "yes" };

/** What Kubernetes gives to the admin of a namespace, and the chart beside it. */
function rights(): readonly object[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const apiGroup = "rbac.authorization.k8s.io";
  const subjects = [{ kind: "User", apiGroup, name: USER }];
  const verbs = ["create", "update", "patch", "delete", "get", "list", "watch"];
  const role = { apiVersion, kind: "ClusterRole", metadata: { name: "policies-of-a-namespace" } };
  const roles = ["system:aggregate-to-admin", "system:aggregate-to-edit", "system:aggregate-to-view"];
  return [
    {
      ...role,
      rules: [
        { apiGroups: ["sealgate.dev"], resources: ["imageverifypolicies"], verbs },
        { apiGroups: [""], resources: ["pods/ephemeralcontainers"], verbs },
      ],
    },
    ...[...roles, role.metadata.name].map((name, i) => ({
      apiVersion,
      kind: "RoleBinding",
      metadata: { namespace: TENANT, name: `tenant-${i}` },
      roleRef: { apiGroup, kind: "ClusterRole", name },
      subjects,
    })),
  ];
}

describeOnTestbed("hostile namespace user", (testbed) => {
  let gate: Gate;
  let images: Images;

  const asUser = async (args: readonly string[], object?: object): Promise<RunResult> =>
    gate.cluster.kubectl([`--as=${USER}`, "--as-group=system:authenticated", ...args], {
      ...(object !== undefined && { stdin: JSON.stringify(object) }),
    });

  const create = async (object: object): Promise<RunResult> => asUser(["create", "-f", "-"], object);

  function denies({ code, stderr, stdout }: RunResult): void {
    assert.notEqual(code, 0, stdout);
    assert.match(stderr, / denied the request: /u);
    assert.match(stderr, /ClusterImageVerifyPolicy "tenant", rule "acme"/u);
  }

  before("give somebody a namespace, and the namespace a policy of the cluster", async () => {
    gate = await useGate(testbed());
    const { registries, keys } = testbed();
    const find = (name: string): (typeof registries.distribution.images)[number] => {
      const image = registries.distribution.images.find((each) => each.name === name);
      assert.ok(image);
      return image;
    };
    const unsigned = find("unsigned");
    images = { signed: find("signed-by-cosign-v2").reference, unsigned: unsigned.reference, digest: unsigned.digest };
    await gate.apply(namespace(TENANT, LABELS));
    await gate.apply(...rights());
    const publicKey = keys.acme.publicPem;
    await gate.apply(clusterPolicy({ name: TENANT, imageReferences: ["*"], publicKey }, LABELS));
    await gate.becomes("denied", TENANT, images.unsigned);
  });

  after(async () => {
    await gate.must(["delete", "clusterimageverifypolicy", TENANT]);
    await gate.must(["-n", TENANT, "delete", "imageverifypolicies", "--all"]);
  });

  for (const { title, pod } of ATTEMPTS) {
    it(`gets no unsigned image in ${title}`, async () => denies(await create(pod(images))));
  }

  for (const { title, args, object, says } of FORBIDDEN) {
    it(`may not have ${title}`, async () => {
      const { code, stderr } = await asUser(args, object);
      assert.notEqual(code, 0);
      assert.match(stderr, says);
    });
  }

  for (const { title, objects } of PREPARATIONS) {
    it(`is not helped by ${title}`, async () => {
      for (const object of objects(images)) {
        const made = await asUser(["apply", "-f", "-"], object);
        assert.equal(made.code, 0, made.stderr);
      }
      // Long enough for it to have arrived
      await gate.becomes("denied", TENANT, images.unsigned);
      for (const { pod } of ATTEMPTS.slice(0, 3)) denies(await create(pod(images)));
    });
  }

  describe("with a pod that was admitted", () => {
    before(async () => {
      await gate.must(["-n", TENANT, "delete", "imageverifypolicies", "--all"]);
      await gate.becomes("admitted", TENANT, images.signed);
      const { code, stderr } = await gate.create("admitted", TENANT, images.signed);
      assert.equal(code, 0, stderr);
    });

    const patch = async (body: object, ...options: readonly string[]): Promise<RunResult> =>
      asUser(["-n", TENANT, "patch", "pod", "admitted", "-p", JSON.stringify(body), ...options]);
    const toUnsigned = (): object => ({ spec: { containers: [{ name: "web", image: images.unsigned }] } });

    it("may not change its image, whatever it writes beside", async () => {
      denies(await patch(toUnsigned()));
      denies(await patch({ ...toUnsigned(), metadata: { annotations: { "sealgate.dev/verified": "true" } } }));
      denies(await asUser(["-n", TENANT, "set", "image", "pod/admitted", `web=${images.unsigned}`]));
    });

    it("may not debug with an unsigned image", async () => {
      const containers = [{ name: "debugger", image: images.unsigned }];
      denies(await patch({ spec: { ephemeralContainers: containers } }, "--subresource=ephemeralcontainers"));
    });

    it("may use what is signed", async () => {
      const answer = await create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { namespace: TENANT, name: "own" },
        spec: { containers: [{ name: "web", image: images.signed }] },
      });
      assert.ok(!isDenied(answer), answer.stderr);
      assert.equal(answer.code, 0, answer.stderr);
    });

    it("may not change the image of a pod that is being deleted", async () => {
      await gate.must(["-n", TENANT, "patch", "pod", "admitted", "-p", '{"metadata":{"finalizers":["a.example/b"]}}']);
      await gate.must(["-n", TENANT, "delete", "pod", "admitted", "--wait=false", "--grace-period=30"]);
      denies(await patch(toUnsigned()));
      assert.equal((await patch({ metadata: { finalizers: null } })).code, 0);
    });

    it("had no pod with any image but the signed one", async () => {
      const path = "jsonpath={.items[*].spec['containers','initContainers'][*].image}";
      const running = (await gate.must(["-n", TENANT, "get", "pods", "-o", path]))
        .split(" ")
        .filter((text) => text !== "");
      assert.deepEqual(
        running.filter((image) => !image.startsWith(`${images.signed}@sha256:`)),
        [],
      );
    });
  });
});
