// Who may call: each thing that an API server can show, right and wrong, and what changes while a connection stands.
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { createServer, type Server } from "node:https";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { digestOf } from "../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { makeServingCertificate } from "../../src/kubernetes/serving-certificate.ts";
import type { Callers } from "../../src/ports/callers.ts";
import { CallerCheck, type Peer } from "../../src/webhook/callers.ts";
import {
  authorityOf,
  ISSUED_AT,
  LEAF_MS,
  makeClientLeaf,
  makeLeaf,
  makeRoot,
  pemOf,
  type TestCertificate,
} from "../support/x509/certificate.ts";
import { extendedKeyUsage, PURPOSE } from "../support/x509/extension.ts";
import { distinguishedName } from "../support/x509/name.ts";

const NAME = "kube-apiserver";
const root = makeRoot();
const byCertificate = (...authorities: readonly TestCertificate[]): Callers => ({
  kind: "clientCertificate",
  authorities: authorities.map((authority) => authorityOf([authority])),
  commonNames: ["another", NAME],
});
const showing = (raw: Uint8Array, CN: unknown = NAME): Peer => ({
  getPeerCertificate: () => ({ raw, subject: { CN } }),
});
const nothing: Peer = { getPeerCertificate: () => ({}) };

describe("CallerCheck", () => {
  const refusal = (callers: Callers, peer: Peer, authorization?: string, now = ISSUED_AT): string | undefined =>
    new CallerCheck(
      () => callers,
      () => now,
    ).refusal(peer, authorization);

  it("asks nothing of anybody by default", () => {
    const peer: Peer = { getPeerCertificate: () => assert.fail("it is not asked for") };
    assert.equal(refusal({ kind: "anybody" }, peer, "Bearer whatever"), undefined);
  });

  describe("by bearer token", () => {
    const callers: Callers = {
      kind: "bearerToken",
      digests: new Set(["first-token-of-two", "second-token-of-two"].map((token) => digestOf(encodeUtf8(token)))),
    };

    it("takes each of the tokens, the scheme in any case", () => {
      for (const header of ["Bearer first-token-of-two", "bearer second-token-of-two"]) {
        assert.equal(refusal(callers, nothing, header), undefined);
      }
    });

    for (const header of [
      undefined,
      "",
      "Basic first-token-of-two",
      "first-token-of-two",
      "Bearer  first-token-of-two",
    ]) {
      it(`refuses ${JSON.stringify(header)}`, () => {
        assert.equal(refusal(callers, nothing, header), "the caller sends no bearer token");
      });
    }

    it("refuses another token, and does not repeat it", () => {
      const said = refusal(callers, nothing, "Bearer first-token-of-twoX");
      assert.equal(said, "the caller's bearer token is none of those taken");
    });
  });

  describe("by client certificate", () => {
    const callers = byCertificate(root);
    const leaf = makeClientLeaf(root, NAME);

    it("takes one that an authority issued, with one of the names", () => {
      assert.equal(refusal(callers, showing(leaf.der)), undefined);
      assert.equal(refusal(byCertificate(makeRoot({ key: "P-384" }), root), showing(leaf.der)), undefined);
    });

    const serving = { extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.serverAuth]) } };
    const refused: Readonly<Record<string, readonly [Peer, RegExp, number?]>> = {
      "no certificate": [nothing, /^the caller shows no client certificate$/],
      "what is no certificate": [showing(encodeUtf8("none")), /^the caller shows no client certificate$/],
      "another name": [showing(leaf.der, "kubelet"), /bears none of the common names$/],
      "two names": [showing(leaf.der, [NAME, "kubelet"]), /bears none of the common names$/],
      "one of another authority": [
        showing(makeClientLeaf(makeRoot({ key: "P-384" }), NAME).der),
        /not accepted \(Certificate(?:SignatureInvalid|IssuerUnknown)\)$/,
      ],
      "one for servers": [showing(makeClientLeaf(root, NAME, serving).der), /\(CertificatePurposeMissing\)$/],
      "the authority's own": [showing(root.der), /\(CertificateLeafIsCa\)$/],
      "one that has ended": [showing(leaf.der), /\(CertificateNotValid\)$/, ISSUED_AT + LEAF_MS + 1000],
      "one that signs images": [
        showing(makeLeaf(root, { subject: distinguishedName({ commonName: NAME }) }).der),
        /\(CertificatePurposeMissing\)$/,
      ],
    };
    for (const [what, [peer, reason, now]] of Object.entries(refused)) {
      it(`refuses ${what}`, () => assert.match(refusal(callers, peer, undefined, now) ?? "", reason));
    }

    it("judges a connection anew when the authorities change, the names do, or time passes", () => {
      let now = ISSUED_AT;
      let asked = callers;
      const check = new CallerCheck(
        () => asked,
        () => now,
      );
      const peer = showing(leaf.der);
      assert.equal(check.refusal(peer, undefined), undefined);
      asked = byCertificate(makeRoot({ key: "P-384" }));
      assert.notEqual(check.refusal(peer, undefined), undefined);
      asked = { ...byCertificate(root), commonNames: ["another"] } as Callers;
      assert.match(check.refusal(peer, undefined) ?? "", /common names/);
      asked = callers;
      assert.equal(check.refusal(peer, undefined), undefined);
      now += LEAF_MS + 1000;
      assert.match(check.refusal(peer, undefined) ?? "", /CertificateNotValid/);
    });
  });

  describe("over TLS", () => {
    let server: Server;
    let ca: string;
    let seen: (string | undefined)[];
    before(async () => {
      const made = await makeServingCertificate(["localhost"], Date.now());
      ca = made.caPem;
      const check = new CallerCheck(
        () => byCertificate(root),
        () => ISSUED_AT,
      );
      const tls = { cert: made.certPem, key: made.keyPem, requestCert: true, rejectUnauthorized: false };
      server = createServer(tls, (incoming, answer) => {
        seen.push(check.refusal(incoming.socket as TLSSocket, undefined));
        answer.end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    beforeEach(() => {
      seen = [];
    });
    after(() => new Promise((resolve) => server.close(resolve)));

    const call = async (shown: object): Promise<void> => {
      const { port } = server.address() as AddressInfo;
      await new Promise<void>((resolve, reject) => {
        const options = { host: "127.0.0.1", port, servername: "localhost", ca, agent: false, ...shown };
        request(options, (answer) => {
          answer.resume();
          answer.on("end", resolve);
        })
          .on("error", reject)
          .end();
      });
    };
    const keyOf = ({ privateKey }: TestCertificate): string =>
      createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" }))
        .export({ format: "pem", type: "pkcs8" })
        .toString();

    it("reads the certificate and its name from the connection", async () => {
      const leaf = makeClientLeaf(root, NAME);
      await call({ cert: pemOf(leaf.der), key: keyOf(leaf) });
      await call({});
      assert.deepEqual(seen, [undefined, "the caller shows no client certificate"]);
    });
  });
});
