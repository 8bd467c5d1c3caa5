// Pull secrets as sources: read by name and only when asked, in one order, and a note for each that serves nothing.
import assert from "node:assert/strict";
import type { PullSecret, SecretName, SourceAnswer } from "../../src/ports/credentials.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { NO_CLUSTER, SecretSources } from "../../src/registry/secret-source.ts";
import { isUnavailable, rejectsWith } from "./fixtures.ts";
import { fakeReader, type FakeReader } from "./pull-secret-reader.ts";
import { configJson, secretOf, type Users } from "./pull-secrets.ts";

const REPOSITORY = { host: "reg.io", path: "acme/web" };
const { signal } = new AbortController();
const named = (name: string, users: Users): PullSecret => secretOf(configJson(users), undefined, name);
const inProd = (...names: readonly string[]): readonly SecretName[] =>
  names.map((name) => ({ namespace: "prod", name }));
const ask = async (reader: FakeReader, names: readonly SecretName[]): Promise<SourceAnswer> =>
  await new SecretSources(reader, "sealgate").ofNames(REPOSITORY, names).ask(signal);
const users = ({ credentials }: SourceAnswer): readonly string[] =>
  credentials.map(({ source, credential }) => `${credential.username} of ${source}`);

describe("credentials: pull secrets as sources", () => {
  it("read nothing before they are asked", () => {
    const reader = fakeReader([]);
    const sources = new SecretSources(reader, "sealgate");
    sources.ofNames(REPOSITORY, inProd("a"));
    sources.ofAccount(REPOSITORY, "prod", "builder");
    assert.deepEqual(reader.asked, []);
  });

  it("give the entries of all Secrets in one order, by the names of their Secrets", async () => {
    const reader = fakeReader([named("a", { "reg.io": "one" }), named("b", { "reg.io/acme": "two" })]);
    const answer = await ask(reader, inProd("a", "b"));
    assert.deepEqual(users(answer), ['two of Secret "prod/b"', 'one of Secret "prod/a"']);
    assert.deepEqual(answer.notes, []);
  });

  it("read a name without a namespace in the controller's", async () => {
    const reader = fakeReader([]);
    await ask(reader, [{ namespace: undefined, name: "a" }]);
    assert.deepEqual(reader.asked, ["sealgate/a"]);
  });

  it("say so where it is not known in which namespace the controller is", async () => {
    const reader = fakeReader([]);
    const source = new SecretSources(reader, undefined).ofNames(REPOSITORY, [{ namespace: undefined, name: "a" }]);
    assert.match(String((await source.ask(signal)).notes), /^Secret "a" is not read: .*--namespace/);
    assert.deepEqual(reader.asked, []);
  });

  it("have equal ids for equal names alone", () => {
    const sources = new SecretSources(fakeReader([]), "sealgate");
    const id = (names: readonly SecretName[]): string => sources.ofNames(REPOSITORY, names).id;
    assert.equal(id(inProd("a")), id(inProd("a")));
    const others = [
      id(inProd("a")),
      id(inProd("b")),
      id(inProd("a", "b")),
      id(inProd("b", "a")),
      id([{ namespace: undefined, name: "a" }]),
      sources.ofAccount(REPOSITORY, "prod", "a").id,
    ];
    assert.equal(new Set(others).size, others.length);
  });

  const notes: Readonly<Record<string, readonly [readonly PullSecret[], string]>> = {
    "is not there": [[], 'Secret "prod/regcred" does not exist'],
    "is of another type": [
      [secretOf("{}", "Opaque")],
      'Secret "prod/regcred" is of type "Opaque", want kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg',
    ],
    "has nothing under the key of its type": [
      [secretOf("")],
      'Secret "prod/regcred" holds nothing under .dockerconfigjson',
    ],
    "knows other registries": [
      [named("regcred", { "ghcr.io": "a" })],
      'Secret "prod/regcred" has no entry for reg.io/acme/web',
    ],
  };
  for (const [what, [secrets, note]] of Object.entries(notes)) {
    it(`pass over a Secret that ${what}, and say so`, async () => {
      assert.deepEqual(await ask(fakeReader(secrets), inProd("regcred")), { credentials: [], notes: [note] });
    });
  }

  it("say nothing of Secrets for other registries where one serves", async () => {
    const reader = fakeReader([named("a", { "ghcr.io": "one" }), named("b", { "reg.io": "two" })]);
    assert.deepEqual((await ask(reader, inProd("a", "b"))).notes, []);
  });

  it("fail on a Secret that is malformed, by its name and without its content", async () => {
    const error = await rejectsWith("PullSecretMalformed", ask(fakeReader([secretOf("{pl4nted")]), inProd("regcred")));
    assert.match(error.message, /^Cannot use Secret "prod\/regcred": \.dockerconfigjson is not valid JSON$/);
  });

  it("are unavailable where the reader is", async () => {
    const reader = {
      ...fakeReader([]),
      secret: () => Promise.reject(new UnavailableError("RegistryUnreachable", "x")),
    };
    await isUnavailable("RegistryUnreachable", ask(reader, inProd("a")));
  });

  for (const name of ["", "..", "a/b", "A", "a b", `${"a".repeat(254)}`, "a\n"]) {
    it(`ask nobody for ${JSON.stringify(name.slice(0, 10))}, which no object can be called`, async () => {
      const reader = fakeReader([]);
      const sources = new SecretSources(reader, "sealgate");
      assert.deepEqual((await ask(reader, inProd(name))).notes, ["a Secret is named as none can be"]);
      const { notes: said } = await sources.ofAccount(REPOSITORY, "prod", name).ask(signal);
      assert.deepEqual(said, ["the service account is named as none can be"]);
      assert.deepEqual(reader.asked, []);
    });
  }

  it("read thirty-two at most, and say how many were left", async () => {
    const reader = fakeReader([]);
    const answer = await ask(reader, inProd(...Array.from({ length: 40 }, (_, i) => `s${i}`)));
    assert.equal(reader.asked.length, 32);
    assert.equal(answer.notes.at(-1), "8 more Secrets are not read, want at most 32");
  });

  it("of a service account are those of its list", async () => {
    const reader = fakeReader([named("a", { "reg.io": "one" })], { "prod/builder": ["a"] });
    const answer = await new SecretSources(reader, "sealgate").ofAccount(REPOSITORY, "prod", "builder").ask(signal);
    assert.deepEqual(users(answer), ['one of Secret "prod/a"']);
    assert.deepEqual(reader.asked, ["account prod/builder", "prod/a"]);
  });

  it("of a service account that is not there, or lists none, are none", async () => {
    const sources = new SecretSources(fakeReader([], { "prod/builder": [] }), "sealgate");
    const said = async (account: string): Promise<string> =>
      String((await sources.ofAccount(REPOSITORY, "prod", account).ask(signal)).notes);
    assert.equal(await said("builder"), 'ServiceAccount "prod/builder" lists no pull secrets');
    assert.equal(await said("other"), 'ServiceAccount "prod/other" does not exist');
  });

  it("are none without a cluster", async () => {
    const sources = new SecretSources(NO_CLUSTER, undefined);
    const said = async (work: Promise<SourceAnswer>): Promise<string> => String((await work).notes);
    assert.match(await said(sources.ofNames(REPOSITORY, inProd("a")).ask(signal)), /is not read: there is no cluster/);
    assert.match(await said(sources.ofAccount(REPOSITORY, "prod", "a").ask(signal)), /there is no cluster/);
  });
});
