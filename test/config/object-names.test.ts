// One object of a kind, namespace and name in all files.
import assert from "node:assert/strict";
import { ObjectNames } from "../../src/config/object-names.ts";

const named = (kind: string, name: string, namespace?: string) => ({ kind, metadata: { namespace, name } });

describe("config/object-names", () => {
  it("names both files, and the one that has it twice", () => {
    const names = new ObjectNames();
    assert.deepEqual(names.add("a.yaml", [named("ImageVerifyPolicy", "x", "prod")]), []);
    assert.deepEqual(names.add("b.yaml", [named("ImageVerifyPolicy", "x", "prod")]), [
      'b.yaml: ImageVerifyPolicy "prod/x" is there in a.yaml too: a cluster would keep one',
    ]);
    assert.deepEqual(names.add("c.yaml", [named("ImageVerifyException", "y"), named("ImageVerifyException", "y")]), [
      'c.yaml: ImageVerifyException "y" is there twice: a cluster would keep one',
    ]);
  });

  it("takes another kind, namespace or name, and what stood in a file that was refused", () => {
    const names = new ObjectNames();
    const [first, ...others] = [
      named("ImageVerifyPolicy", "x", "prod"),
      named("ImageVerifyPolicy", "x", "test"),
      named("ClusterImageVerifyPolicy", "x"),
      named("ClusterImageVerifyPolicy", "y"),
    ];
    assert.ok(first);
    assert.deepEqual(names.add("a.yaml", [first]), []);
    assert.deepEqual(names.add("b.yaml", others), []);
    assert.equal(names.add("c.yaml", [named("ImageVerifyException", "z"), first]).length, 1);
    assert.deepEqual(names.add("d.yaml", [named("ImageVerifyException", "z")]), []);
  });
});
