// Hosts of clouds' registries: the whole name counts, so that no token goes to who only looks like one.
import assert from "node:assert/strict";
import { cloudRegistryOf, type CloudRegistry } from "../../src/oci/cloud-registry.ts";

const ecr = (region: string): CloudRegistry => ({ provider: "ecr", kind: "private", region });

const HOSTS: readonly [string, CloudRegistry][] = [
  ["111122223333.dkr.ecr.eu-west-1.amazonaws.com", ecr("eu-west-1")],
  ["111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com", ecr("us-gov-west-1")],
  ["111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", ecr("cn-north-1")],
  ["111122223333.dkr-ecr.us-east-2.on.aws", ecr("us-east-2")],
  ["111122223333.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn", ecr("cn-northwest-1")],
  ["111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu", ecr("eusc-de-east-1")],
  ["111122223333.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", ecr("us-isob-east-1")],
  ["public.ecr.aws", { provider: "ecr", kind: "public" }],
  ["ecr-public.aws.com", { provider: "ecr", kind: "public" }],
  ["europe-west1-docker.pkg.dev", { provider: "gar" }],
  ["us-docker.pkg.dev", { provider: "gar" }],
  ["gcr.io", { provider: "gar" }],
  ["eu.gcr.io", { provider: "gar" }],
  ["acme.azurecr.io", { provider: "acr", cloud: "io" }],
  ["acme-h4x.azurecr.us", { provider: "acr", cloud: "us" }],
  ["acmeregistry.azurecr.cn", { provider: "acr", cloud: "cn" }],
];

const OTHERS = [
  "111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.example",
  "111122223333.dkr.ecr.eu-west-1.amazonaws.com:8443",
  "111122223333.dkr.ecr.eu-west-1.evil.example",
  "111122223333.dkr.ecr.eu-west-1.amazonaws.comx",
  "111122223333.dkr.ecr.eu-west-1xamazonaws.com",
  "111122223333xdkr.ecr.eu-west-1.amazonaws.com",
  "evil.example.111122223333.dkr.ecr.eu-west-1.amazonaws.com",
  "11112222333.dkr.ecr.eu-west-1.amazonaws.com",
  "111122223333.dkr.ecr.evil.amazonaws.com",
  "111122223333.dkr.ecr.a.b-c-1.amazonaws.com",
  "ecr.eu-west-1.amazonaws.com",
  "s3.amazonaws.com",
  "public.ecr.aws.evil.example",
  "x.public.ecr.aws",
  "gcr.io.evil.example",
  "evilgcr.io",
  "a.b.gcr.io",
  "ghcr.io",
  "pkg.dev",
  "docker.pkg.dev",
  "us-npm.pkg.dev",
  "us-docker.pkg.dev.evil.example",
  "us-dockerxpkg.dev",
  "azurecr.io",
  "acme.azurecr.io.evil.example",
  "acme.evil.azurecr.io",
  "acme.azurecr.com",
  "acme.azurecr.io:443",
  "-acme.azurecr.io",
  "docker.io",
  "registry.example",
];

describe("cloudRegistryOf()", () => {
  for (const [host, registry] of HOSTS) {
    it(`knows ${host}`, () => assert.deepEqual(cloudRegistryOf(host), registry));
  }
  for (const host of OTHERS) {
    it(`has ${host} be nobody's`, () => assert.equal(cloudRegistryOf(host), undefined));
  }
});
