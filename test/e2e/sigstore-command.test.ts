/** `npm run sigstore`: what it prints works as it is typed. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { join } from "node:path";
import { mustSucceed, run, track } from "../support/testbed/process.ts";
import { programsOrSkip, repositoryRoot } from "../support/testbed/programs.ts";

/** What it says until it has said all; it then waits. */
async function printed(stdout: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stdout) {
    text += String(chunk);
    if (text.includes("\n# In a policy: ") && text.endsWith("\n\n")) return text;
  }
  throw new Error(`it ended before it had said all:\n${text}`);
}

describe("npm run sigstore", () => {
  before(function () {
    programsOrSkip(this);
  });

  it("prints a script that signs and verifies, and ends when it is told to", async () => {
    const sigstore = spawn(process.execPath, [join(repositoryRoot(), "dist", "examples", "sigstore.js")]);
    track(sigstore);
    const ended = new Promise((resolve) => sigstore.once("exit", resolve));
    try {
      const script = await printed(sigstore.stdout);
      const typed = mustSucceed("the script", await run("sh", ["-e", "-c", script]));
      assert.equal(typed.stdout.match(/^Verified /gmu)?.length, 2, typed.stdout);
    } finally {
      sigstore.kill("SIGINT");
    }
    assert.equal(await ended, 0);
  });
});
