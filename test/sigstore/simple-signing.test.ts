/** parseSimpleSigning(): each rule of verification-spec §2.1 broken alone. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { parseSimpleSigning } from "../../src/sigstore/simple-signing.ts";
import { failsWith, isAccepted } from "../support/failures.ts";
import { bearsEveryInsertion, refusesEveryPrefix } from "../support/mutations.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const TYPE = "cosign container image signature";
const GOOD = `{"critical":{"identity":{"docker-reference":"r/a"},"image":{"docker-manifest-digest":"${DIGEST}"},"type":"${TYPE}"},"optional":null}`;

function parse(from: string | RegExp = "", to = ""): ReturnType<typeof parseSimpleSigning> {
  return parseSimpleSigning(encodeUtf8(GOOD.replace(from, to)));
}

describe("parseSimpleSigning()", () => {
  it("gives digest, reference and no annotations for null", () => {
    const { digest, dockerReference, annotations } = parse();
    assert.equal(digest, DIGEST);
    assert.equal(dockerReference, "r/a");
    assert.equal(annotations.size, 0);
  });

  it("gives the annotations of optional, whatever their values", () => {
    const { annotations } = parse("null", '{"creator":"x","timestamp":9007199254740993,"__proto__":"y"}');
    assert.deepEqual([...annotations.keys()], ["creator", "timestamp", "__proto__"]);
  });

  it("ignores another member beside critical", () => void parse("{", '{"note":1,'));

  it("accepts an absent optional, white space and another order of members", () => {
    parse(',"optional":null');
    parse("{", " {\n");
    parseSimpleSigning(encodeUtf8(`{"optional":{},${GOOD.slice(1).replace(',"optional":null', "")}`));
  });

  const refused: Readonly<Record<string, [FailureCode, string | RegExp, string]>> = {
    "another critical.type": ["PayloadTypeMismatch", TYPE, "atomic container signature"],
    "a critical.type in other case": ["PayloadTypeMismatch", TYPE, "Cosign container image signature"],
    "an unknown member of critical": ["PayloadMemberUnknown", '"critical":{', '"critical":{"expires":"2020",'],
    "an unknown member of critical.image": ["PayloadMemberUnknown", '"image":{', '"image":{"os":"linux",'],
    "an unknown member of critical.identity": ["PayloadMemberUnknown", '"identity":{', '"identity":{"tag":"x",'],
    "a digest key in other case": ["PayloadMemberUnknown", "docker-manifest", "Docker-manifest"],
    "no critical.type": ["PayloadMalformed", `,"type":"${TYPE}"`, ""],
    "no digest": ["PayloadMalformed", /"docker-manifest-digest":"[^"]*"/, ""],
    "a digest of another algorithm": ["PayloadMalformed", "sha256:", "sha512:"],
    "a digest in upper case": ["PayloadMalformed", "sha256:ab", "sha256:AB"],
    "a digest one character short": ["PayloadMalformed", "sha256:a", "sha256:"],
    "no identity": ["PayloadMalformed", '"identity":{"docker-reference":"r/a"},', ""],
    "a critical in other case": ["PayloadMemberUnknown", "critical", "Critical"],
    "a second critical in other case": ["PayloadMemberUnknown", "{", '{"Critical":{},'],
    "a second optional in other case": ["PayloadMemberUnknown", "{", '{"OPTIONAL":{},'],
    "no critical": ["PayloadMalformed", '"critical"', '"uncritical"'],
    "an empty digest": ["PayloadMalformed", DIGEST, ""],
    "a second critical": ["PayloadMalformed", "{", '{"critical":{},'],
    "a second digest": ["PayloadMalformed", '"image":{', `"image":{"docker-manifest-digest":"${DIGEST}",`],
    "optional that is text": ["PayloadMalformed", "null", '"x"'],
    "data behind": ["PayloadMalformed", /$/, "{}"],
  };
  for (const [name, [code, from, to]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parse(from, to)));
  }

  it("reject list: wrong `critical.type`", () => {
    failsWith("PayloadTypeMismatch", () => parse(TYPE, "atomic container signature"));
  });
  it("reject list: unknown critical member", () => {
    failsWith("PayloadMemberUnknown", () => parse('"critical":{', '"critical":{"expires":"2020",'));
  });
  it("reject list: duplicate keys", () => {
    failsWith("PayloadMalformed", () => parse('"image":{', `"image":{"docker-manifest-digest":"${DIGEST}",`));
  });

  it("refuses every prefix", () => refusesEveryPrefix(encodeUtf8(GOOD), parseSimpleSigning));

  it("bears one byte inserted anywhere", () => {
    // a member of another name is no optional, and a reference is any text
    bearsEveryInsertion(encodeUtf8(GOOD), parseSimpleSigning, ['"docker-reference":"r/a"']);
  });

  it("never throws anything but a failure for one flipped byte", () => {
    const bytes = encodeUtf8(GOOD);
    for (let index = 0; index < bytes.length; index += 1) {
      const flipped = Uint8Array.from(bytes, (byte, at) => (at === index ? byte ^ 0x80 : byte));
      assert.equal(
        isAccepted(() => parseSimpleSigning(flipped)),
        false,
        "a lone high byte is not UTF-8",
      );
    }
  });
});
