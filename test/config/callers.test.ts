// The callers key: what it takes, what it refuses, and that each of its leaves changes who may call.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CALLERS, callersDetail, type CallerSettings } from "../../src/config/callers.ts";
import { DEFAULT_CONFIG, formatConfig, loadConfig } from "../../src/config/load.ts";
import { CallerCheck, type Peer } from "../../src/webhook/callers.ts";
import { schemaNodes } from "../policy/schema-leaves.ts";
import { ISSUED_AT, makeClientLeaf, makeRoot } from "../support/x509/certificate.ts";

const TOKEN = "a-token-of-an-api-server";
const root = makeRoot();

describe("config: callers", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-callers-"));
    writeFileSync(join(folder, "ca.crt"), root.pem);
    writeFileSync(join(folder, "other.crt"), makeRoot({ key: "P-384" }).pem);
    writeFileSync(join(folder, "both.crt"), `${makeRoot({ key: "P-384" }).pem}${root.pem}`);
    writeFileSync(join(folder, "token"), `${TOKEN}\nanother-token-beside-it\n`);
    writeFileSync(join(folder, "other-token"), "another-token-beside-it");
    writeFileSync(join(folder, "empty"), "\n");
    writeFileSync(join(folder, "short"), "secret");
    writeFileSync(join(folder, "text"), "this is no token at all");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function load(text: string): CallerSettings {
    const file = join(folder, "config.yaml");
    writeFileSync(file, text);
    return loadConfig(file).callers;
  }
  const certificate = (caFile: string, commonNames = "[kube-apiserver]"): string =>
    `callers: {clientCertificate: {caFile: ${caFile}, commonNames: ${commonNames}}}`;
  const token = (file: string): string => `callers: {bearerToken: {file: ${file}}}`;

  const leaf = makeClientLeaf(root, "kube-apiserver");
  const peer: Peer = { getPeerCertificate: () => ({ raw: leaf.der, subject: { CN: "kube-apiserver" } }) };
  /** Whether an API server with that certificate and that token may call. */
  const mayCall = (text: string): boolean => {
    const { callers } = load(text);
    return (
      new CallerCheck(
        () => callers,
        () => ISSUED_AT,
      ).refusal(peer, `Bearer ${TOKEN}`) === undefined
    );
  };

  it("asks for nothing by default", () => {
    assert.equal(load("{}").callers.kind, "anybody");
    assert.ok(mayCall("{}"));
    assert.doesNotMatch(formatConfig(DEFAULT_CONFIG), /callers/);
  });

  it("reads authorities, one or several, and tokens, one on each line", () => {
    for (const text of [certificate("ca.crt"), certificate("both.crt"), token("token")]) assert.ok(mayCall(text), text);
    assert.deepEqual(load(token("token")).files, [join(folder, "token")]);
    assert.deepEqual(load(certificate("ca.crt")).files, [join(folder, "ca.crt")]);
  });

  it("keeps no token, and is printed as a file that says the same", () => {
    for (const text of [certificate("ca.crt", "[a, b]"), token("token")]) {
      const callers = load(text);
      const printed = formatConfig({ ...DEFAULT_CONFIG, callers });
      assert.doesNotMatch(printed, /a-token/);
      const again = load(printed);
      assert.deepEqual([again.files, again.printed], [callers.files, callers.printed]);
    }
    const { callers } = load(token("token"));
    assert.ok(callers.kind === "bearerToken");
    assert.deepEqual(
      [...callers.digests].map((digest) => /^sha256:[0-9a-f]{64}$/.test(digest)),
      [true, true],
    );
  });

  it("tells of it for readiness", () => {
    const said = ["{}", certificate("ca.crt", "[a, b]"), token("token")].map((text) => callersDetail(load(text)));
    assert.deepEqual(said, [
      "whoever reaches the port may call",
      "callers show a client certificate of a, b",
      "callers show a bearer token",
    ]);
  });

  const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
    "neither way": ["callers: {}", /config\.yaml:1: callers: has 0 members, want at least 1/],
    "both ways": [
      "callers: {bearerToken: {file: token}, clientCertificate: {caFile: ca.crt, commonNames: [a]}}",
      /callers: has 2 members, want at most 1/,
    ],
    "no names": ["callers: {clientCertificate: {caFile: ca.crt}}", /commonNames: is required/],
    "an empty list of names": [certificate("ca.crt", "[]"), /commonNames: has 0 members, want at least 1/],
    "an unknown member": ["callers: {bearerToken: {file: token, tokens: [a]}}", /tokens/],
    "a CA that is not there": [certificate("none"), /callers\.clientCertificate\.caFile: cannot be read: ENOENT/],
    "a CA that is none": [certificate("text"), /caFile: holds no list of certificates: /],
    "tokens that are not there": [token("none"), /callers\.bearerToken\.file: cannot be read: ENOENT/],
    "no token": [token("empty"), /file: holds no token$/],
    "a token that is too short": [token("short"), /file: has a line that is no token, want 16 or more of /],
    "what is no token": [token("text"), /file: has a line that is no token/],
  };
  for (const [what, [text, reason]] of Object.entries(refused)) {
    it(`refuses ${what}, and shows nothing of what a file holds`, () => {
      assert.throws(
        () => load(text),
        (error: Error) => reason.test(error.message) && !/secret|at all/.test(error.message),
      );
    });
  }

  const live: Readonly<Record<string, readonly [string, string]>> = {
    "clientCertificate.caFile": [certificate("ca.crt"), certificate("other.crt")],
    "clientCertificate.commonNames[]": [certificate("ca.crt"), certificate("ca.crt", "[other]")],
    "bearerToken.file": [token("token"), token("other-token")],
  };
  for (const [key, [taken, not]] of Object.entries(live)) {
    it(`callers.${key} is live`, () => assert.deepEqual([mayCall(taken), mayCall(not)], [true, false]));
  }

  it("has a row here for each leaf", () => {
    const leaves = schemaNodes(CALLERS).filter(([, { type }]) => type !== "object" && type !== "array");
    assert.deepEqual(leaves.map(([path]) => path).toSorted(), Object.keys(live).toSorted());
  });
});
