/** What several commands have in common: how a command is made, and the options that more than one of them takes. */
import { Option, type Command } from "commander";

/** A command that prints and fails as the program does. */
export function subcommand(program: Command, name: string): Command {
  return program.command(name).copyInheritedSettings(program);
}

export function config(): Option {
  return new Option("--config <file>", "configuration, YAML: trust roots of private Sigstore instances");
}
