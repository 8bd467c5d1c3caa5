/** What several commands have in common: how a command is made, and the options that more than one of them takes. */
import { InvalidArgumentError, Option, type Command } from "commander";

/** A command that prints and fails as the program does. */
export function subcommand(program: Command, name: string): Command {
  return program.command(name).copyInheritedSettings(program);
}

export function config(): Option {
  return new Option("--config <file>", "configuration, YAML: trust roots of private Sigstore instances");
}

export function namespace(): Option {
  return new Option(
    "--namespace <name>",
    "namespace of Sealgate itself, whose Secrets cluster policies name (default: the pod's own, or sealgate)",
  ).argParser((text: string) => {
    if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text;
    throw new InvalidArgumentError("want a namespace's name");
  });
}
