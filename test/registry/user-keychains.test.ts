// What the user of the command line is logged in with: files of docker and podman, looked into once a registry asks.
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { CredentialClaim, Keychains, SourceAnswer } from "../../src/ports/credentials.ts";
import { authFileSource, UserKeychains, type UserAuthFile } from "../../src/registry/user-keychains.ts";
import { entriesOf, type Users } from "./pull-secrets.ts";

const REPOSITORY = { host: "reg.io", path: "acme/web" };
const { signal } = new AbortController();

function fileOf(text: string | undefined, rules: UserAuthFile["rules"] = "docker"): UserAuthFile & { reads: number } {
  const file = {
    name: "/home/u/auth.json",
    rules,
    reads: 0,
    read: () => {
      file.reads += 1;
      return text === undefined ? undefined : encodeUtf8(text);
    },
  };
  return file;
}

const auths = (users: Users): string => JSON.stringify({ auths: entriesOf(users) });
const ask = async (file: UserAuthFile, repository = REPOSITORY): Promise<SourceAnswer> => {
  const source = authFileSource(file, process.env).sourceOf(repository);
  assert.ok(source);
  return await source.ask(signal);
};
const users = ({ credentials }: SourceAnswer): readonly string[] =>
  credentials.map(({ source, credential }) => `${credential.username} of ${source}`);

describe("credentials: of the command line's user", () => {
  it("docker's file is read by docker's rules, podman's by podman's", async () => {
    const text = auths({ "reg.io": "host", "reg.io/acme": "namespace" });
    assert.deepEqual(users(await ask(fileOf(text))), ["host of /home/u/auth.json"]);
    assert.deepEqual(users(await ask(fileOf(text, "podman"))), ["namespace of /home/u/auth.json"]);
  });

  it("a file is read once, and not before it is asked", async () => {
    const file = fileOf(auths({ "reg.io": "a" }));
    const source = authFileSource(file, process.env);
    const [first, second] = [source.sourceOf(REPOSITORY), source.sourceOf({ host: "other.io", path: "x" })];
    assert.equal(file.reads, 0);
    await first?.ask(signal);
    await second?.ask(signal);
    assert.equal(file.reads, 1);
  });

  it("a file that is not there, or does not know the registry, says nothing", async () => {
    const nothing = { credentials: [], notes: [] };
    assert.deepEqual(await ask(fileOf(undefined)), nothing);
    assert.deepEqual(await ask(fileOf(auths({ "other.io": "a" }))), nothing);
  });

  it("a file that is broken is passed over by name, and not repeated", async () => {
    const answer = await ask(fileOf("{pl4nted"));
    assert.deepEqual(answer.credentials, []);
    assert.match(String(answer.notes), /^Cannot use \/home\/u\/auth\.json: /);
    assert.doesNotMatch(String(answer.notes), /pl4nted/);
  });

  it("a file that cannot be read is passed over by name", async () => {
    const error = Object.assign(new Error("EACCES: /home/u"), { code: "EACCES" });
    const file: UserAuthFile = { name: "f", rules: "docker", read: () => assert.fail(error) };
    assert.deepEqual((await ask(file)).notes, ["f cannot be read (EACCES)"]);
  });

  it("a helper that a file names is asked", async () => {
    const text = JSON.stringify({ credHelpers: { "reg.io": "sealgate-test-gone" } });
    assert.deepEqual((await ask(fileOf(text))).notes, ["docker-credential-sealgate-test-gone is not installed"]);
  });

  it("its own serve every policy, a namespaced one too", () => {
    const claims: CredentialClaim[] = [];
    const inner: Keychains = {
      keychain: (claim) => {
        claims.push(claim);
        return { id: "", sourcesFor: () => [] };
      },
    };
    new UserKeychains(inner).keychain({ secrets: [], isOperators: false });
    assert.deepEqual(claims, [{ secrets: [], isOperators: true }]);
  });
});
