/** preAuthEncoding() against the example of the DSSE protocol, and lengths in bytes (verification-spec §2.2). */
import assert from "node:assert/strict";
import { preAuthEncoding } from "../../src/encoding/pre-auth-encoding.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/encoding/text.ts";

describe("preAuthEncoding()", () => {
  it("encodes the protocol's example", () => {
    const encoded = preAuthEncoding("http://example.com/HelloWorld", encodeUtf8("hello world"));
    assert.equal(decodeUtf8(encoded), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("counts bytes, not characters", () => {
    assert.equal(decodeUtf8(preAuthEncoding("é", encodeUtf8("→"))), "DSSEv1 2 é 3 →");
  });

  it("tells a space in the type from one in the body", () => {
    assert.notDeepEqual(preAuthEncoding("a b", encodeUtf8("c")), preAuthEncoding("a", encodeUtf8("b c")));
  });
});
