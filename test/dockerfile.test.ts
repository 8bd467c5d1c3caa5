// What the image promises, as far as its Dockerfile says it: bases by argument, nobody's root, no shell, the bundle alone.
import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./support/testbed/programs.ts";

interface Instruction {
  readonly name: string;
  readonly text: string;
}

function instructionsOf(file: string): readonly Instruction[] {
  const text = file.replaceAll(/^#.*\n/gmu, "").replaceAll(/\\\n\s*/gu, " ");
  return text.split("\n").flatMap((line) => {
    const match = /^([A-Z]+) (.*)$/u.exec(line);
    return match === null ? [] : [{ name: match[1] ?? "", text: match[2] ?? "" }];
  });
}

describe("the Dockerfile", () => {
  const all = instructionsOf(readFileSync(join(repositoryRoot(), "Dockerfile"), "utf8"));
  const last = all.findLastIndex(({ name }) => name === "FROM");
  const final = all.slice(last + 1);
  const textsOf = (name: string): readonly string[] =>
    final.filter((each) => each.name === name).map(({ text }) => text);

  it("takes both bases as arguments, which have no default that could move", () => {
    const froms = all.filter(({ name }) => name === "FROM").map(({ text }) => text);
    assert.deepEqual(froms, ["${BUILDER} AS build", "${BASE}"]);
    const args = all.slice(0, last).filter(({ name }) => name === "ARG");
    assert.deepEqual(
      args.map(({ text }) => text),
      ["BUILDER", "BASE"],
    );
  });

  it("puts the bundle into the image, its licences and nothing else, readable and not writable", () => {
    const copied = [...textsOf("COPY"), ...textsOf("ADD")];
    assert.deepEqual(copied, [
      "--from=build --chmod=0444 /source/dist/bin/*.mjs /app/",
      "--from=build --chmod=0444 /source/LICENSE /source/dist/bin/*.LEGAL.txt /licenses/",
    ]);
  });

  it("has no native file, so that it runs on arm64: what it copies is text", () => {
    const folder = join(repositoryRoot(), "dist", "bin");
    const copied = readdirSync(folder).filter((name) => /\.(?:mjs|LEGAL\.txt)$/u.test(name));
    assert.ok(copied.includes("sealgate.mjs"));
    for (const name of copied) assert.ok(isUtf8(readFileSync(join(folder, name))), name);
    // What the bundle would load from beside it.
    for (const name of copied) assert.doesNotMatch(readFileSync(join(folder, name), "utf8"), /\.node["'`]/u, name);
  });

  it("needs no shell", () => {
    assert.deepEqual(textsOf("RUN"), []);
    for (const name of ["ENTRYPOINT", "CMD"]) {
      const [text = ""] = textsOf(name);
      assert.ok(Array.isArray(JSON.parse(text)), name);
    }
  });

  it("runs as the user that the chart names", () => {
    assert.deepEqual(textsOf("USER"), ["65532:65532"]);
    const helpers = readFileSync(join(repositoryRoot(), "charts/sealgate/templates/_helpers.tpl"), "utf8");
    assert.match(helpers, /runAsUser: 65532\n/);
  });

  it("says what it is", () => {
    const labels = textsOf("LABEL").join(" ");
    for (const label of ["title", "description", "licenses", "version", "revision"]) {
      assert.match(labels, new RegExp(`org\\.opencontainers\\.image\\.${label}=`));
    }
  });
});
