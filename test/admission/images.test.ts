// Which images a request brings in: all places of a pod, only what is new on UPDATE, nothing where nothing starts.
import assert from "node:assert/strict";
import { AdmissionError } from "../../src/admission/error.ts";
import { isMirrorPod, podImages } from "../../src/admission/images.ts";
import type { AdmissionRequest } from "../../src/admission/request.ts";
import { container, pod, requestOf, updateOf, type Members } from "../support/reviews.ts";

const A = "ghcr.io/acme/a:1";
const B = "ghcr.io/acme/b:1";

const shown = (request: AdmissionRequest): readonly string[] =>
  podImages(request).map(({ field, image }) => `${field} ${image}`);

describe("podImages()", () => {
  it("finds containers, init containers, ephemeral containers and image volumes", () => {
    const spec = {
      containers: [container("one", A), container("two", B)],
      initContainers: [container("init", "i"), { name: "sidecar", image: "s", restartPolicy: "Always" }],
      ephemeralContainers: [{ name: "debug", image: "d", targetContainerName: "one" }],
      volumes: [
        { name: "scratch", emptyDir: {} },
        { name: "data", image: { reference: "v", pullPolicy: "IfNotPresent" } },
      ],
    };
    assert.deepEqual(shown(requestOf(pod({}, spec))), [
      `/spec/containers/0/image ${A}`,
      `/spec/containers/1/image ${B}`,
      "/spec/initContainers/0/image i",
      "/spec/initContainers/1/image s",
      "/spec/ephemeralContainers/0/image d",
      "/spec/volumes/1/image/reference v",
    ]);
  });

  it("passes over a container or volume that names no image", () => {
    const spec = {
      containers: [container("none", undefined), container("empty", ""), { name: "null", image: null }],
      initContainers: null,
      volumes: [
        { name: "absent", image: {} },
        { name: "null", image: null },
      ],
    };
    assert.deepEqual(shown(requestOf(pod({}, spec))), []);
  });

  const changes: readonly [string, Members, Members, readonly string[]][] = [
    ["nothing but a label", pod({ web: A }), pod({ web: A }, {}, { labels: { a: "b" } }), []],
    ["the image of a container", pod({ web: A, log: B }), pod({ web: B, log: B }), ["/spec/containers/0/image"]],
    ["the order of containers", pod({ web: A, log: B }), pod({ log: B, web: A }), []],
    [
      "images that are swapped",
      pod({ web: A, log: B }),
      pod({ web: B, log: A }),
      ["/spec/containers/0/image", "/spec/containers/1/image"],
    ],
    [
      "another spelling of the same image",
      pod({ web: "nginx" }),
      pod({ web: "docker.io/library/nginx" }),
      ["/spec/containers/0/image"],
    ],
    [
      "an init container of the name and image of a container",
      pod({ web: A }),
      pod(
        {},
        {
          containers: [container("web", A)],
          initContainers: [container("web", A)],
        },
      ),
      ["/spec/initContainers/0/image"],
    ],
    [
      "an image where there was none",
      pod({}, { containers: [container("web", undefined)] }),
      pod({ web: A }),
      ["/spec/containers/0/image"],
    ],
  ];
  for (const [what, before, after, fields] of changes) {
    it(`on UPDATE: ${what}`, () => {
      assert.deepEqual(
        podImages(updateOf(before, after)).map(({ field }) => field),
        fields,
      );
    });
  }

  it("on UPDATE without an old object, everything is new", () => {
    assert.equal(podImages(updateOf(null, pod({ web: A }))).length, 1);
  });

  it("on CREATE, an old object counts for nothing", () => {
    assert.equal(podImages(requestOf(pod({ web: A }), { oldObject: pod({ web: A }) })).length, 1);
  });

  it("an ephemeral container is new, what runs beside it is not", () => {
    const after = pod({ web: A }, { ephemeralContainers: [container("debug", B)] });
    const request = updateOf(pod({ web: A }), after, { subResource: "ephemeralcontainers" });
    assert.deepEqual(shown(request), [`/spec/ephemeralContainers/0/image ${B}`]);
  });

  const elsewhere: Readonly<Record<string, Members>> = {
    "a deletion": { operation: "DELETE", oldObject: pod({ web: A }) },
    "a connection": {
      operation: "CONNECT",
      subResource: "attach",
      kind: { group: "", version: "v1", kind: "PodAttachOptions" },
    },
    "a status": { operation: "UPDATE", subResource: "status" },
    "a binding": { subResource: "binding", kind: { group: "", version: "v1", kind: "Binding" } },
    "another resource": { resource: { group: "", version: "v1", resource: "configmaps" } },
    "a kind of another group": { kind: { group: "metrics.k8s.io", version: "v1", kind: "Pod" } },
  };
  for (const [what, request] of Object.entries(elsewhere)) {
    it(`nothing for ${what}`, () => assert.deepEqual(shown(requestOf(pod({ web: A }), request)), []));
  }

  const unreadable: readonly [string, unknown, RegExp][] = [
    ["no spec", { kind: "Pod", metadata: {} }, /spec is absent/],
    ["containers that are an object", pod({}, { containers: {} }), /spec.containers is an object, want a list/],
    ["a container that is a string", pod({}, { containers: ["a"] }), /spec.containers\[0\] is a string/],
    ["an image that is a number", pod({}, { containers: [{ name: "a", image: 1 }] }), /image is the number 1/],
    ["a container without a name", pod({}, { containers: [{ image: A }] }), /spec.containers\[0\].name is absent/],
    [
      "an image volume that is a string",
      pod({}, { volumes: [{ name: "v", image: "x" }] }),
      /volumes\[0\].image is a string/,
    ],
    [
      "a reference that is a list",
      pod({}, { volumes: [{ name: "v", image: { reference: [] } }] }),
      /reference is a list/,
    ],
  ];
  for (const [what, object, message] of unreadable) {
    it(`refuses a pod with ${what}`, () => {
      assert.throws(
        () => podImages(requestOf(object)),
        (error) => error instanceof AdmissionError && error.status === 400 && message.test(error.message),
      );
    });
  }

  it("refuses an old pod that cannot be read, rather than take everything for unchanged", () => {
    assert.throws(() => podImages(updateOf({ spec: { containers: [{}] } }, pod({ web: A }))), AdmissionError);
  });

  it("refuses what is no v1 Pod under the resource pods", () => {
    for (const kind of [
      { group: "", version: "v2", kind: "Pod" },
      { group: "", version: "v1", kind: "PodTemplate" },
    ]) {
      assert.throws(() => podImages(requestOf(pod({ web: A }), { kind })), /want v1 Pod/);
    }
  });
});

describe("isMirrorPod()", () => {
  const annotations = { "kubernetes.io/config.mirror": "hash" };
  const node = { username: "system:node:a", groups: ["system:nodes", "system:authenticated"] };
  const cases: readonly [string, unknown, Members, boolean][] = [
    ["written by a node, with the annotation", { annotations }, node, true],
    ["written by somebody else, with the annotation", { annotations }, { username: "alice", groups: [] }, false],
    ["written by a node, without the annotation", { annotations: { other: "x" } }, node, false],
    ["written by a node, without annotations", {}, node, false],
    ["written by a node, with annotations that are a list", { annotations: [] }, node, false],
  ];
  for (const [what, metadata, userInfo, isMirror] of cases) {
    it(`${what}: ${isMirror}`, () => {
      const request = requestOf(pod({ web: A }, {}, metadata as Members), { userInfo });
      assert.equal(isMirrorPod(request), isMirror);
      assert.equal(podImages(request).length, isMirror ? 0 : 1);
    });
  }

  it("is false without an object", () => {
    assert.equal(isMirrorPod(requestOf(null, { operation: "DELETE", userInfo: node })), false);
  });
});
