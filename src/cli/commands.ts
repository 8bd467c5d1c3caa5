/** What several commands have in common: how a command is made, and the options that more than one of them takes. */
import { Help, InvalidArgumentError, Option, type Command } from "commander";

/** A command that prints and fails as the program does. */
export function subcommand(program: Command, name: string): Command {
  return program.command(name).copyInheritedSettings(program).showHelpAfterError(`(see "sealgate ${name} --help")`);
}

export function config(): Option {
  return new Option("--config <file>", 'configuration, YAML; "sealgate serve --print-config" prints one in full');
}

/** What a script reads is asked for as kubectl and cosign have it. The first form is the default. */
export function output(description: string, forms: readonly [string, ...string[]]): Option {
  return new Option("-o, --output <form>", description).choices(forms).default(forms[0]);
}

/** What commander prints of an option, but for a default that says nothing: false, and lists of nothing. */
export function withoutEmptyDefaults(option: Option): string {
  const { defaultValue } = option;
  const isEmpty =
    defaultValue === false ||
    (typeof defaultValue === "object" && defaultValue !== null && Object.keys(defaultValue).length === 0);
  const shown = isEmpty ? Object.create(option, { defaultValue: { value: undefined } }) : option;
  return new Help().optionDescription(shown as Option);
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
