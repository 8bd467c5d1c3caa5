/** Which proxy, and for whom (registry.md §11): NO_PROXY as Go's programs read it. */
import assert from "node:assert/strict";
import { compileNoProxy, compileProxy, ProxyError, proxyOfEnvironment } from "../../src/registry/proxy.ts";

describe("registry: proxy", () => {
  const table: readonly [string, string, boolean][] = [
    ["example.com", "https://example.com/", true],
    ["example.com", "https://a.example.com:8443/", true],
    ["example.com", "https://badexample.com/", false],
    ["EXAMPLE.com.", "https://example.com/", true],
    [".example.com", "https://a.example.com/", true],
    [".example.com", "https://example.com/", false],
    ["*.example.com", "https://a.b.example.com/", true],
    ["*.example.com", "https://example.com/", false],
    ["example.com:5000", "https://example.com:5000/", true],
    ["example.com:5000", "https://example.com/", false],
    ["example.com:443", "https://example.com/", true],
    ["10.0.0.0/8", "https://10.1.2.3/", true],
    ["10.0.0.0/8", "https://11.1.2.3/", false],
    ["10.0.0.0/8", "https://ten.example/", false],
    ["10.1.2.3", "https://10.1.2.3:5000/", true],
    ["10.1.2.3:5000", "https://10.1.2.3:5000/", true],
    ["10.1.2.3:5000", "https://10.1.2.3/", false],
    ["fd00::/8", "https://[fd12::1]/", true],
    ["fd12::1", "https://[fd12::1]/", true],
    ["[fd12::1]:5000", "https://[fd12::1]:5000/", true],
    ["[fd12::1]:5000", "https://[fd12::1]/", false],
    ["*", "https://anything.example/", true],
    ["10.0.0.0/99", "https://10.1.2.3/", false],
    ["other", "https://localhost:5000/", true],
    ["other", "https://127.0.0.1:5000/", true],
    ["other", "https://[::1]/", true],
    [".", "https://example.com/", false],
  ];
  for (const [entry, url, expected] of table) {
    it(`"${entry}" ${expected ? "exempts" : "does not exempt"} ${url}`, () => {
      assert.equal(compileNoProxy([entry])(new URL(url)), expected);
    });
  }

  it("is asked for everything else, and none is where none is set", () => {
    const proxyOf = compileProxy({ url: "http://proxy.example:3128", noProxy: ["in.example"] });
    assert.equal(proxyOf(new URL("https://ghcr.io/"))?.host, "proxy.example:3128");
    assert.equal(proxyOf(new URL("https://in.example/")), undefined);
    assert.equal(compileProxy(undefined)(new URL("https://ghcr.io/")), undefined);
  });

  it("of the environment: lower case before upper, a bare host is http", () => {
    assert.equal(proxyOfEnvironment({ HTTP_PROXY: "http://h:1", NO_PROXY: "x" }), undefined);
    assert.deepEqual(proxyOfEnvironment({ HTTPS_PROXY: "h:1", NO_PROXY: "a, b  10.0.0.0/8," }), {
      url: "http://h:1",
      noProxy: ["a", "b", "10.0.0.0/8"],
    });
    const both = { HTTPS_PROXY: "http://upper:1", https_proxy: "http://lower:1", NO_PROXY: "upper", no_proxy: "lower" };
    assert.deepEqual(proxyOfEnvironment(both), { url: "http://lower:1", noProxy: ["lower"] });
  });

  for (const url of ["socks5://h:1", "http://h o:1", "http://h:99999"]) {
    it(`of the environment: ${url} is refused, and not repeated`, () => {
      assert.throws(
        () => proxyOfEnvironment({ HTTPS_PROXY: url }),
        (error) => error instanceof ProxyError && !error.message.includes(url),
      );
    });
  }
});
