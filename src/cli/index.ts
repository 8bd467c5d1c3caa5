/**
 * The command line: what can be typed, and nothing of how it is done. Commands are given as actions by main.ts.
 * Exit status: 0 admitted or verified, 1 denied, 2 usage or could not determine.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { UsageError, type CommandIo, type ExitCode } from "./io.ts";
import { addVerify, addVerifyBundle } from "./verify-commands.ts";
import type { VerifyBundleFlags } from "./verify-bundle.ts";
import type { VerifyFlags } from "./verify-flags.ts";
import { config, namespace, subcommand } from "./commands.ts";
import { allowPrivate, plainHttp, type RegistryFlags } from "./registry-flags.ts";

export interface ServeFlags extends RegistryFlags {
  readonly config?: string;
  readonly printConfig: boolean;
  readonly kubeconfig?: string;
  readonly policies?: string;
  /** Where Sealgate runs: Secrets that cluster policies name are there. */
  readonly namespace?: string;
  readonly listenWebhook: Address;
  readonly listenOperations: Address;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly drainSeconds: number;
  readonly staleSeconds: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

export interface ApplyFlags extends RegistryFlags {
  readonly config?: string;
  /** Sealgate's own. */
  readonly namespace?: string;
  readonly policy: readonly string[];
  readonly resource: readonly string[];
  readonly output: "table" | "json" | "yaml";
}

export interface ReferenceFlags {
  readonly config?: string;
  readonly policy?: readonly string[];
}

export interface DeleteWebhooksFlags {
  readonly kubeconfig?: string;
  readonly validating: readonly string[];
  readonly mutating: readonly string[];
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Actions {
  readonly version: string;
  readonly serve: (flags: ServeFlags) => Promise<ExitCode>;
  readonly verify: (image: string, flags: VerifyFlags) => Promise<ExitCode>;
  readonly verifyBundle: (target: string, flags: VerifyBundleFlags) => Promise<ExitCode>;
  readonly apply: (flags: ApplyFlags) => Promise<ExitCode>;
  readonly reference: (text: string, flags: ReferenceFlags) => Promise<ExitCode>;
  readonly deleteWebhooks: (flags: DeleteWebhooksFlags) => Promise<ExitCode>;
}

/**
 * Runs one command line (without node and script). Never throws: what was typed wrongly is printed and answered with 2,
 * and so is a defect, since 1 would say that something was denied.
 */
export async function runCli(argv: readonly string[], actions: Actions, io: CommandIo): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram(actions, io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.err(`error: ${error instanceof UsageError ? error.message : `internal error: ${stackOf(error)}`}\n`);
    return 2;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function buildProgram(actions: Actions, io: CommandIo, finish: (code: ExitCode) => void): Command {
  const program = new Command("sealgate")
    .description("Admits a pod only if its images carry the signatures that the cluster's policies ask for.")
    .version(actions.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showHelpAfterError('(see "sealgate --help")');
  program.action(() => program.help({ error: true }));
  addServe(program, actions, finish);
  addVerify(program, async (image, flags) => finish(await actions.verify(image, flags)));
  addVerifyBundle(program, async (target, flags) => finish(await actions.verifyBundle(target, flags)));
  addApply(program, actions, finish);
  addReference(program, actions, finish);
  addDeleteWebhooks(program, actions, finish);
  return program;
}

function addServe(program: Command, actions: Actions, finish: (code: ExitCode) => void): void {
  subcommand(program, "serve")
    .description("Serve the admission webhook, with the policies of a cluster or of a directory.")
    .addOption(config())
    .option("--print-config", "print the configuration in full, with its defaults, and end", false)
    .option("--kubeconfig <file>", "cluster whose policies are read (default: in-cluster, or KUBECONFIG)")
    .option("--policies <dir>", "read policies from files instead, live; no cluster is needed")
    .addOption(namespace())
    .option("--listen-webhook <host:port>", "admission over TLS", address, { host: "0.0.0.0", port: 8443 })
    .option("--listen-operations <host:port>", "health and metrics over HTTP", address, { host: "0.0.0.0", port: 8081 })
    .option("--tls-cert <file>", "serving certificate, PEM; without it one is made and its CA printed")
    .option("--tls-key <file>", "its private key, PEM")
    .addOption(plainHttp())
    .addOption(allowPrivate())
    .option("--stale-seconds <n>", "un-ready when the API server was not followed for so long", wholeNumber, 900)
    .option(
      "--drain-seconds <n>",
      "after SIGTERM, how long to keep serving while endpoints converge; 0: end at once",
      wholeNumber,
      10,
    )
    .addOption(
      new Option("--log-level <level>", "least level logged")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    )
    .action(async (flags: ServeFlags) => finish(await actions.serve(flags)));
}

function addApply(program: Command, actions: Actions, finish: (code: ExitCode) => void): void {
  subcommand(program, "apply")
    .description(
      "Print the verdict on pods that the webhook would give. Exit 0 admitted, 1 denied, 2 could not determine.",
    )
    .addOption(config())
    .requiredOption("-p, --policy <file...>", "policy files, or directories of them")
    .addOption(namespace())
    .requiredOption("-r, --resource <file...>", "files with Pods (and Namespaces, for their labels)")
    .addOption(
      new Option("--output <form>", "how rows are printed").choices(["table", "json", "yaml"]).default("table"),
    )
    .addOption(plainHttp())
    .addOption(allowPrivate())
    .action(async (flags: ApplyFlags) => finish(await actions.apply(flags)));
}

function addReference(program: Command, actions: Actions, finish: (code: ExitCode) => void): void {
  subcommand(program, "reference")
    .description("Print the canonical form of an image reference, and which rules cover it. Contacts nothing.")
    .argument("<reference>", "image reference, as a pod would name it")
    .addOption(config())
    .option("-p, --policy <file...>", "policy files, or directories of them")
    .action(async (text: string, flags: ReferenceFlags) => finish(await actions.reference(text, flags)));
}

function addDeleteWebhooks(program: Command, actions: Actions, finish: (code: ExitCode) => void): void {
  subcommand(program, "delete-webhooks")
    .description("Delete webhook configurations of a cluster, as the chart does before it is uninstalled.")
    .option("--kubeconfig <file>", "the cluster (default: in-cluster, or KUBECONFIG)")
    .option("--validating <name...>", "names of ValidatingWebhookConfigurations", [])
    .option("--mutating <name...>", "names of MutatingWebhookConfigurations", [])
    .action(async (flags: DeleteWebhooksFlags) => finish(await actions.deleteWebhooks(flags)));
}

function address(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]*)):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || !(port <= 65_535)) throw new InvalidArgumentError("want HOST:PORT, for example 127.0.0.1:8443");
  return { host: match[1] ?? (match[2] === "" ? "0.0.0.0" : (match[2] ?? "0.0.0.0")), port };
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,4}$/.test(text)) throw new InvalidArgumentError("want a whole number of seconds");
  return Number(text);
}
