// Where docker and podman keep what their user is logged in with.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userAuthFiles } from "../../src/config/user-auth-files.ts";

const paths = (environment: Readonly<Record<string, string>>): readonly string[] =>
  userAuthFiles(environment).map(({ name, rules }) => `${rules} ${name}`);

describe("credentials: files of docker and podman", () => {
  it("are below the home by default", () => {
    assert.deepEqual(paths({ HOME: "/home/u" }), [
      "docker /home/u/.docker/config.json",
      "podman /home/u/.config/containers/auth.json",
    ]);
  });

  it("are where each tool is told that they are", () => {
    assert.deepEqual(paths({ HOME: "/home/u", DOCKER_CONFIG: "/d", XDG_RUNTIME_DIR: "/run", XDG_CONFIG_HOME: "/c" }), [
      "docker /d/config.json",
      "podman /run/containers/auth.json",
      "podman /c/containers/auth.json",
    ]);
    assert.deepEqual(paths({ HOME: "/home/u", XDG_RUNTIME_DIR: "/run", REGISTRY_AUTH_FILE: "/a.json" }), [
      "docker /home/u/.docker/config.json",
      "podman /a.json",
    ]);
  });

  it("are nowhere without a home; an empty variable says nothing", () => {
    assert.deepEqual(paths({}), []);
    assert.deepEqual(paths({ HOME: "", DOCKER_CONFIG: "", REGISTRY_AUTH_FILE: "" }), []);
  });

  it("are read when asked for; one that is not there is none, one that cannot be read is an error", () => {
    const folder = mkdtempSync(join(tmpdir(), "sealgate-auth-files-"));
    try {
      const [docker] = userAuthFiles({ DOCKER_CONFIG: folder });
      assert.equal(docker?.read(), undefined);
      writeFileSync(join(folder, "config.json"), "{}");
      assert.equal(Buffer.from(docker?.read() ?? []).toString(), "{}");
      const [, folderItself] = userAuthFiles({ DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: folder });
      assert.throws(() => folderItself?.read(), { code: "EISDIR" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
