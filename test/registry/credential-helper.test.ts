// Credential helpers as real programs: what they are asked, what is taken of their answer, and every way to give none.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { SourceAnswer } from "../../src/ports/credentials.ts";
import { askHelper } from "../../src/registry/credential-helper.ts";
import { withEnvironment } from "../support/cloud/environment.ts";

const SERVER = "reg.io";
const { signal } = new AbortController();

describe("credentials: helpers", () => {
  let folder: string;
  let environment: Readonly<Record<string, string | undefined>>;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-helpers-"));
    environment = { PATH: `${folder}${delimiter}${process.env["PATH"]}`, ITS_OWN: "1" };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A shell script named docker-credential-NAME. */
  function install(name: string, ...lines: readonly string[]): void {
    const file = join(folder, `docker-credential-${name}`);
    writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"));
    chmodSync(file, 0o755);
  }

  const printing = (answer: unknown): string => `cat <<'END'\n${JSON.stringify(answer)}\nEND`;
  const ask = async (name: string, timeoutMs?: number): Promise<SourceAnswer> =>
    await askHelper({ helper: name, server: SERVER, environment }, signal, timeoutMs);

  it("is asked with get, for the server on its standard input", async () => {
    install(
      "good",
      `echo "$@" > ${folder}/asked`,
      `cat >> ${folder}/asked`,
      printing({ Username: "u", Secret: "pl4nted" }),
    );
    const credential = { username: "u", password: "pl4nted" };
    assert.deepEqual(await ask("good"), { credentials: [{ source: "docker-credential-good", credential }], notes: [] });
    assert.equal(readFileSync(join(folder, "asked"), "utf8"), `get\n${SERVER}`);
  });

  it("gives an identity token where the user is <token>", async () => {
    install("token", printing({ ServerURL: SERVER, Username: "<token>", Secret: "pl4nted" }));
    const [found] = (await ask("token")).credentials;
    assert.deepEqual(found?.credential, { username: "<token>", password: "", identityToken: "pl4nted" });
  });

  it("has the environment that it is given, and nothing of what was set since", async () => {
    install("env", `env > ${folder}/environment`, printing({ Username: "u", Secret: "pl4nted" }));
    await withEnvironment({ AWS_EC2_METADATA_DISABLED: "true" }, async () => ask("env"));
    const had = readFileSync(join(folder, "environment"), "utf8");
    assert.match(had, /^ITS_OWN=1$/mu);
    assert.doesNotMatch(had, /AWS_/u);
  });

  it("may end without having read what it is asked", async () => {
    install("deaf", "exec 0<&-", printing({ Username: "u", Secret: "pl4nted" }));
    assert.equal((await ask("deaf")).credentials.length, 1);
  });

  const silent: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
    "does not know the server": [
      ["echo 'credentials not found in native keychain'", "exit 1"],
      /has no credential for it$/,
    ],
    fails: [["echo pl4nted", "echo pl4nted >&2", "exit 3"], /failed$/],
    "prints nothing": [["exit 0"], /printed nothing$/],
    "prints to standard error alone": [[`echo '{"Username":"u","Secret":"pl4nted"}' >&2`], /printed nothing$/],
    "prints no JSON": [["echo pl4nted"], /gave no credential: what it printed is not valid JSON$/],
    "prints a list": [["echo '[]'"], /gave no credential: /],
    "prints no secret": [[printing({ Username: "pl4nted" })], /gave no credential: Secret is empty$/],
    "prints a number for a secret": [[printing({ Username: "u", Secret: 7 })], /gave no credential: /],
    "prints without end": [["yes pl4nted"], /printed more than 65536 bytes$/],
    "is ended by a signal": [["kill -9 $$"], /failed$/],
  };
  for (const [what, [lines, note]] of Object.entries(silent)) {
    it(`one that ${what} gives none, and nothing of it is repeated`, async () => {
      install("bad", ...lines);
      const answer = await ask("bad");
      assert.deepEqual(answer.credentials, []);
      assert.match(String(answer.notes), note);
      assert.match(String(answer.notes), /^docker-credential-bad /);
      assert.doesNotMatch(String(answer.notes), /pl4nted/);
    });
  }

  it("one that hangs is ended, with what it has started left behind", async () => {
    install("slow", "sleep 60");
    const answer = await ask("slow", 200);
    assert.deepEqual(answer, { credentials: [], notes: ["docker-credential-slow did not answer in time"] });
  });

  it("one that is not installed, or no program, gives none", async () => {
    assert.deepEqual((await ask("gone")).notes, ["docker-credential-gone is not installed"]);
    writeFileSync(join(folder, "docker-credential-text"), "text");
    assert.deepEqual((await ask("text")).notes, ["docker-credential-text cannot be started"]);
  });
});
