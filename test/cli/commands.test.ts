// What several commands have in common.
import assert from "node:assert/strict";
import { Command, CommanderError, Option } from "commander";
import { config, namespace, output, subcommand, withoutEmptyDefaults } from "../../src/cli/commands.ts";

describe("cli/commands", () => {
  it("a command prints where the program prints, and throws instead of ending the process", () => {
    const printed: string[] = [];
    const write = (text: string): number => printed.push(text);
    const program = new Command("sealgate").exitOverride().configureOutput({ writeOut: write, writeErr: write });
    subcommand(program, "some")
      .addOption(config())
      .action(() => undefined);
    assert.throws(() => program.parse(["some", "--bogus"], { from: "user" }), CommanderError);
    assert.match(printed.join(""), /unknown option '--bogus'\n\(see "sealgate some --help"\)/);
  });

  it("--config is a file", () => {
    const command = new Command().addOption(config()).parse(["--config", "sealgate.yaml"], { from: "user" });
    assert.equal(command.opts()["config"], "sealgate.yaml");
  });

  it("--output has the first form as its default, and refuses others", () => {
    const parse = (...argv: readonly string[]): unknown =>
      new Command()
        .exitOverride()
        .configureOutput({ writeErr: () => undefined })
        .addOption(output("how", ["table", "json"]))
        .parse([...argv], { from: "user" })
        .opts()["output"];
    assert.deepEqual([parse(), parse("-o", "json"), parse("--output", "json")], ["table", "json", "json"]);
    assert.throws(() => parse("-o", "xml"), CommanderError);
  });

  const shown: readonly (readonly [unknown, string])[] = [
    [false, "what"],
    [[], "what"],
    [{}, "what"],
    [["a"], 'what (default: ["a"])'],
    [7, "what (default: 7)"],
    [null, "what (default: null)"],
  ];
  for (const [value, text] of shown) {
    it(`a default of ${JSON.stringify(value)} is told as ${JSON.stringify(text)}`, () => {
      assert.equal(withoutEmptyDefaults(new Option("--a <b>", "what").default(value)), text);
    });
  }

  it("--namespace is the name of one", () => {
    const parse = (name: string): unknown =>
      new Command()
        .exitOverride()
        .configureOutput({ writeErr: () => undefined })
        .addOption(namespace())
        .parse(["--namespace", name], { from: "user" })
        .opts()["namespace"];
    assert.equal(parse("sealgate-system"), "sealgate-system");
    for (const name of ["", "A", "a/b", "-a", "a".repeat(64)]) {
      assert.throws(() => parse(name), /want a namespace's name/);
    }
  });
});
