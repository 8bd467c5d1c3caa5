/** buildAuthorities(): every path from an issuer to a root, and no other. */
import assert from "node:assert/strict";
import { buildAuthorities } from "../../src/x509/authority.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { makeIntermediate, makeLeaf, makeRoot, type TestCertificate } from "../support/x509/certificate.ts";
import { basicConstraints } from "../support/x509/extension.ts";
import { testKey } from "../support/x509/key.ts";
import { distinguishedName } from "../support/x509/name.ts";

const root = makeRoot();
const otherRoot = makeRoot({
  key: testKey("P-256", "other root"),
  subject: distinguishedName({ commonName: "other" }),
});
const upper = makeIntermediate(root, { extensions: { basicConstraints: basicConstraints(true, 1) } });
const lower = makeIntermediate(upper, {
  key: testKey("P-256", "lower"),
  subject: distinguishedName({ commonName: "lower" }),
});

/** The chains, each by the keys of its certificates. */
function chains(roots: readonly TestCertificate[], intermediates: readonly TestCertificate[]): readonly string[] {
  const parsed = (list: readonly TestCertificate[]): readonly Certificate[] => list.map((each) => each.parsed);
  const names = new Map([
    [root.parsed, "root"],
    [otherRoot.parsed, "other"],
    [upper.parsed, "upper"],
    [lower.parsed, "lower"],
  ]);
  return buildAuthorities(parsed(roots), parsed(intermediates)).map(({ chain }) =>
    chain.map((certificate) => names.get(certificate) ?? "?").join(" < "),
  );
}

describe("buildAuthorities()", () => {
  it("takes a root alone for an authority", () => assert.deepEqual(chains([root], []), ["root"]));

  it("finds intermediates whatever their order, issuer first", () => {
    assert.deepEqual(chains([root], [lower, upper]), ["root", "upper < root", "lower < upper < root"]);
  });

  it("leaves out what leads to no root", () => {
    assert.deepEqual(chains([otherRoot], [upper, lower]), ["other"]);
    assert.deepEqual(chains([root], [lower]), ["root"]);
    assert.deepEqual(chains([], [upper]), []);
  });

  it("does not take the right Name for the right key", () => {
    const impostor = makeRoot({ key: testKey("P-256", "impostor") });
    assert.equal(buildAuthorities([impostor.parsed], [upper.parsed]).length, 1);
  });

  it("keeps a bounded number of paths where many certificates issue one another", () => {
    const key = testKey("P-256", "ring");
    const first = makeIntermediate(root, { key });
    const ring = Array.from({ length: 12 }, (_, serialNumber) => makeIntermediate(first, { key, serialNumber }));
    const found = buildAuthorities(
      [root.parsed],
      [first, ...ring].map(({ parsed }) => parsed),
    );
    assert.equal(found.length, 100);
    assert.ok(found.every(({ chain }) => chain.at(-1) === root.parsed));
    assert.ok(ring.every(({ parsed }) => found.some(({ chain }) => chain[0] === parsed)));
  });

  it("follows no chain beyond ten certificates", () => {
    const line = [root];
    for (let length = 1; length < 12; length += 1) {
      const key = testKey("P-256", `line ${length}`);
      const subject = distinguishedName({ commonName: `line ${length}` });
      line.push(makeIntermediate(line.at(-1) ?? root, { key, subject }));
    }
    const found = buildAuthorities(
      [root.parsed],
      line.map(({ parsed }) => parsed),
    );
    assert.deepEqual(
      found.map(({ chain }) => chain.length),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
  });

  it("ends where certificates issue one another", () => {
    const key = testKey("P-256", "circle");
    const self = makeIntermediate(root, { key });
    const again = makeIntermediate({ ...self, privateKey: key }, { key, serialNumber: 8 });
    const found = buildAuthorities([root.parsed], [self.parsed, again.parsed]);
    assert.ok(found.length < 10, `${found.length} authorities`);
  });

  it("issues no leaf by itself", () => {
    assert.deepEqual(chains([root], [makeLeaf(otherRoot)]), ["root"]);
  });
});
