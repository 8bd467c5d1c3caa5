/** Pull secrets of both types, and one row for each rule by which kubelet chooses among their entries (registry.md §8). */
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { PullSecret } from "../../src/ports/credentials.ts";

export const CONFIG_JSON = "kubernetes.io/dockerconfigjson";
export const CONFIG = "kubernetes.io/dockercfg";

/** A Secret of prod whose member for its type holds `text`. */
export function secretOf(text: string, type = CONFIG_JSON, name = "regcred"): PullSecret {
  const member = type === CONFIG ? ".dockercfg" : ".dockerconfigjson";
  return { namespace: "prod", name, type, data: new Map([[member, encodeUtf8(text)]]) };
}

/** Entries with a user of that name each: `{"ghcr.io": "robot"}`. */
export type Users = Readonly<Record<string, string>>;

export function entriesOf(users: Users): Readonly<Record<string, { username: string; password: string }>> {
  return Object.fromEntries(Object.entries(users).map(([key, username]) => [key, { username, password: "pl4nted" }]));
}

export function configJson(users: Users): string {
  return JSON.stringify({ auths: entriesOf(users) });
}

/** What is asked, and the users that are tried, in their order. */
export interface Row {
  readonly secrets: readonly Users[];
  readonly image: string;
  readonly want: readonly string[];
  /** Where ours differs from kubelet: what that one would try. */
  readonly kubelet?: readonly string[];
}

const row = (users: Users, image: string, ...want: readonly string[]): Row => ({ secrets: [users], image, want });

export const ROWS: Readonly<Record<string, Row>> = {
  // hosts
  "a host serves its repositories": row({ "reg.io": "a" }, "reg.io/acme/app", "a"),
  "a host serves a repository of one segment": row({ "reg.io": "a" }, "reg.io/app", "a"),
  "a host does not serve another": row({ "reg.io": "a" }, "reg.dev/acme/app"),
  "a host does not serve its subdomains": row({ "reg.io": "a" }, "eu.reg.io/acme/app"),
  "a host does not serve its parent": row({ "eu.reg.io": "a" }, "reg.io/acme/app"),
  "a host does not serve one that ends with it": row({ "reg.io": "a" }, "evilreg.io/acme/app"),
  "a host does not serve one that begins with it": row({ "reg.io": "a" }, "reg.io.evil.example/acme/app"),
  "a tag plays no part": row({ "reg.io": "a" }, "reg.io/acme/app:v1", "a"),
  "a digest plays no part": row({ "reg.io": "a" }, `reg.io/acme/app@sha256:${"0".repeat(64)}`, "a"),
  "the case of a host plays no part": {
    ...row({ "REG.io": "a" }, "reg.io/acme/app", "a"),
    kubelet: [],
  },
  "a trailing dot of a key plays no part": { ...row({ "reg.io.": "a" }, "reg.io/acme/app", "a"), kubelet: [] },
  "an address serves itself": row({ "10.0.0.7:5000": "a" }, "10.0.0.7:5000/app", "a"),
  "an IPv6 address with a port serves itself": row({ "[::1]:5000": "a" }, "[::1]:5000/app", "a"),
  "localhost serves itself": row({ localhost: "a" }, "localhost/app", "a"),
  "an empty key serves nothing": row({ "": "a" }, "reg.io/acme/app"),
  // schemes
  "https:// may be written": row({ "https://reg.io": "a" }, "reg.io/acme/app", "a"),
  "http:// may be written, and says nothing": row({ "http://reg.io": "a" }, "reg.io/acme/app", "a"),
  "another scheme is no host": row({ "oci://reg.io": "a" }, "reg.io/acme/app"),
  "a scheme in upper case is no host": row({ "HTTPS://reg.io": "a" }, "reg.io/acme/app"),
  // ports
  "a port serves itself": row({ "reg.io:5000": "a" }, "reg.io:5000/acme/app", "a"),
  "a port does not serve the host without it": row({ "reg.io:5000": "a" }, "reg.io/acme/app"),
  "a host does not serve its ports": row({ "reg.io": "a" }, "reg.io:5000/acme/app"),
  "a port does not serve another": row({ "reg.io:5000": "a" }, "reg.io:5001/acme/app"),
  "port 443 is not the absent one": row({ "reg.io:443": "a" }, "reg.io/acme/app"),
  "an empty port is the absent one": row({ "reg.io:": "a" }, "reg.io/acme/app", "a"),
  "a glob in a port is no port": row({ "reg.io:*": "a" }, "reg.io:5000/acme/app"),
  "a glob in a port spoils the key for the bare host too": row({ "reg.io:*": "a" }, "reg.io/acme/app"),
  // globs
  "* stands for a label": row({ "*.reg.io": "a" }, "eu.reg.io/acme/app", "a"),
  "* does not stand for two labels": row({ "*.reg.io": "a" }, "x.eu.reg.io/acme/app"),
  "* does not stand for no label": row({ "*.reg.io": "a" }, "reg.io/acme/app"),
  "* stands for part of a label": row({ "r*g.io": "a" }, "registreg.io/acme/app", "a"),
  "* stands for nothing of a label": row({ "reg*.io": "a" }, "reg.io/acme/app", "a"),
  "* twice in a label": row({ "*eg*.io": "a" }, "regegistry.io/acme/app", "a"),
  "* does not reach the next label": row({ "r*.io": "a" }, "reg.eu.io/acme/app"),
  "* in each label": row({ "*.*": "a" }, "reg.io/acme/app", "a"),
  "* for the last label": row({ "reg.*": "a" }, "reg.io/acme/app", "a"),
  "* alone is one label, which no registry but localhost has": row({ "*": "a" }, "reg.io/acme/app"),
  "* alone serves localhost": row({ "*": "a" }, "localhost/app", "a"),
  "* keeps to its port": row({ "*.reg.io:5000": "a" }, "eu.reg.io:5000/acme/app", "a"),
  "* with a port does not serve the host without it": row({ "*.reg.io:5000": "a" }, "eu.reg.io/acme/app"),
  "* does not end a host early": row({ "*.amazonaws.com": "a" }, "reg.amazonaws.com.evil/acme/app"),
  "? begins a query, and the host ends before it": row({ "reg?.io": "a" }, "regs.io/acme/app"),
  "a class stands for one character": { ...row({ "reg[0-2].io": "a" }, "reg1.io/acme/app", "a"), kubelet: [] },
  "a class does not stand for another character": row({ "reg[0-2].io": "a" }, "reg3.io/acme/app"),
  "a class that is not closed serves nothing": row({ "reg[0.io": "a" }, "reg0.io/acme/app"),
  "an empty class serves nothing": row({ "reg[].io": "a" }, "reg0.io/acme/app"),
  "a class that is upside down serves nothing": row({ "reg[2-0].io": "a" }, "reg1.io/acme/app"),
  // paths
  "a path serves what begins with it": row({ "reg.io/acme": "a" }, "reg.io/acme/app", "a"),
  "a path is a prefix of text, not of segments": row({ "reg.io/ac": "a" }, "reg.io/acme/app", "a"),
  "a path that ends with / keeps to its segment": row({ "reg.io/acme/": "a" }, "reg.io/acme-evil/app"),
  "a path serves the repository of its name": row({ "reg.io/acme/app": "a" }, "reg.io/acme/app", "a"),
  "a path does not serve another": row({ "reg.io/acme": "a" }, "reg.io/other/app"),
  "a path does not serve its parent": row({ "reg.io/acme/app": "a" }, "reg.io/acme"),
  "* in a path is a character": row({ "reg.io/*": "a" }, "reg.io/acme/app"),
  "a path behind a glob counts": row({ "*.reg.io/acme": "a" }, "eu.reg.io/acme/app", "a"),
  "a path behind a glob keeps others out": row({ "*.reg.io/acme": "a" }, "eu.reg.io/other/app"),
  "/ alone is no path": row({ "reg.io/": "a" }, "reg.io/acme/app", "a"),
  "two slashes are a path that nothing has": row({ "reg.io//acme": "a" }, "reg.io/acme/app"),
  "a query is cut off": row({ "reg.io/acme?x=1": "a" }, "reg.io/acme/app", "a"),
  "a fragment is cut off": row({ "reg.io#x": "a" }, "reg.io/acme/app", "a"),
  // versions of the API
  "/v1/ is cut off": row({ "https://reg.io/v1/": "a" }, "reg.io/acme/app", "a"),
  "/v2/ is cut off": row({ "https://reg.io/v2/": "a" }, "reg.io/acme/app", "a"),
  "what follows /v2/ is the path": row({ "reg.io/v2/acme": "a" }, "reg.io/acme/app", "a"),
  "what follows /v2/ keeps others out": row({ "reg.io/v2/acme": "a" }, "reg.io/other/app"),
  "/v1 without a slash behind it is a path": row({ "reg.io/v1": "a" }, "reg.io/acme/app"),
  "/v3/ is a path": row({ "reg.io/v3/": "a" }, "reg.io/acme/app"),
  // Docker Hub
  "docker.io serves Docker Hub": row({ "docker.io": "a" }, "nginx", "a"),
  "index.docker.io/v1/ serves Docker Hub": row({ "https://index.docker.io/v1/": "a" }, "nginx", "a"),
  "index.docker.io serves Docker Hub": row({ "index.docker.io": "a" }, "acme/app", "a"),
  "index.docker.io serves no other registry": row({ "index.docker.io": "a" }, "reg.io/acme/app"),
  "index.docker.io is not asked where docker.io matches": row(
    { "index.docker.io": "a", "docker.io": "b" },
    "nginx",
    "b",
  ),
  "index.docker.io is asked where docker.io/other does not match": row(
    { "index.docker.io": "a", "docker.io/other": "b" },
    "nginx",
    "a",
  ),
  "index.docker.io with a path is not the default": row({ "index.docker.io/library": "a" }, "nginx"),
  "an official image is found under library/": row({ "docker.io/library": "a" }, "nginx", "a"),
  "an official image is not found under its short name": row({ "docker.io/nginx": "a" }, "nginx"),
  "registry-1.docker.io is Docker Hub too": { ...row({ "registry-1.docker.io": "a" }, "nginx", "a"), kubelet: [] },
  // order
  "a longer path is tried first": row({ "reg.io": "a", "reg.io/acme": "b" }, "reg.io/acme/app", "b", "a"),
  "a longer path is tried first, whatever the order written": row(
    { "reg.io/acme": "b", "reg.io": "a" },
    "reg.io/acme/app",
    "b",
    "a",
  ),
  "a glob is tried last: * comes before every letter": row({ "*.io": "a", "reg.io": "b" }, "reg.io/acme/app", "b", "a"),
  "the order is that of characters, reversed": row(
    { "reg.io/a": "a", "reg.io/ac": "b", "reg.*": "c", "*.io": "d" },
    "reg.io/acme/app",
    "b",
    "a",
    "c",
    "d",
  ),
  "upper case comes after lower case": {
    ...row({ "REG.io": "a", "reg.io": "b" }, "reg.io/app", "b", "a"),
    kubelet: ["b"],
  },
  "the order of keys is one over all Secrets": {
    secrets: [{ "reg.io": "a" }, { "reg.io/acme": "b" }],
    image: "reg.io/acme/app",
    want: ["b", "a"],
  },
  "of one key in two Secrets the first Secret comes first": {
    secrets: [{ "reg.io": "a" }, { "reg.io": "b" }],
    image: "reg.io/acme/app",
    want: ["a", "b"],
  },
  "a scheme does not change the order": {
    secrets: [{ "https://reg.io": "a" }, { "reg.io": "b" }],
    image: "reg.io/acme/app",
    want: ["a", "b"],
  },
  "Secrets that do not match are passed over": {
    secrets: [{ "other.io": "a" }, { "reg.io": "b" }],
    image: "reg.io/acme/app",
    want: ["b"],
  },
  "index.docker.io of one Secret is not asked where another Secret has docker.io": {
    secrets: [{ "index.docker.io": "a" }, { "docker.io": "b" }],
    image: "nginx",
    want: ["b"],
  },
  "at most four are tried": {
    ...row(
      { "reg.io": "a", "reg.io/a": "b", "reg.io/ac": "c", "reg.io/acm": "d", "reg.io/acme": "e", "*.io": "f" },
      "reg.io/acme/app",
      "e",
      "d",
      "c",
      "b",
    ),
    kubelet: ["e", "d", "c", "b", "a", "f"],
  },
  "no Secret, nothing to try": { secrets: [], image: "reg.io/acme/app", want: [] },
  "a Secret without entries, nothing to try": row({}, "reg.io/acme/app"),
  // keys that are no URL
  "a key with white space is passed over": row({ "reg. io": "a", "reg.io": "b" }, "reg.io/acme/app", "b"),
  "a key with user information is taken for its host": row({ "user@reg.io": "a" }, "reg.io/acme/app", "a"),
  "a percent sign in a host is passed over": row({ "reg%2eio": "a" }, "reg.io/acme/app"),
};
