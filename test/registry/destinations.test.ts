/** Where the client may go (registry.md §10): by name, by port, by the address that a name stands for. */
import assert from "node:assert/strict";
import { Blocked, Destinations, hostOf } from "../../src/registry/destinations.ts";

const rules = new Destinations({
  endpoints: [
    { host: "registry.example:5000" },
    { host: "private.example", allowPrivate: true },
    { host: "127.0.0.1:5001", plainHttp: true, allowPrivate: true },
    { host: "[::1]:5001", allowPrivate: true },
    { host: "localhost:5002", allowPrivate: true },
    { host: "plain.example:80", plainHttp: true },
    { host: "127.0.0.1:6443", allowPrivate: true },
    { host: "docker.io" },
  ],
  forbidden: [{ host: "10.96.0.1" }, { host: "127.0.0.1", port: 6443 }, { host: "api.example", port: 6443 }],
});

function codeOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Blocked, String(error));
    return error.code;
  }
  return "called";
}

describe("registry: destinations", () => {
  const urls: Readonly<Record<string, readonly string[]>> = {
    called: [
      "https://ghcr.io/",
      "https://8.8.8.8/",
      "https://registry.example:5000/",
      "https://REGISTRY.example.:5000/",
      "http://127.0.0.1:5001/",
      "http://127.1:5001/",
      "https://[::1]:5001/",
      "https://localhost:5002/",
      "http://plain.example/",
      "https://api.example/",
    ],
    PortBlocked: [
      "https://ghcr.io:8443/",
      "http://ghcr.io/",
      "https://registry.example:5001/",
      "https://127.0.0.1:22/",
    ],
    AddressBlocked: [
      "https://127.0.0.1/",
      "https://10.0.0.1/",
      "https://0x7f000001/",
      "https://2130706433/",
      "https://0177.0.0.1/",
      "https://169.254.169.254/",
      "https://[::ffff:169.254.169.254]/",
      "https://[64:ff9b::a9fe:a9fe]/",
      "https://[2002:7f00:1::]/",
      "https://[fe80::1]/",
      "https://[fd00:ec2::254]/",
    ],
    HostBlocked: [
      "https://kubernetes.default.svc/",
      "https://kubernetes.default.svc.cluster.local./",
      "https://kubernetes/",
      "https://metadata.google.internal/",
      "https://METADATA.google.internal./",
      "https://10.96.0.1/",
      "https://127.0.0.1:6443/",
      "https://api.example:6443/",
    ],
  };
  for (const [code, list] of Object.entries(urls)) {
    for (const url of list) {
      it(`${url}: ${code}`, () =>
        assert.equal(
          codeOf(() => rules.check(new URL(url))),
          code,
        ));
    }
  }

  const names: readonly [string, readonly string[], string][] = [
    ["https://ghcr.io/", ["8.8.8.8", "2606:4700::1"], "called"],
    ["https://ghcr.io/", ["10.0.0.1"], "AddressBlocked"],
    ["https://ghcr.io/", ["8.8.8.8", "10.0.0.1"], "AddressBlocked"],
    ["https://ghcr.io/", ["127.0.0.1"], "AddressBlocked"],
    ["https://ghcr.io/", ["::ffff:10.0.0.1"], "AddressBlocked"],
    ["https://ghcr.io/", ["10.96.0.1"], "HostBlocked"],
    ["https://private.example/", ["10.0.0.1", "fd12::1"], "called"],
    ["https://private.example/", ["127.0.0.1"], "AddressBlocked"],
    ["https://private.example/", ["169.254.169.254"], "AddressBlocked"],
    ["https://private.example/", ["fd00:ec2::254"], "AddressBlocked"],
    ["https://private.example/", ["100.100.100.200"], "AddressBlocked"],
    ["https://private.example/", ["10.96.0.1"], "HostBlocked"],
    ["https://private.example:8443/", ["10.0.0.1"], "AddressBlocked"],
    ["https://localhost:5002/", ["127.0.0.1", "::1"], "called"],
    ["https://localhost/", ["127.0.0.1"], "AddressBlocked"],
    ["https://localhost:5002/", ["169.254.0.1"], "AddressBlocked"],
  ];
  for (const [url, addresses, code] of names) {
    it(`${url} at ${addresses.join(" and ")}: ${code}`, () => {
      assert.equal(
        codeOf(() => rules.vet(new URL(url), addresses)),
        code,
      );
    });
  }

  it("says nothing of the address", () => {
    assert.throws(() => rules.vet(new URL("https://ghcr.io/"), ["10.1.2.3"]), {
      message: "it is at a private address, want a public one",
    });
  });

  it("speaks https unless this very host and port was named as plain HTTP", () => {
    const bases = ["docker.io", "ghcr.io", "plain.example", "plain.example:80", "127.0.0.1:5001", "[::1]:5001"];
    assert.deepEqual(
      bases.map((host) => rules.baseUrl(host).href),
      [
        "https://registry-1.docker.io/",
        "https://ghcr.io/",
        "https://plain.example/",
        "http://plain.example/",
        "http://127.0.0.1:5001/",
        "https://[::1]:5001/",
      ],
    );
  });

  it("knows Docker Hub by each of its names, and a host in one spelling", () => {
    for (const name of ["registry-1.docker.io", "index.docker.io", "docker.io", "docker.io."]) {
      assert.equal(hostOf(new URL(`https://${name}/`)), "docker.io");
      assert.equal(rules.of(new URL(`https://${name}/`)).isListed, true);
    }
    assert.equal(hostOf(new URL("https://A.b.:443/x")), "a.b");
  });
});
