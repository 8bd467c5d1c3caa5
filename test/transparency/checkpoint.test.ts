/** Checkpoints: the text (verification-spec §5.4), whose signatures count, and the form of each generation. */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { formatCheckpoint, parseCheckpoint, verifyCheckpoint } from "../../src/transparency/checkpoint.ts";
import type { TransparencyLog } from "../../src/transparency/entry.ts";
import { failsWith } from "../support/failures.ts";
import { noteLine, TestLog, witnessLine, type CheckpointParts } from "../support/transparency/log.ts";

const ROOT = Buffer.alloc(32, 9).toString("base64");
const TEXT = `log.example\n5\n${ROOT}\n`;

describe("parseCheckpoint()", () => {
  const accepted: Readonly<Record<string, string>> = {
    "three lines": TEXT,
    "size zero": `log.example\n0\n${ROOT}\n`,
    "a size of twenty digits": `log.example\n18446744073709551615\n${ROOT}\n`,
    "an origin with spaces": `rekor.example - 123\n5\n${ROOT}\n`,
    "the time of old checkpoints": `${TEXT}Timestamp: 1692374735595899989\n`,
    "many extensions": `${TEXT}one\ntwo\n three\n`,
  };
  for (const [name, text] of Object.entries(accepted)) {
    it(`takes ${name}, and writes it again byte by byte`, () => {
      assert.equal(formatCheckpoint(parseCheckpoint(text)), text);
    });
  }

  it("gives origin, size, root and extensions", () => {
    const { origin, size, rootHash, extensions } = parseCheckpoint(`${TEXT}one\n`);
    assert.deepEqual([origin, size, [...rootHash], extensions], ["log.example", 5n, Array(32).fill(9), ["one"]]);
  });

  const size = (text: string): string => `log.example\n${text}\n${ROOT}\n`;
  const refused: Readonly<Record<string, string>> = {
    nothing: "",
    "no end of the last line": TEXT.slice(0, -1),
    "another character in place of its end": `${TEXT.slice(0, -1)}x`,
    "no origin": `5\n${ROOT}\n`,
    "an empty origin": `\n5\n${ROOT}\n`,
    "no size": `log.example\n${ROOT}\n`,
    "no root": "log.example\n5\n",
    "an empty size": size(""),
    "trap 16: a size with a leading zero": size("05"),
    "trap 3: a negative zero": size("-0"),
    "a negative size": size("-5"),
    "a size with a sign": size("+5"),
    "a hexadecimal size": size("0x10"),
    "a size with exponent": size("1e3"),
    "a size with a space before it": size(" 12"),
    "a size with a space behind it": size("12 "),
    "a size in other digits": size("٥"),
    "a size with a fraction": size("5.0"),
    "a size of 21 digits": size("100000000000000000000"),
    "a root of 31 bytes": `log.example\n5\n${Buffer.alloc(31).toString("base64")}\n`,
    "a root of 33 bytes": `log.example\n5\n${Buffer.alloc(33).toString("base64")}\n`,
    "an empty root": "log.example\n5\n\n",
    "a root in hex": `log.example\n5\n${"09".repeat(32)}\n`,
    "a root without padding": `log.example\n5\n${ROOT.slice(0, -1)}\n`,
    "trap 16: an empty extension line": `${TEXT}\n`,
    "an empty line between extensions": `${TEXT}one\n\ntwo\n`,
  };
  for (const [name, text] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith("CheckpointMalformed", () => parseCheckpoint(text)));
  }
});

for (const generation of ["v1", "v2"] as const) {
  describe(`verifyCheckpoint() of ${generation}`, () => {
    const log = new TestLog({ generation });
    log.tree.append(Buffer.from("one"));
    log.tree.append(Buffer.from("two"));
    const own = (name = log.host, text = "other text\n"): string =>
      noteLine(name, log.keyId, log.sign(Buffer.from(text)));

    function verify(parts: CheckpointParts = {}, change: Partial<TransparencyLog> = {}): unknown {
      return verifyCheckpoint(log.checkpoint(parts), { ...log.trusted, ...change }, generation);
    }

    it("gives size and root", () => {
      const { size, rootHash, origin } = verifyCheckpoint(log.checkpoint(), log.trusted, generation);
      assert.equal(size, 2n);
      assert.deepEqual(rootHash, log.tree.root());
      assert.equal(origin, log.origin);
    });

    const hundredLines = {
      before: Array.from({ length: 99 }, (_, index) => witnessLine(`w${index}.example`)),
      after: [],
    };
    const accepted: Readonly<Record<string, CheckpointParts>> = {
      "witnesses before": { before: [witnessLine("w.example"), witnessLine("v.example")], after: [] },
      "witnesses behind": { after: [witnessLine("w.example"), witnessLine("v.example")] },
      "a witness that has the log's name": { after: [noteLine(log.host, Buffer.of(9, 9, 9, 9), Buffer.from("x"))] },
      "ninety-nine witnesses": hundredLines,
      "an extension": { extensions: ["Timestamp: 1692374735595899989"] },
    };
    for (const [name, parts] of Object.entries(accepted)) it(`takes ${name}`, () => void verify(parts));

    it("trap 16: takes the log's own line twice", () => {
      const note = log.checkpoint({ after: [] });
      const line = note.slice(note.indexOf("—"));
      verifyCheckpoint(note + line, log.trusted, generation);
    });

    const refused: Readonly<Record<string, [FailureCode, CheckpointParts]>> = {
      "no line of the log": ["CheckpointUnsigned", { hint: Buffer.of(9, 9, 9, 9) }],
      "a text that was not signed": ["CheckpointSignatureInvalid", { after: [own()], before: [] }],
      "a second line of the log that does not verify": ["CheckpointSignatureInvalid", { after: [own()] }],
      "such a line before the good one": ["CheckpointSignatureInvalid", { before: [own()] }],
      "a log's signature of no sense": [
        "CheckpointSignatureInvalid",
        { after: [noteLine(log.host, log.keyId, Buffer.of(0))] },
      ],
      "an origin of the other generation": [
        generation === "v1" ? "CheckpointOriginMalformed" : "CheckpointHostMismatch",
        { origin: generation === "v1" ? log.host : `${log.host} - 1` },
      ],
      "a size with a leading zero, signed": ["CheckpointMalformed", { size: "02" }],
      "trap 16: a blank line among the extensions, signed": ["CheckpointMalformed", { extensions: ["", "x"] }],
      "a missing origin, signed": ["CheckpointMalformed", { text: (text) => text.slice(text.indexOf("\n") + 1) }],
      "a note that is none": ["SignedNoteMalformed", { after: ["x\n"] }],
    };
    for (const [name, [code, parts]] of Object.entries(refused)) {
      it(`refuses ${name}`, () => void failsWith(code, () => verify(parts)));
    }

    it("takes the hint from checkpointKeyId where the trust root has one", () => {
      const checkpointKeyId = Buffer.alloc(32, 5);
      verify({ hint: checkpointKeyId }, { checkpointKeyId });
      failsWith("CheckpointUnsigned", () => verify({}, { checkpointKeyId }));
    });

    it("refuses the checkpoint of another log that has the same name", () => {
      const other = new TestLog({ generation });
      other.tree.append(Buffer.from("one"));
      failsWith("CheckpointUnsigned", () => verifyCheckpoint(other.checkpoint(), log.trusted, generation));
      const hint = log.keyId;
      failsWith("CheckpointSignatureInvalid", () =>
        verifyCheckpoint(other.checkpoint({ hint }), log.trusted, generation),
      );
    });

    it("refuses every prefix and every insertion", () => {
      const note = log.checkpoint({ after: [] });
      const refuses = (changed: string): void => {
        assert.throws(
          () => verifyCheckpoint(changed, log.trusted, generation),
          { name: "VerificationFailure" },
          changed,
        );
      };
      for (let at = 0; at <= note.length; at += 1) {
        if (at < note.length) refuses(note.slice(0, at));
        for (const inserted of ["\0", "\n", "0", "="]) refuses(note.slice(0, at) + inserted + note.slice(at));
      }
    });
  });
}

describe("verifyCheckpoint() of v1, by name", () => {
  // named after its pod, as a self-hosted Rekor is (vector othername)
  const pod = new TestLog({ generation: "v1", host: "rekor-5bf94.pod" });
  pod.tree.append(Buffer.from("one"));
  const elsewhere = { ...pod.trusted, baseUrl: "https://rekor.example" };

  it("takes a name that is not the host, from a root that is not built in", () => {
    verifyCheckpoint(pod.checkpoint(), elsewhere, "v1");
    const { baseUrl: _, ...without } = pod.trusted;
    verifyCheckpoint(pod.checkpoint(), without, "v1");
  });

  it("holds the logs of built-in roots to their hosts", () => {
    verifyCheckpoint(pod.checkpoint(), { ...pod.trusted, isBuiltIn: true }, "v1");
    failsWith("CheckpointHostMismatch", () =>
      verifyCheckpoint(pod.checkpoint(), { ...elsewhere, isBuiltIn: true }, "v1"),
    );
    const { baseUrl: _, ...without } = pod.trusted;
    failsWith("LogBaseUrlMissing", () => verifyCheckpoint(pod.checkpoint(), { ...without, isBuiltIn: true }, "v1"));
  });

  const origins: Readonly<Record<string, [FailureCode, CheckpointParts]>> = {
    "an origin of another name than its signature": ["CheckpointNameMismatch", { origin: "other.example - 1" }],
    "trap 16: the log's hint under another name": ["CheckpointNameMismatch", { name: "other.example" }],
    "an origin of which the name is a part": ["CheckpointNameMismatch", { origin: "x.rekor-5bf94.pod - 1" }],
    "an origin without tree": ["CheckpointOriginMalformed", { origin: "rekor-5bf94.pod" }],
    "an origin with an empty tree": ["CheckpointOriginMalformed", { origin: "rekor-5bf94.pod - " }],
    "an origin with a tree of letters": ["CheckpointOriginMalformed", { origin: "rekor-5bf94.pod - 12a" }],
    "an origin with a negative tree": ["CheckpointOriginMalformed", { origin: "rekor-5bf94.pod -1" }],
    "an origin without name": ["CheckpointOriginMalformed", { origin: " - 1" }],
  };
  for (const [name, [code, parts]] of Object.entries(origins)) {
    it(`refuses ${name}`, () => void failsWith(code, () => verifyCheckpoint(pod.checkpoint(parts), pod.trusted, "v1")));
  }
});

describe("verifyCheckpoint() of v2, by name", () => {
  const odd = new TestLog({ generation: "v2", host: "log.(2025)*.example" });
  odd.tree.append(Buffer.from("one"));
  const named = new TestLog({ generation: "v2", host: "log2025-1.rekor.example" });
  named.tree.append(Buffer.from("one"));
  const at = (baseUrl: string): TransparencyLog => ({ ...named.trusted, baseUrl });

  it("takes the host of the base URL, whatever its port and path", () => {
    for (const url of ["https://log2025-1.rekor.example:8443/api", "http://LOG2025-1.rekor.example"]) {
      verifyCheckpoint(named.checkpoint(), at(url), "v2");
    }
  });

  it("trap 16: passes over the log's hint under another name, and wants its own", () => {
    verifyCheckpoint(
      named.checkpoint({ before: [noteLine("other.example", named.keyId, Buffer.of(1))] }),
      named.trusted,
      "v2",
    );
    failsWith("CheckpointUnsigned", () =>
      verifyCheckpoint(named.checkpoint({ name: "other.example" }), named.trusted, "v2"),
    );
  });

  it("refuses another host than the base URL has, even with the right key", () => {
    for (const url of [
      "https://rekor.example",
      "https://log2025-1xrekor.example",
      "https://log2025-1.rekor.example.org",
    ]) {
      failsWith("CheckpointUnsigned", () => verifyCheckpoint(named.checkpoint(), at(url), "v2"));
    }
    failsWith("CheckpointHostMismatch", () =>
      verifyCheckpoint(named.checkpoint({ origin: "x.example" }), named.trusted, "v2"),
    );
  });

  it("refuses a log without base URL, or with one that names no host", () => {
    const { baseUrl: _, ...without } = named.trusted;
    failsWith("LogBaseUrlMissing", () => verifyCheckpoint(named.checkpoint(), without, "v2"));
    for (const url of ["", "log2025-1.rekor.example", "file:///log"]) {
      failsWith("LogBaseUrlMissing", () => verifyCheckpoint(named.checkpoint(), at(url), "v2"));
    }
  });

  it("takes no name for a pattern", () => {
    verifyCheckpoint(odd.checkpoint(), odd.trusted, "v2");
    failsWith("CheckpointUnsigned", () => verifyCheckpoint(named.checkpoint({ name: ".*" }), named.trusted, "v2"));
  });
});
