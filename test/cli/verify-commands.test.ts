// `verify` and `verify-bundle` as they are typed.
import assert from "node:assert/strict";
import { Command, CommanderError } from "commander";
import { addVerify, addVerifyBundle } from "../../src/cli/verify-commands.ts";

async function typed(argv: readonly string[]): Promise<readonly [unknown, Readonly<Record<string, unknown>>]> {
  let given: readonly [unknown, unknown] | undefined;
  const silent = { writeOut: (): void => undefined, writeErr: (): void => undefined };
  const program = new Command("sealgate").exitOverride().configureOutput(silent);
  const run = (target: string, flags: unknown): Promise<void> => {
    given = [target, flags];
    return Promise.resolve();
  };
  addVerify(program, run);
  addVerifyBundle(program, run);
  await program.parseAsync([...argv], { from: "user" });
  assert.ok(given);
  return given as readonly [unknown, Readonly<Record<string, unknown>>];
}

describe("verify, as it is typed", () => {
  it("drops nothing unless it is told to", async () => {
    const [image, flags] = await typed(["verify", "ghcr.io/acme/web:1"]);
    assert.equal(image, "ghcr.io/acme/web:1");
    for (const flag of ["insecureIgnoreTlog", "insecureIgnoreSct"]) assert.equal(flags[flag], false, flag);
    assert.deepEqual([flags["annotations"], flags["output"], flags["key"]], [{}, "text", undefined]);
  });

  it("takes cosign's flags", async () => {
    const line =
      "verify a --certificate-identity-regexp x.* --certificate-oidc-issuer https://i --insecure-ignore-tlog --insecure-ignore-sct --use-signed-timestamps";
    const [, flags] = await typed(line.split(" "));
    assert.deepEqual([flags["certificateIdentityRegexp"], flags["certificateOidcIssuer"]], ["x.*", "https://i"]);
    for (const flag of ["insecureIgnoreTlog", "insecureIgnoreSct", "useSignedTimestamps"])
      assert.equal(flags[flag], true);
  });

  it("collects annotations, split at the first =", async () => {
    const [, flags] = await typed(["verify", "a", "-a", "env=prod", "--annotations", "sum=1=2", "-a", "none="]);
    assert.deepEqual(flags["annotations"], { env: "prod", sum: "1=2", none: "" });
  });

  for (const text of ["env", "=prod", ""]) {
    it(`refuses the annotation ${JSON.stringify(text)}`, async () => {
      await assert.rejects(typed(["verify", "a", "-a", text]), CommanderError);
    });
  }
});

describe("verify-bundle, as it is typed", () => {
  it("takes a file or digest and its bundle", async () => {
    const [target, flags] = await typed(["verify-bundle", "app.tar", "--bundle", "b.json", "--key", "k.pub"]);
    assert.deepEqual([target, flags["bundle"], flags["key"], flags["staging"]], ["app.tar", "b.json", "k.pub", false]);
  });

  it("asks for both", async () => {
    await assert.rejects(typed(["verify-bundle", "app.tar"]), /--bundle/);
    await assert.rejects(typed(["verify-bundle", "--bundle", "b.json"]), CommanderError);
  });
});
