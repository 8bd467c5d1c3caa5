/** IP addresses and networks, read strictly. */
import assert from "node:assert/strict";
import { isWithin, parseAddress, parseNetwork } from "../../src/encoding/ip-address.ts";

describe("encoding/ip-address", () => {
  const noAddress = ["1.2.3.256", "01.2.3.4", "1.2.3.4.5", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"];
  const noV6 = ["1:2:3:4:5:6:7::8", "12345::", "g::", "1.2.3.4::", "::1.2.3.4:5", ":1", "1:", "[::1]"];
  for (const text of [...noAddress, ...noV6]) {
    it(`"${text}" is no address`, () => assert.equal(parseAddress(text), undefined));
  }

  it("sixteen bytes, an IPv4 address in its mapped form", () => {
    assert.deepEqual(parseAddress("1:2::8"), Uint8Array.of(0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8));
    assert.deepEqual(parseAddress("1.2.3.4"), parseAddress("::FFFF:102:304"));
    assert.deepEqual(parseAddress("1:2:3:4:5:6:1.2.3.4"), parseAddress("1:2:3:4:5:6:102:304"));
  });

  const within: readonly [string, string, boolean][] = [
    ["10.0.0.0/8", "10.200.0.1", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["10.1.2.0/23", "10.1.3.9", true],
    ["10.1.2.0/23", "10.1.4.0", false],
    ["0.0.0.0/0", "8.8.8.8", true],
    ["0.0.0.0/0", "2606::1", false],
    ["10.0.0.0/8", "::ffff:10.0.0.1", true],
    ["fd00::/8", "fd12::1", true],
    ["fd00::/8", "fe00::1", false],
    ["::/0", "1.2.3.4", true],
    ["1.2.3.4", "1.2.3.4", true],
    ["1.2.3.4", "1.2.3.5", false],
  ];
  for (const [text, address, expected] of within) {
    it(`${address} is ${expected ? "" : "not "}within ${text}`, () => {
      const [network, bytes] = [parseNetwork(text), parseAddress(address)];
      assert.ok(network && bytes);
      assert.equal(isWithin(bytes, network), expected);
    });
  }

  for (const text of [
    "10.0.0.0/33",
    "fd00::/129",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "example.com",
    "10.0.0/8",
  ]) {
    it(`"${text}" is no network`, () => assert.equal(parseNetwork(text), undefined));
  }
});
