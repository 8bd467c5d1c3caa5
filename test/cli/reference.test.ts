/** `sealgate reference`: what is printed for a name, and which rules cover it; a name that is none is denied by all. */
import assert from "node:assert/strict";
import { runReference } from "../../src/cli/reference.ts";
import { compilePolicy, type CompiledPolicy } from "../../src/policy/compile.ts";
import { fakeIo } from "./fake-io.ts";
import { NO_TRUST_ROOTS, policy, rule } from "../policy/resources.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

function run(text: string, policies?: readonly CompiledPolicy[]): { code: number; out: string; err: string } {
  const io = fakeIo();
  const code = runReference(text, policies, io);
  return { code, ...io.printed() };
}

describe("sealgate reference", () => {
  it("prints host, path and tag of the canonical form", () => {
    const { code, out, err } = run("GHCR.IO:443/acme/app");
    assert.equal(out, "ghcr.io/acme/app:latest\n  host    ghcr.io\n  path    acme/app\n  tag     latest\n");
    assert.deepEqual([code, err], [0, ""]);
  });

  it("says that a tag beside a digest proves nothing", () => {
    const { out } = run(`ghcr.io/acme/app:v1@${DIGEST}`);
    assert.match(out, /^ {2}tag {5}v1 \(unproven text beside a digest\)$/m);
    assert.match(out, new RegExp(`^ {2}digest {2}${DIGEST}$`, "m"));
  });

  it("warns of a name without a host", () => {
    const { code, out, err } = run("nginx");
    assert.match(out, /^docker\.io\/library\/nginx:latest\n/);
    assert.match(err, /^warning: "nginx" names no registry/);
    assert.equal(code, 0);
  });

  it("names the rules that cover it, of every policy, and those that do not compile", () => {
    const cluster = compilePolicy(
      policy({ verifyImages: [rule({ name: "one" }), rule({ name: "two", imageReferences: ["quay.io/*"] })] }),
      NO_TRUST_ROOTS,
    );
    const namespaced = compilePolicy(
      policy({ verifyImages: [rule({ imageReferences: ["ghcr.*/x"] })] }, "ImageVerifyPolicy"),
      NO_TRUST_ROOTS,
    );
    const { out } = run("ghcr.io/acme/app", [cluster, namespaced]);
    const rows = out.split("covered by\n")[1]?.split("\n") ?? [];
    assert.equal(rows[0], `  ClusterImageVerifyPolicy "${cluster.id.name}", rule "one"`);
    assert.match(rows[1] ?? "", /^ {2}ImageVerifyPolicy ".+\/.+", rule ".+", which does not compile$/);
    assert.equal(rows.length, 3);
    assert.match(run("docker.io/acme/app", [cluster]).out, /\ncovered by no rule\n$/);
  });

  it("ends with 1 for what is no reference, with code and hint", () => {
    const { code, out, err } = run("ghcr.io/Acme/app");
    assert.equal(err.split(":")[0], "ReferenceMalformed");
    assert.match(err, /\nhint: write the image as /);
    assert.deepEqual([code, out], [1, ""]);
    assert.match(
      run(`a.b/x@sha512:${"ab".repeat(64)}`).err,
      /^DigestUnsupported: Cannot look for signatures of a sha512/,
    );
  });
});
