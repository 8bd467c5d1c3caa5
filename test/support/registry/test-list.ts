/**
 * The test list of registry.md §15, item by item as they stand there, each with words of the titles of its tests.
 * test/registry/test-list.test.ts finds the item that no test of the registry names.
 */
export const TEST_LIST: Readonly<Record<string, readonly string[]>> = {
  "Grammar golden tests: tables above": ["registry references: parseImageReference() nginx is", "foo/bar:v1 is"],
  "Grammar golden tests: 255/256 path": ["is a.b/pppp", "refuses a path of 256 characters"],
  "Grammar golden tests: uppercase host": ["Foo/bar is foo/bar"],
  "Grammar golden tests: IPv6": ["[::1]:5000/x is", "refuses an IPv6 zone"],
  "Grammar golden tests: sha512": ["says of sha512"],
  "Grammar golden tests: `:443`": ["GHCR.IO:443/acme/app is ghcr.io/acme/app"],
  "Grammar golden tests: trailing dot": ["ghcr.io./acme/app is ghcr.io/acme/app"],
  "Accept-less registry": ["quirks: distribution: schema 1, or nothing, for whoever does not say what it accepts"],
  schema1: ["hostile: a Docker schema 1 manifest"],
  "HEAD without digest; wrong `Docker-Content-Digest`": [
    "hashed by itself whatever the headers say",
    "quirks: any: a tag whose Docker-Content-Digest is another's",
  ],
  "truncated body": ["hostile: a body cut short", "hostile: a connection that ends within a body"],
  "Content-Length lie": ["hostile: a body longer than its Content-Length", "hostile: two Content-Lengths"],
  "gzip Content-Encoding": ["hostile: a compressed body"],
  "both-shapes manifest": ["hostile: a document that is manifest and index"],
  "duplicate keys": ["hostile: duplicate keys", "hostile: keys in another case"],
  "Link loop and cross-host Link": [
    "hostile: a page that is its own next page",
    "hostile: a next page on another host",
    "hostile: pages without end",
  ],
  "OCI-Filters-Applied absent/present": [
    "quirks: any: OCI-Filters-Applied",
    "quirks: Harbor before 2.8: a filter that is not announced",
  ],
  "fallback index with wrong artifactType (fixture from cosign 3.1.1)": [
    "takes a bundle that the fallback index lists with a wrong artifactType, or with none",
  ],
  "404/400/401/403/405/406 on referrers": [400, 401, 403, 404, 405, 406].map(
    (status) => `quirks: any: ${status} on the path of the API`,
  ),
  "redirect with Authorization capture": [
    "hostile: a redirect out of https, or to another host",
    "a credential does not follow a redirect to another host",
  ],
  "redirect to 169.254.169.254": ["hostile: a redirect to the metadata service:"],
  "redirect to `[::ffff:169.254.169.254]`": ["hostile: a redirect to the metadata service, mapped"],
  "redirect to http": ["hostile: a redirect out of https"],
  "realm to private IP": ["hostile: a token service at a private address"],
  "DNS rebind": ["hostile: a name whose second answer is the metadata service (DNS rebind)"],
  "token without expires_in, with `access_token` only": ["a token is good for four fifths of"],
  "insufficient_scope loop": ["a registry that refuses every token is asked twice, not for ever"],
  "two credentials where only the second works": ["the second of two credentials works"],
  "glob keys, ports, `/v1/` keys": ["registry: keyring"],
  "unpadded base64": ["registry: keyring keyring: an entry may hold"],
  "429 with seconds/date": ["hostile: 429 with seconds", "hostile: 429 with a date"],
  tarpit: ["hostile: a tarpit"],
  "NO_PROXY CIDR": [
    'proxy "10.0.0.0/8" exempts https://10.1.2.3/',
    'proxy "10.0.0.0/8" does not exempt https://11.1.2.3/',
    'proxy "fd00::/8" exempts https://[fd12::1]/',
  ],
  "custom CA": ["a private authority is trusted for the host that it was given to"],
  "`.sig` on Artifactory-403": ["quirks: Artifactory: .sig answers 403"],
  "endless data": [
    "hostile: a manifest without end",
    "hostile: a signature without end",
    "hostile: headers without end",
  ],
  "count bombs": ["hostile: a hundred thousand referrers", "hostile: a thousand signatures that are not there"],
  "slow loris": ["hostile: headers that trickle", "hostile: a body that trickles"],
  "second answer differs": ["hostile: the second answer differs"],
};

/** The items for which one of their words stands in no title of a test of the registry. */
export function untested(titles: readonly string[], list: typeof TEST_LIST = TEST_LIST): readonly string[] {
  const ours = titles.filter((title) => title.includes("registry"));
  return Object.entries(list).flatMap(([item, words]) =>
    words.length > 0 && words.every((word) => ours.some((title) => title.includes(word))) ? [] : [item],
  );
}
