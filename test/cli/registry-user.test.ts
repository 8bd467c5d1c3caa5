// A user of the registry from the command line: the flags that go together, and a password that comes by standard input alone.
import assert from "node:assert/strict";
import { UsageError } from "../../src/cli/io.ts";
import { registryPasswordStdin, registryUser, registryUsername, shownFirst } from "../../src/cli/registry-user.ts";
import { fakeIo } from "./fake-io.ts";
import { keychainOf } from "../registry/fixtures.ts";

const io = (input: string): ReturnType<typeof fakeIo> => fakeIo({}, input);
const both = { registryUsername: "robot", registryPasswordStdin: true };

describe("credentials: a user from the command line", () => {
  it("without flags there is none, and standard input is not read", () => {
    const silent = { readInput: () => assert.fail("the standard input was read") };
    assert.equal(registryUser({ registryPasswordStdin: false }, silent), undefined);
  });

  for (const [input, password] of Object.entries({
    "pl4nted\n": "pl4nted",
    "pl4nted\r\n": "pl4nted",
    pl4nted: "pl4nted",
    " a:b \n\n": " a:b \n",
  })) {
    it(`the password is ${JSON.stringify(input)} without its last line end`, () => {
      assert.deepEqual(registryUser(both, io(input)), { username: "robot", password });
    });
  }

  const refused: Readonly<Record<string, readonly [object, string, RegExp]>> = {
    "a user without a password": [{ ...both, registryPasswordStdin: false }, "", /go together$/],
    "a password without a user": [{ registryPasswordStdin: true }, "pl4nted", /go together$/],
    "an empty password": [both, "\n", /^--registry-password-stdin: standard input is empty/],
    "a password of 1 MiB": [both, "p".repeat(1_048_576), /more than 65536 characters$/],
    "an empty user": [{ ...both, registryUsername: "" }, "pl4nted", /is no name that a user can have/],
    "a user with a colon": [{ ...both, registryUsername: "a:pl4nted" }, "pl4nted", /is no name that a user can have/],
  };
  for (const [what, [flags, input, message]] of Object.entries(refused)) {
    it(`refuses ${what}, without repeating anything`, () => {
      const ask = (): unknown => registryUser({ registryPasswordStdin: false, ...flags }, io(input));
      assert.throws(ask, (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /pl4nted|ppp/);
        return true;
      });
    });
  }

  it("is shown before all others, and is part of what the keychain is", async () => {
    const kept = keychainOf({ docker: { username: "other", password: "x" } });
    const keychain = shownFirst({ username: "robot", password: "pl4nted" }, "reg.io", kept);
    assert.notEqual(keychain.id, kept.id);
    const sources = async (host: string): Promise<readonly string[]> => {
      const asked = keychain.sourcesFor({ host, path: "acme/web" });
      const answers = await Promise.all(asked.map((source) => source.ask(new AbortController().signal)));
      return answers.flatMap(({ credentials }) => credentials.map(({ source }) => source));
    };
    assert.deepEqual(await sources("reg.io"), ["--registry-username", "docker"]);
    assert.deepEqual(await sources("other.io"), ["docker"]);
  });

  it("is typed as docker's and cosign's are", () => {
    assert.equal(registryUsername().long, "--registry-username");
    assert.equal(registryPasswordStdin().long, "--registry-password-stdin");
  });
});
