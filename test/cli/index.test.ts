// What can be typed: help, defaults, every refusal with a sentence and exit 2, and the exit code of what a command says.
import assert from "node:assert/strict";
import { runCli, type Actions, type ApplyFlags, type ServeFlags } from "../../src/cli/index.ts";
import { UsageError, type ExitCode } from "../../src/cli/io.ts";
import { fakeIo } from "./fake-io.ts";

interface Run {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
  /** Command and arguments of each action that was started. */
  readonly started: readonly (readonly unknown[])[];
}

const COMMANDS = ["serve", "verify", "verifyBundle", "apply", "reference", "deleteWebhooks"] as const;

async function run(argv: readonly string[], act: () => Promise<ExitCode> = () => Promise.resolve(0)): Promise<Run> {
  const started: (readonly unknown[])[] = [];
  const acting = COMMANDS.map((command) => [
    command,
    (...given: readonly unknown[]): Promise<ExitCode> => {
      started.push([command, ...given]);
      return act();
    },
  ]);
  const actions = { version: "1.2.3", ...Object.fromEntries(acting) } as unknown as Actions;
  const io = fakeIo();
  return { code: await runCli(argv, actions, io), ...io.printed(), started };
}

const serveFlags = async (...argv: readonly string[]): Promise<ServeFlags> => {
  const { started, err } = await run(["serve", ...argv]);
  assert.equal(started.length, 1, err);
  return started[0]?.[1] as ServeFlags;
};

describe("sealgate", () => {
  it("--help says what there is and ends with 0", async () => {
    const { code, out, err, started } = await run(["--help"]);
    assert.deepEqual([code, err, started], [0, "", []]);
    for (const command of ["serve", "verify", "apply"])
      assert.match(out, new RegExp(`^ {2}${command} \\[options\\]`, "m"));
  });

  for (const command of ["serve", "verify", "apply"]) {
    it(`${command} --help says its options and exit codes and ends with 0`, async () => {
      const { code, out, started } = await run([command, "--help"]);
      assert.deepEqual([code, started], [0, []]);
      assert.match(out, new RegExp(`^Usage: sealgate ${command} `));
      const text = out.replace(/\s+/g, " ");
      if (command !== "serve")
        assert.match(text, /Exit status: 0 (?:verified|all admitted), 1 (?:some )?denied, 2 usage/);
    });
  }

  it("help COMMAND is its --help", async () => {
    const [asked, flag] = [await run(["help", "apply"]), await run(["apply", "--help"])];
    assert.deepEqual([asked.code, asked.out], [0, flag.out]);
  });

  it("help tells of defaults that say something, and of no others", async () => {
    const { out } = await run(["serve", "--help"]);
    const text = out.replace(/\s+/g, " ");
    assert.match(text, /admission over TLS \(default: 0\.0\.0\.0:8443\)/);
    assert.match(text, /\(choices: "debug", "info", "warn", "error", default: "info"\)/);
    assert.doesNotMatch(text, /default: (?:false|\[\]|\{)/);
  });

  it("apply takes policies alone", async () => {
    const { started } = await run(["apply", "-p", "p"]);
    const [, flags] = started[0] ?? [];
    assert.deepEqual([started.length, (flags as ApplyFlags).resource], [1, undefined]);
  });

  it("-o is --output", async () => {
    const { started } = await run(["apply", "-p", "p", "-r", "r", "-o", "yaml"]);
    const [, flags] = started[0] ?? [];
    assert.equal((flags as ApplyFlags).output, "yaml");
  });

  it("--version prints it and ends with 0", async () => {
    const { code, out } = await run(["--version"]);
    assert.deepEqual([code, out], [0, "1.2.3\n"]);
  });

  const refusals: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
    "nothing at all": [[], /^Usage: sealgate /],
    "an unknown command": [["bogus"], /error: unknown command 'bogus'\n\(see "sealgate --help"\)/],
    "a command that is mistyped": [["verfy"], /unknown command 'verfy'\n\(Did you mean verify\?\)/],
    "an unknown option": [["--bogus"], /error: unknown option '--bogus'\n\(see "sealgate --help"\)/],
    "an unknown option of a command": [
      ["serve", "--bogus"],
      /unknown option '--bogus'\n\(see "sealgate serve --help"\)/,
    ],
    "an argument too many": [["serve", "x"], /too many arguments/],
    "verify without an image": [["verify"], /^error: /],
    "verify with an unknown output": [
      ["verify", "a", "--key", "k", "--output", "xml"],
      /Allowed choices are text, json/,
    ],
    "apply without policies": [["apply", "-r", "r"], /required option '-p, --policy <file...>' not specified/],
    "apply with an unknown output": [
      ["apply", "-p", "p", "-r", "r", "--output", "xml"],
      /Allowed choices are table, json, yaml/,
    ],
    "an option without its value": [["apply", "-p", "p", "-r"], /argument missing/],
    "a namespace that cannot be one": [["serve", "--namespace", "A"], /want a namespace's name/],
    "an unknown level": [["serve", "--log-level", "loud"], /Allowed choices are debug, info, warn, error/],
    "an address without a port": [
      ["serve", "--listen-webhook", "localhost"],
      /want HOST:PORT, for example 127\.0\.0\.1:8443/,
    ],
    "a port that is none": [["serve", "--listen-webhook", ":65536"], /want HOST:PORT/],
    "an address with a path": [["serve", "--listen-operations", "a:1/x"], /want HOST:PORT/],
    "a number that is none": [["serve", "--drain-seconds", "1.5"], /want a whole number of seconds/],
    "a negative number": [["serve", "--drain-seconds=-1"], /want a whole number of seconds/],
  };
  for (const [what, [argv, message]] of Object.entries(refusals)) {
    it(`refuses ${what}: a sentence, exit 2, nothing started`, async () => {
      const { code, out, err, started } = await run(argv);
      assert.deepEqual([code, out, started], [2, "", []]);
      assert.match(err, message);
    });
  }

  for (const code of [0, 1, 2] as const) {
    it(`ends with ${code} when the command does`, async () => {
      const ended = await run(["apply", "-p", "p", "-r", "r"], () => Promise.resolve(code));
      assert.deepEqual([ended.code, ended.out, ended.err], [code, "", ""]);
    });
  }

  it("prints what an operator wrote wrongly as it is, and ends with 2", async () => {
    const { code, err } = await run(["serve"], () => Promise.reject(new UsageError("a.yaml:3: no")));
    assert.deepEqual([code, err], [2, "error: a.yaml:3: no\n"]);
  });

  it("ends with 2 for a defect, since 1 would say that something was denied", async () => {
    const { code, err } = await run(["apply", "-p", "p", "-r", "r"], () => Promise.reject(new TypeError("a bug")));
    assert.equal(code, 2);
    assert.match(err, /^error: internal error: TypeError: a bug\n {4}at /);
    const odd = await run(["serve"], () => Promise.reject("no error" as unknown as Error));
    assert.deepEqual([odd.code, odd.err], [2, "error: internal error: no error\n"]);
  });
});

describe("sealgate serve", () => {
  it("has defaults for all that it needs", async () => {
    const { listenWebhook, listenOperations, drainSeconds, staleSeconds, logLevel, plainHttp, policies, kubeconfig } =
      await serveFlags();
    assert.deepEqual(
      [listenWebhook, listenOperations],
      [
        { host: "0.0.0.0", port: 8443 },
        { host: "0.0.0.0", port: 8081 },
      ],
    );
    assert.deepEqual([drainSeconds, logLevel, plainHttp, policies, kubeconfig], [10, "info", [], undefined, undefined]);
    assert.equal(staleSeconds, 900);
  });

  const addresses = [
    ["127.0.0.1:9443", "127.0.0.1", 9443],
    [":9443", "0.0.0.0", 9443],
    ["[::1]:0", "::1", 0],
    ["web-hook.local:65535", "web-hook.local", 65_535],
  ] as const;
  for (const [text, host, port] of addresses) {
    it(`listens on ${text}`, async () => {
      assert.deepEqual((await serveFlags("--listen-webhook", text)).listenWebhook, { host, port });
    });
  }

  it("takes every other option", async () => {
    const line =
      "--policies dir --namespace sealgate --kubeconfig config --tls-cert c --tls-key k --plain-http a:5000 --plain-http b:5000 --drain-seconds 0 --log-level error";
    const flags = await serveFlags(...line.split(" "));
    assert.deepEqual([flags.policies, flags.kubeconfig, flags.tlsCert, flags.tlsKey], ["dir", "config", "c", "k"]);
    assert.equal(flags.namespace, "sealgate");
    assert.deepEqual([flags.plainHttp, flags.drainSeconds, flags.logLevel], [["a:5000", "b:5000"], 0, "error"]);
  });
});

describe("sealgate apply", () => {
  it("takes several files of each kind", async () => {
    const { started } = await run([
      "apply",
      "-p",
      "a",
      "b",
      "-r",
      "c",
      "-r",
      "d",
      "--output",
      "yaml",
      "--plain-http",
      "h:1",
    ]);
    const [command, flags] = started[0] ?? [];
    assert.equal(command, "apply");
    const { policy, resource, output, plainHttp } = flags as Record<string, unknown>;
    assert.deepEqual([policy, resource, output, plainHttp], [["a", "b"], ["c", "d"], "yaml", ["h:1"]]);
  });
});

describe("sealgate delete-webhooks", () => {
  it("takes names of both kinds", async () => {
    const { started } = await run(["delete-webhooks", "--validating", "a", "b", "--mutating=c", "--kubeconfig", "k"]);
    assert.deepEqual(started, [["deleteWebhooks", { validating: ["a", "b"], mutating: ["c"], kubeconfig: "k" }]]);
  });
});

describe("sealgate verify", () => {
  it("takes the image and its key", async () => {
    const { started } = await run(["verify", "ghcr.io/acme/web:1", "--key", "cosign.pub", "--output", "json"]);
    const [command, image, flags] = started[0] ?? [];
    const { key, output } = flags as Record<string, unknown>;
    assert.deepEqual([command, image, key, output], ["verify", "ghcr.io/acme/web:1", "cosign.pub", "json"]);
  });
});
