// The pages for people, held against the code: links, commands, examples, tables. What is written there was never only written.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { runCli, type Actions } from "../src/cli/index.ts";
import type { ExitCode } from "../src/cli/io.ts";
import { runVerifyBundle } from "../src/cli/verify-bundle.ts";
import { parseImageReference } from "../src/oci/reference.ts";
import { parsePattern, parseSkipPattern } from "../src/policy/pattern.ts";
import { validateException } from "../src/policy/exception-check.ts";
import { validateTrustRoot } from "../src/policy/trust-root-check.ts";
import { validatePolicy } from "../src/policy/validate.ts";
import type { TrustRoot } from "../src/ports/trust.ts";
import { builtInTrustRoot } from "../src/trust/built-in.ts";
import { fakeIo } from "./cli/fake-io.ts";
import { blocks, pageExamples } from "./support/page-examples.ts";
import { HOMES, ORDER } from "./support/architecture/rules.ts";
import { TRUST_ROOT_SPEC_SCHEMA } from "../src/policy/trust-root-schema.generated.ts";
import { schemaLeaves, schemaNodes } from "./policy/schema-leaves.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const markdownIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
const PAGES = ["", "docs"].flatMap(markdownIn);
const texts = PAGES.map((page) => ({ page, text: read(page) }));

const prose = (text: string): string => text.replace(/^```[\s\S]*?^```$/gmu, "");

describe("the pages: links", () => {
  /** As GitHub makes anchors of headings. */
  const anchors = (text: string): ReadonlySet<string> =>
    new Set([
      ...[...text.matchAll(/^#+ (.+)$/gmu)].map(([, heading = ""]) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
          .replaceAll(" ", "-"),
      ),
      ...[...text.matchAll(/<a id="([^"]+)">/gu)].map(([, id = ""]) => id),
    ]);

  for (const { page, text } of texts) {
    it(`of ${page} lead to files and headings that are there`, () => {
      const broken = [...prose(text).matchAll(/\]\(([^)\s]+)\)/gu)]
        .map(([, target = ""]) => target)
        .filter((target) => !target.startsWith("https://"))
        .filter((target) => {
          const [path = "", anchor] = target.split("#");
          const file = path === "" ? page : join(dirname(page), path);
          if (!existsSync(join(root, file))) return true;
          return anchor !== undefined && !anchors(read(file)).has(anchor);
        });
      assert.deepEqual(broken, []);
    });
  }
});

describe("the pages: commands", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const gate = read(".ci/run");

  it("name scripts that package.json has", () => {
    const named = texts.flatMap(({ text }) =>
      [...text.matchAll(/\bnpm run ([a-z][a-z0-9:-]*)/gu)].map(([, name]) => name),
    );
    assert.ok(named.length > 10);
    assert.deepEqual(
      named.filter((name) => scripts[name ?? ""] === undefined),
      [],
    );
  });

  it("of README are steps of .ci/run", () => {
    const named = [...read("README.md").matchAll(/\bnpm (?:test|run [a-z][a-z0-9:-]*(?: -- --[a-z]+)?)/gu)].map(
      ([command]) => command,
    );
    const steps = gate.replaceAll("--silent ", "").replaceAll(/npm (test|run [^"\n]*) --silent/gu, "npm $1");
    const missing = [...new Set(named)].filter((command) => !steps.includes(command));
    assert.deepEqual(missing, []);
  });

  it("of sealgate can be typed as they stand", async () => {
    const lines = texts.flatMap(({ text }) => blocks(text, "sh").flatMap((block) => block.split("\n")));
    const commands = lines.filter((line) => line.startsWith("sealgate "));
    assert.ok(commands.length >= 5);
    let run = 0;
    const done = async (): Promise<0> => {
      run += 1;
      return 0;
    };
    const actions: Actions = {
      version: "",
      serve: done,
      verify: done,
      verifyBundle: done,
      apply: done,
      reference: done,
      deleteWebhooks: done,
    };
    for (const line of commands) {
      let said = "";
      const io = { ...fakeIo(), err: (text: string) => void (said += text) };
      assert.equal(await runCli(line.split(" ").slice(1), actions, io), 0, `${line}: ${said}`);
    }
    assert.equal(run, commands.length);
  });
});

describe("README's example of verify-bundle", () => {
  const [typed = ""] = /node dist\/bin\/sealgate\.mjs verify-bundle(?: \\\n|.)*/u.exec(read("README.md")) ?? [];
  const [, , ...argv] = typed.split(/[\s\\]+/u);

  /** As the program does, over the files of this repository, at an instant after the bundle was made. */
  async function run(args: readonly string[]): Promise<{ code: ExitCode; out: string }> {
    const bundle = "test/vectors/real/sigstore-rs/bundle_v03/bundle_v03.json";
    const io = fakeIo({ [bundle]: readFileSync(join(root, bundle)) });
    const other = async (): Promise<ExitCode> => assert.fail("another command");
    const builtInRoot = (name: string): TrustRoot => builtInTrustRoot(name) ?? assert.fail(name);
    const verifyBundle: Actions["verifyBundle"] = async (target, flags) =>
      runVerifyBundle(target, flags, { builtInRoot, now: Date.UTC(2026, 8, 1) }, io);
    const others = { serve: other, verify: other, apply: other, reference: other, deleteWebhooks: other };
    const actions = { version: "", ...others, verifyBundle };
    return { code: await runCli(args, actions, io), out: io.printed().out };
  }

  it("verifies as typed", async () => {
    const { code, out } = await run(argv);
    assert.equal(code, 0);
    assert.match(out, /^Verified sha256:c811d58d/u);
  });

  it("does not with another name", async () => {
    const named = argv.map((word) => word.replace("refs/tags/v1.34.0", "refs/heads/main"));
    assert.notDeepEqual(named, argv);
    assert.equal((await run(named)).code, 1);
  });
});

const VALIDATORS: ReadonlyMap<unknown, typeof validatePolicy> = new Map([
  ["ImageVerifyException", validateException],
  ["TrustRoot", validateTrustRoot],
]);

describe("the pages: policies", () => {
  const examples = pageExamples();

  for (const { title, policy } of examples) {
    const validate = VALIDATORS.get(policy["kind"]) ?? validatePolicy;
    it(`${title} is valid`, () => assert.deepEqual(validate(policy), []));
  }

  it("name every field of a trust root", () => {
    const page = read("docs/trust-roots.md");
    for (const [path] of schemaNodes(TRUST_ROOT_SPEC_SCHEMA)) {
      const [, name = path] = /([A-Za-z]+)(?:\[\])*$/u.exec(path) ?? [];
      assert.ok(page.includes(name), path);
    }
  });

  it("show every field in an example, and explain it", () => {
    const leaves = (value: unknown, path: string): readonly string[] => {
      if (Array.isArray(value)) return value.flatMap((item) => leaves(item, `${path}[]`));
      if (typeof value !== "object" || value === null) return [path];
      return Object.entries(value).flatMap(([name, child]) =>
        leaves(
          child,
          /\.(?:matchLabels|annotations)$/u.test(path) ? `${path}.*` : path === "" ? name : `${path}.${name}`,
        ),
      );
    };
    const shown = new Set(examples.flatMap(({ policy }) => leaves(policy["spec"], "")));
    assert.deepEqual(
      schemaLeaves().filter((leaf) => !shown.has(leaf)),
      [],
    );
    const explained = prose(read("docs/policies.md"));
    const names = schemaLeaves().map((leaf) => /([A-Za-z]+)(?:\[\]|\.\*)*$/u.exec(leaf)?.[1] ?? leaf);
    assert.deepEqual(
      names.filter((name) => !new RegExp(`\\b${name}\\b`, "u").test(explained)),
      [],
    );
  });

  it("give patterns that match what the table says, and no more", () => {
    const code = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/gu)].map(([, text = ""]) => text);
    const [, table = ""] = /^\| pattern \| matches .*\n\|[-|]+\n((?:\|.*\n)+)/mu.exec(read("docs/policies.md")) ?? [];
    const rows = table.trimEnd().split("\n");
    assert.ok(rows.length > 5);
    for (const row of rows) {
      const [text = "", matching = "", other = ""] = row.split("|").slice(1);
      const result = parsePattern(code(text)[0] ?? "");
      assert.ok(result.ok, row);
      const matched = (image: string): boolean => result.pattern.matches(parseImageReference(image));
      assert.deepEqual(
        code(matching).filter((image) => !matched(image)),
        [],
        row,
      );
      assert.deepEqual(code(other).filter(matched), [], row);
    }
  });

  it("refuse the patterns that they call refused", () => {
    const refused = [
      "nginx:1.27",
      "ghcr.io/acme/app:v*",
      "nginx*",
      "ghcr.io",
      "ghcr.*/acme/*",
      "GHCR.io/acme/*",
      "ghcr.io/acme/",
    ];
    const skips = ["ghcr.io/acme*", "*/x", "*"];
    const page = read("docs/policies.md");
    for (const text of [...refused, ...skips]) assert.ok(page.includes(`\`${text}\``), text);
    assert.deepEqual(
      refused.filter((text) => parsePattern(text).ok),
      [],
    );
    assert.deepEqual(
      skips.filter((text) => parseSkipPattern(text).ok),
      [],
    );
  });
});

describe("ARCHITECTURE.md", () => {
  const page = read("ARCHITECTURE.md");

  it("states the order that the architecture test enforces", () => {
    const line = page.split("\n").find((text) => text.startsWith("failure < "));
    assert.deepEqual(line?.split(" < "), ORDER);
  });

  it("lists every folder of src", () => {
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.deepEqual(
      folders.map(({ name }) => name).filter((name) => !page.includes(`\n  ${name}/ `)),
      [],
    );
  });

  it("gives each package the home that the architecture test enforces", () => {
    const code = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/gu)].map(([, text = ""]) => text);
    const [, table = ""] = /^\| package or builtin \|.*\n\|[-|]+\n((?:\|.*\n)+)/mu.exec(page) ?? [];
    const stated = table
      .trimEnd()
      .split("\n")
      .flatMap((row) => {
        const [packages = "", homes = ""] = row.split("|").slice(1);
        return code(packages).map((name): [string, readonly string[]] => [name, code(homes)]);
      });
    assert.deepEqual(Object.fromEntries(stated), HOMES);
  });
});
