// The operator's credentials: for the registries of their entries alone, live, and without another program.
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { RegistryCredentials } from "../../src/ports/registry-settings.ts";
import type { CloudSources } from "../../src/ports/credentials.ts";
import { AuthFileError } from "../../src/registry/auth-file.ts";
import { OperatorCredentials } from "../../src/registry/operator-credentials.ts";
import { SecretSources } from "../../src/registry/secret-source.ts";
import { sourceOf } from "./fixtures.ts";
import { fakeReader } from "./pull-secret-reader.ts";
import { configJson, secretOf } from "./pull-secrets.ts";

const { signal } = new AbortController();
const secret = { ...secretOf(configJson({ "reg.io": "robot", "other.io": "other" })), namespace: "sealgate" };
const secrets = new SecretSources(fakeReader([secret]), "sealgate");
const clouds: CloudSources = {
  sourceOf: () => undefined,
  sourceBy: (provider, { host }) =>
    host === "gcr.io" ? sourceOf("cloud", [{ username: provider, password: "pl4nted" }]) : undefined,
};
const from = { secrets, clouds };
const named = (place: string): RegistryCredentials => ({ place, from: { kind: "secret", name: "regcred" } });
const written = (place: string, text: string): RegistryCredentials => ({
  place,
  from: { kind: "dockerConfig", file: "/etc/sealgate/docker.json", bytes: encodeUtf8(text) },
});

/** Users and notes of what serves `image`, the first first. */
async function ask(entries: readonly RegistryCredentials[], image: string): Promise<readonly string[]> {
  const [host = "", ...path] = image.split("/");
  const repository = { host, path: path.join("/") };
  const sources = new OperatorCredentials(() => entries, from).sources();
  const serving = sources.flatMap((each) => each.sourceOf(repository) ?? []);
  const answers = await Promise.all(serving.map((source) => source.ask(signal)));
  return answers.flatMap(({ credentials, notes }) => [
    ...credentials.map(({ source, credential }) => `${credential.username} of ${source}`),
    ...notes,
  ]);
}

describe("credentials: of the operator", () => {
  it("a Secret is the controller's own, by the kubelet's rules", async () => {
    assert.deepEqual(await ask([named("reg.io")], "reg.io/acme/web"), ['robot of Secret "sealgate/regcred"']);
    assert.deepEqual(await ask([named("third.io")], "third.io/acme/web"), [
      'Secret "sealgate/regcred" has no entry for third.io/acme/web',
    ]);
  });

  it("a docker config.json is read by docker's rules", async () => {
    const entries = [written("reg.io", configJson({ "reg.io": "robot" }))];
    assert.deepEqual(await ask(entries, "reg.io/acme/web"), ["robot of /etc/sealgate/docker.json"]);
    assert.deepEqual(await ask([written("reg.io", "{}")], "reg.io/acme/web"), [
      "/etc/sealgate/docker.json has no entry for reg.io",
    ]);
  });

  it("an identity is the cloud's to give, for images below its place and in its registries", async () => {
    const entry = (place: string): RegistryCredentials => ({ place, from: { kind: "provider", provider: "gar" } });
    assert.deepEqual(await ask([entry("gcr.io/acme")], "gcr.io/acme/web"), ["gar of cloud"]);
    assert.deepEqual(await ask([entry("gcr.io/acme")], "gcr.io/other/web"), []);
    assert.deepEqual(await ask([entry("reg.io")], "reg.io/acme/web"), []);
  });

  for (const [place, image] of [
    ["reg.io", "other.io/acme/web"],
    ["reg.io", "reg.io:5000/acme/web"],
    ["reg.io", "reg.io.evil.example/acme/web"],
    ["reg.io/acme", "reg.io/acme-evil/web"],
    ["reg.io/acme", "reg.io/other/web"],
  ] as const) {
    it(`what is for ${place} is not shown for ${image}`, async () => {
      assert.deepEqual(await ask([named(place)], image), []);
    });
  }

  it("a prefix serves itself and what is below it, and the longest comes first", async () => {
    const entries = [named("reg.io"), written("reg.io/acme", configJson({ "reg.io": "acme" }))];
    const both = ["acme of /etc/sealgate/docker.json", 'robot of Secret "sealgate/regcred"'];
    assert.deepEqual(await ask(entries, "reg.io/acme/web"), both);
    assert.deepEqual(await ask(entries, "reg.io/acme"), both);
    assert.deepEqual(await ask(entries, "reg.io/other"), both.slice(1));
  });

  it("a file that is broken, or names a helper, is refused by its path", () => {
    for (const [text, reason] of [
      ["{pl4nted", /it is not valid JSON$/],
      [
        JSON.stringify({ credsStore: "desktop" }),
        /it names the credential helper "desktop", and the controller starts/,
      ],
      [JSON.stringify({ credHelpers: { "reg.io": "ecr-login" } }), /it names the credential helper "ecr-login"/],
    ] as const) {
      assert.throws(
        () => new OperatorCredentials(() => [written("reg.io", text)], from),
        (error) => {
          assert.ok(error instanceof AuthFileError);
          assert.match(error.message, /^Cannot use \/etc\/sealgate\/docker\.json: /);
          assert.match(error.message, reason);
          assert.doesNotMatch(error.message, /pl4nted/);
          return true;
        },
      );
    }
  });

  it("a change is taken; one that breaks a file leaves what was in force, and says so", () => {
    let now: readonly RegistryCredentials[] = [];
    const live = new OperatorCredentials(() => now, from);
    assert.equal(live.detail(), "for 0 registries");
    now = [named("reg.io")];
    assert.equal(live.sources().length, 1);
    now = [written("reg.io", "{"), named("other.io")];
    assert.equal(live.sources().length, 1);
    assert.match(live.detail(), /^for 1 registries, kept as they last were: Cannot use \/etc\/sealgate\/docker\.json/);
    now = [];
    assert.equal(live.detail(), "for 0 registries");
  });
});
