/**
 * The command line: what can be typed, and nothing of how it is done. Commands are given as actions by main.ts.
 * Exit status: 0 admitted or verified, 1 denied, 2 usage or could not determine.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { UsageError, type CommandIo, type ExitCode } from "./io.ts";
import { addVerify, addVerifyBundle } from "./verify-commands.ts";
import type { VerifyBundleFlags } from "./verify-bundle.ts";
import type { VerifyFlags } from "./verify-flags.ts";
import { config, namespace, output, subcommand, withoutEmptyDefaults } from "./commands.ts";
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
  /** Absent: the policies themselves are looked at. */
  readonly resource?: readonly string[];
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
    .configureHelp({ optionDescription: withoutEmptyDefaults })
    .showHelpAfterError('(see "sealgate --help")');
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
    .addOption(listen("--listen-webhook", "admission over TLS", 8443))
    .addOption(listen("--listen-operations", "health and metrics over HTTP", 8081))
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

const APPLY_HELP = `
Judged are Pods, and the templates of Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs and
ReplicationControllers. Namespaces in the files give their labels. Objects of other kinds are passed over, and told of.

Exit status: 0 all admitted, 1 some denied, 2 usage, or some denied because it could not be determined.

Examples:
  sealgate apply -p policies/
  sealgate apply -p policies/ -r deployment.yaml
  helm template charts/web | sealgate apply -p policies/ -r -
  kubectl get pods -A -o yaml | sealgate apply -p policies/ -r - -o json
`;

function addApply(program: Command, actions: Actions, finish: (code: ExitCode) => void): void {
  subcommand(program, "apply")
    .description("Print the verdict that the webhook would give on pods and templates in files.")
    .requiredOption("-p, --policy <file...>", "required: policy files, directories of them, or - for standard input")
    .option(
      "-r, --resource <file...>",
      "files, directories or - with what is to be judged; without it policies are checked alone",
    )
    .addOption(output("how rows are printed", ["table", "json", "yaml"]))
    .addOption(config())
    .addOption(namespace())
    .addOption(plainHttp())
    .addOption(allowPrivate())
    .addHelpText("after", APPLY_HELP)
    .action(async (flags: ApplyFlags) => finish(await actions.apply(flags)));
}

const REFERENCE_HELP = `
Exit status: 0 printed, 1 not a reference (every policy denies it), 2 usage.

Examples:
  sealgate reference nginx
  sealgate reference ghcr.io/acme/web:1.0 -p policies/
`;

function addReference(program: Command, actions: Actions, finish: (code: ExitCode) => void): void {
  subcommand(program, "reference")
    .description("Print the canonical form of an image reference, and which rules cover it. Contacts nothing.")
    .argument("<reference>", "image reference, as a pod would name it")
    .addOption(config())
    .option("-p, --policy <file...>", "policy files, directories of them, or - for standard input")
    .addHelpText("after", REFERENCE_HELP)
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

function listen(flag: string, description: string, port: number): Option {
  return new Option(`${flag} <host:port>`, description)
    .argParser(address)
    .default({ host: "0.0.0.0", port }, `0.0.0.0:${port}`);
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
