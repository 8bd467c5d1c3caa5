/** What lies behind an address (registry.md §10), in every form that an address has. */
import assert from "node:assert/strict";
import { reachOf, type Reach } from "../../src/registry/address.ts";

const REACH: Readonly<Record<Reach, readonly string[]>> = {
  public: [
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
  ],
  private: [
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "fc00::1",
    "fdff:ffff::1",
    "::ffff:10.0.0.1",
    "::ffff:a00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
  ],
  loopback: [
    "127.0.0.1",
    "127.255.0.9",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::5",
  ],
  never: [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "169.254.170.23",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "::",
    "::7f00:1",
    "::8.8.8.8",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "2001::1",
    "64:ff9b:1::1",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "::ffff:0.0.0.0",
    "not an address",
    "",
    "fe80::1%eth0",
    "1.2.3",
    "0x7f.1",
  ],
};

describe("registry: addresses", () => {
  for (const [reach, addresses] of Object.entries(REACH)) {
    for (const address of addresses)
      it(`${address || "nothing"} is ${reach}`, () => assert.equal(reachOf(address), reach));
  }
});
