import assert from "node:assert/strict";
import type { Certificate } from "../../src/x509/certificate.ts";
import {
  fulcioSubject,
  subjectAlternativeNames,
  type SubjectAlternativeName,
} from "../../src/x509/subject-alternative-name.ts";
import {
  context,
  contextPrimitive,
  der,
  integer,
  oid,
  octetString,
  printableString,
  sequence,
  utf8String,
} from "../support/der-writer.ts";
import { failsWith } from "../support/failures.ts";
import { makeLeaf, makeRoot } from "../support/x509/certificate.ts";
import { extension, EXTENSION, subjectAltName } from "../support/x509/extension.ts";
import { distinguishedName, generalName } from "../support/x509/name.ts";

const root = makeRoot();

function leafFor(...names: readonly Uint8Array[]): Certificate {
  return makeLeaf(root, { extensions: { subjectAltName: subjectAltName(names) } }).parsed;
}

function leafWithValue(value: Uint8Array): Certificate {
  return makeLeaf(root, { extensions: { subjectAltName: extension(EXTENSION.subjectAltName, value) } }).parsed;
}

const FORMS: readonly (readonly [string, Uint8Array, SubjectAlternativeName])[] = [
  ["an e-mail address", generalName.email("a@b.example"), { kind: "email", value: "a@b.example" }],
  [
    "a workflow of GitLab, with its double slash",
    generalName.uri("https://gitlab.com/g/p//.gitlab-ci.yml@refs/heads/main"),
    { kind: "uri", value: "https://gitlab.com/g/p//.gitlab-ci.yml@refs/heads/main" },
  ],
  [
    "a URI with userinfo and an escaped slash, as it is (trap 12)",
    generalName.uri("https://github.com@evil.example/a%2fb"),
    { kind: "uri", value: "https://github.com@evil.example/a%2fb" },
  ],
  ["a SPIFFE id", generalName.uri("spiffe://d.example/a"), { kind: "uri", value: "spiffe://d.example/a" }],
  ["a user name", generalName.otherName("müller!d.example"), { kind: "otherName", value: "müller!d.example" }],
];

describe("fulcioSubject()", () => {
  for (const [what, name, expected] of FORMS) {
    it(`reads ${what}`, () => {
      assert.deepEqual(fulcioSubject(leafFor(name)), expected);
    });
  }

  it("keeps look-alikes apart (trap 12)", () => {
    const cyrillic = fulcioSubject(leafFor(generalName.otherName("\u0430dmin!d.example")));
    assert.notEqual(cyrillic.value, "admin!d.example");
  });

  it("reads a name of more than 127 bytes, whose length is in the long form", () => {
    const value = `https://d.example/${"a".repeat(500)}`;
    assert.equal(fulcioSubject(leafFor(generalName.uri(value))).value, value);
  });

  const email = generalName.email("a@b.example");
  const counts: Readonly<Record<string, Certificate>> = {
    "zero SAN": makeLeaf(root, { extensions: { subjectAltName: undefined } }).parsed,
    "zero SAN in the extension": leafFor(),
    "> 1 SAN (trap 12)": leafFor(email, generalName.uri("https://b.example/")),
    "> 1 SAN, equal ones": leafFor(email, email),
  };
  for (const [what, certificate] of Object.entries(counts)) {
    it(`reject list: zero or > 1 SAN: ${what}`, () => {
      failsWith("CertificateNameCount", () => fulcioSubject(certificate));
    });
  }

  it("reject list: unsupported SAN kind: what Fulcio does not issue", () => {
    for (const name of [generalName.dns("d.example"), generalName.ip(Uint8Array.of(1, 2, 3, 4))]) {
      failsWith("CertificateNameUnsupported", () => fulcioSubject(leafFor(name)));
    }
  });
});

describe("subjectAlternativeNames()", () => {
  it("gives every name in its order", () => {
    const names = leafFor(...FORMS.map(([, name]) => name), generalName.dns("d.example"));
    assert.deepEqual(subjectAlternativeNames(names), [
      ...FORMS.map(([, , expected]) => expected),
      { kind: "dns", value: "d.example" },
    ]);
  });

  it("writes addresses as an operator does", () => {
    const addresses: Readonly<Record<string, readonly number[]>> = {
      "192.0.2.1": [192, 0, 2, 1],
      "2001:db8::1": [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      "::": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    };
    for (const [value, bytes] of Object.entries(addresses)) {
      assert.deepEqual(subjectAlternativeNames(leafFor(generalName.ip(Uint8Array.from(bytes)))), [
        { kind: "ip", value },
      ]);
    }
  });

  const username = "1.3.6.1.4.1.57264.1.7";
  const unsupported: Readonly<Record<string, Uint8Array>> = {
    "an X.400 address": generalName.x400Address(),
    "a directory name": generalName.directoryName(distinguishedName({ commonName: "a@b.example" })),
    "an EDI party": generalName.ediPartyName("a@b.example"),
    "a registered id": generalName.registeredId("1.2.3"),
    "a user name of another type": generalName.otherName("a@b.example", "1.3.6.1.4.1.311.20.2.3"),
    "an e-mail address that is constructed": context(1, octetString(Buffer.from("a@b.example"))),
    "a tag of another class": utf8String("a@b.example"),
  };
  for (const [what, name] of Object.entries(unsupported)) {
    it(`reject list: unsupported SAN kind: ${what}`, () => {
      failsWith("CertificateNameUnsupported", () => subjectAlternativeNames(leafFor(name)));
    });
  }

  const malformed: Readonly<Record<string, Uint8Array>> = {
    "an empty e-mail address": generalName.email(""),
    "an e-mail address with NUL (trap 12)": generalName.email("a@b.example\0.evil.example"),
    "a URI with a line feed (trap 13)": generalName.uri("https://b.example/\nhttps://c.example/"),
    "a URI with DEL": generalName.uri("https://b.example/\x7f"),
    "a URI beyond ASCII": generalName.uri("https://bücher.example/"),
    "a DNS name beyond ASCII": generalName.dns(Uint8Array.of(0x80)),
    "an empty DNS name": generalName.dns(""),
    "an address of 5 bytes": generalName.ip(new Uint8Array(5)),
    "an address of no bytes": generalName.ip(new Uint8Array()),
    "an address with a mask": generalName.ip(new Uint8Array(8)),
    "an empty user name": generalName.otherName(""),
    "a user name with a C1 control": generalName.otherName("a\u0085b"),
    "a user name that is not UTF-8": generalName.otherName(der(0x0c, Uint8Array.of(0xc0, 0x80))),
    "a user name in a PrintableString": generalName.otherName(printableString("a")),
    "a user name in a BMPString": generalName.otherName(der(0x1e, Uint8Array.of(0, 0x61))),
    "a user name of two values": context(0, oid(username), context(0, utf8String("a"), utf8String("b"))),
    "a user name of no value": context(0, oid(username), context(0)),
    "a user name without its [0]": context(0, oid(username), utf8String("a")),
    "a user name of three members": context(0, oid(username), context(0, utf8String("a")), integer(1)),
    "a user name without type": context(0, context(0, utf8String("a"))),
    "an otherName of nothing": context(0),
  };
  for (const [what, name] of Object.entries(malformed)) {
    it(`refuses ${what}`, () => {
      failsWith("CertificateNameMalformed", () => subjectAlternativeNames(leafFor(name)));
    });
  }

  const values: Readonly<Record<string, Uint8Array>> = {
    "no SEQUENCE": generalName.email("a@b.example"),
    "trailing bytes": Buffer.concat([sequence(generalName.email("a@b.example")), Buffer.of(0)]),
    nothing: new Uint8Array(),
    "a length that is not minimal": Uint8Array.of(0x30, 0x81, 3, 0x81, 1, 0x61),
    "a name that is cut": der(0x30, contextPrimitive(1, Buffer.from("abc")).subarray(0, 4)),
  };
  for (const [what, value] of Object.entries(values)) {
    it(`refuses an extension of ${what}`, () => {
      failsWith("CertificateNameMalformed", () => subjectAlternativeNames(leafWithValue(value)));
    });
  }
});
