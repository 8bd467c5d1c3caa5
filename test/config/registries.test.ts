// Registries, proxy and time: what no schema can say is refused with its line, files are read, secrets are not printed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, formatConfig, loadConfig, type Config } from "../../src/config/load.ts";
import { makeAuthority, makeServingCertificate } from "../support/testbed/certificates.ts";

describe("config/registries", () => {
  let folder: string;
  let file: string;
  let ca: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-registries-"));
    file = join(folder, "config.yaml");
    const authority = await makeAuthority("CN=registry-ca");
    ca = authority.pem;
    const { certificate, key } = await makeServingCertificate(authority, { dns: ["sealgate"], ip: [] });
    for (const [name, text] of Object.entries({
      "ca.crt": ca,
      "tls.crt": certificate,
      "tls.key": key,
      "no.crt": "-",
    })) {
      writeFileSync(join(folder, name), text);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const load = (text: string): Config => {
    writeFileSync(file, text);
    return loadConfig(file);
  };

  it("reads files, begins relative paths at its own folder, and makes hosts canonical", () => {
    const { registries } = load(`registries:
- {host: "Registry.Example.:0443", caFile: ca.crt, clientCertificate: {certFile: tls.crt, keyFile: tls.key}}
- {prefix: index.docker.io/library, mirrors: [{location: "MIRROR.example:5000/hub"}]}
`);
    const [endpoint] = registries.endpoints;
    assert.deepEqual([endpoint?.host, endpoint?.ca], ["registry.example", ca]);
    assert.match(endpoint?.clientCertificate?.key ?? "", /PRIVATE KEY/);
    assert.deepEqual(registries.mirrored, [
      { prefix: "docker.io/library", mirrors: [{ location: "mirror.example:5000/hub", pullBy: "All" }] },
    ]);
    assert.deepEqual(
      registries.files,
      ["ca.crt", "tls.crt", "tls.key"].map((name) => join(folder, name)),
    );
  });

  it("reads credentials for hosts and prefixes, and prints where they are", () => {
    writeFileSync(join(folder, "docker.json"), '{"auths":{"a.b":{"username":"u","password":"pl4nted"}}}');
    const config = load(`registries:
- {host: "A.B:443", credentials: {secret: robot}}
- {prefix: a.b/c, credentials: {dockerConfig: docker.json}}
- {prefix: eu-docker.pkg.dev/acme, credentials: {provider: gar}}
`);
    const { credentials, files } = config.registries;
    assert.deepEqual(
      credentials.map(({ place, from }) => [place, from.kind === "dockerConfig" ? from.file : from]),
      [
        ["a.b", { kind: "secret", name: "robot" }],
        ["a.b/c", join(folder, "docker.json")],
        ["eu-docker.pkg.dev/acme", { kind: "provider", provider: "gar" }],
      ],
    );
    assert.deepEqual(files, [join(folder, "docker.json")]);
    const printed = formatConfig(config);
    assert.doesNotMatch(printed, /pl4nted/);
    assert.deepEqual(load(printed).registries, config.registries);
  });

  it("is printed as a file that says the same in full, without keys and passwords", () => {
    const config = load(`registries:
- {host: a.example, caFile: ca.crt, clientCertificate: {certFile: tls.crt, keyFile: tls.key}}
- {prefix: a.example/b, mirrors: [{location: c.example}]}
proxy: {url: "http://user:pl4nted@proxy.example:3128", noProxy: [10.0.0.0/8]}
deadline: {max: 5s, reserve: 250ms}
`);
    const printed = formatConfig(config);
    assert.doesNotMatch(printed, /pl4nted|PRIVATE KEY/);
    const again = load(printed);
    assert.deepEqual(again.registries, config.registries);
    assert.deepEqual(again.deadline, { maxMs: 5000, reserveMs: 250 });
    assert.equal(again.proxy?.url, "http://user:***@proxy.example:3128/");
  });

  const refused: readonly [string, string, readonly RegExp[]][] = [
    [
      "credentials of no source",
      "registries:\n- host: a.b\n  credentials: {}\n",
      [/^3: registries\[0\]\.credentials: names not exactly one source, want secret, dockerConfig or provider$/],
    ],
    [
      "credentials of two sources",
      "registries: [{host: a.b, credentials: {secret: s, dockerConfig: docker.json}}]\n",
      [/credentials: names not exactly one source/],
    ],
    [
      "credentials of a cloud for a host that is none of its registries",
      "registries: [{host: 111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.example, credentials: {provider: ecr}}]\n",
      [/credentials\.provider: is ecr, whose registries have other hosts than "111122223333\.dkr/],
    ],
    [
      "credentials of one cloud for another's registry",
      "registries: [{prefix: gcr.io/acme, credentials: {provider: acr}}]\n",
      [/credentials\.provider: is acr/],
    ],
    [
      "credentials of a file that is not there",
      "registries: [{host: a.b, credentials: {dockerConfig: missing}}]\n",
      [/credentials\.dockerConfig: cannot be read: ENOENT/],
    ],
    [
      "credentials of what cannot be a Secret",
      "registries: [{host: a.b, credentials: {secret: a/b}}]\n",
      [/credentials\.secret: /],
    ],
    [
      "neither host nor prefix",
      "registries: [{plainHTTP: true}]\n",
      [/^1: registries\[0\]: names not exactly one registry/],
    ],
    ["host and prefix", "registries: [{host: a.b, prefix: a.b}]\n", [/names not exactly one registry/]],
    ["a host with a path", "registries: [{host: a.b/c}]\n", [/host: is "a\.b\/c", want host\[:port\]: it has a path$/]],
    ["a host that is none", 'registries: [{host: "a_b:x"}]\n', [/registries\[0\]\.host: is "a_b:x"/]],
    ["a host twice", "registries: [{host: a.b}, {host: A.b.}]\n", [/registries\[1\]: is "a\.b" for the second time/]],
    [
      "a prefix without mirrors",
      "registries: [{prefix: a.b/c}]\n",
      [/says nothing of its prefix, want mirrors or credentials$/],
    ],
    [
      "settings of a host at a prefix",
      "registries: [{prefix: a.b/c, allowPrivate: true, mirrors: [{location: d.e}]}]\n",
      [/allowPrivate: goes with a host, not with a prefix$/],
    ],
    [
      "a mirror that is no place",
      "registries: [{host: a.b, mirrors: [{location: A/B}]}]\n",
      [/mirrors\[0\]\.location: is "A\/B"/],
    ],
    ["plain HTTP with a CA", "registries: [{host: a.b, plainHTTP: true, caFile: ca.crt}]\n", [/caFile: is about TLS/]],
    [
      "plain HTTP without verification",
      "registries: [{host: a.b, plainHTTP: true, skipVerify: true}]\n",
      [/skipVerify: is about TLS/],
    ],
    [
      "both kinds of CA",
      "registries: [{host: a.b, caFile: ca.crt, caBundle: x}]\n",
      [/caBundle: stands beside caFile/],
    ],
    ["a CA that is none", "registries: [{host: a.b, caFile: no.crt}]\n", [/caFile: is no list of certificates in PEM/]],
    ["a key as CA", "registries: [{host: a.b, caFile: tls.key}]\n", [/caFile: is no list of certificates in PEM/]],
    ["a file that is not there", "registries: [{host: a.b, caFile: missing}]\n", [/caFile: cannot be read: ENOENT/]],
    [
      "a certificate with another's key",
      "registries: [{host: a.b, clientCertificate: {certFile: ca.crt, keyFile: tls.key}}]\n",
      [/clientCertificate: is no certificate with its key \(ERR_OSSL_X509_KEY_VALUES_MISMATCH\)$/],
    ],
    ["two proxies", 'proxy: {from: Environment, url: "http://h:1"}\n', [/proxy: is unclear, want from or url$/]],
    ["no proxy", "proxy: {}\n", [/proxy: is unclear/]],
    [
      "exceptions of the environment's proxy",
      "proxy: {from: Environment, noProxy: [a]}\n",
      [/proxy\.noProxy: goes with url/],
    ],
    ["a proxy of no address", 'proxy: {url: "http://h:99999"}\n', [/proxy\.url: is no address/]],
    [
      "a network that is none",
      'proxy: {url: "http://h:1", noProxy: [10.0.0.0/99]}\n',
      [/noProxy\[0\]: is "10\.0\.0\.0\/99"/],
    ],
    ["more time than a webhook has", "deadline: {max: 31s}\n", [/^1: deadline\.max: is 31s, want from 1s to 30s$/]],
    [
      "no time at all",
      "deadline: {max: 1s, reserve: 1000ms}\n",
      [/deadline\.reserve: is 1s, want less than max, which is 1s$/],
    ],
    [
      "all of it at once, in the order of lines",
      "deadline: {max: 31s}\nregistries:\n- {host: a_b}\n- {}\nproxy: {}\n",
      [/^1: deadline/, /^3: registries\[0\]\.host/, /^4: registries\[1\]/, /^5: proxy/],
    ],
  ];
  for (const [what, text, problems] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => load(text),
        (error) => {
          assert.ok(error instanceof ConfigError);
          const lines = error.message.split("\n").map((line) => line.replace(`${file}:`, ""));
          assert.equal(lines.length, problems.length, error.message);
          for (const [index, problem] of problems.entries()) assert.match(lines[index] ?? "", problem);
          return true;
        },
      );
    });
  }
});
