// A network of its own for a program of the tests (Linux namespaces): loopback, and addresses that are private or a
// cloud's everywhere else. Nothing in it reaches the machine's own network, and it ends with the program.
import { spawnSync } from "node:child_process";
import { complainOnce } from "./programs.ts";

/** With a hosts file of its own, too. */
const UNSHARE = ["--map-root-user", "--net", "--mount"];

/** The command that runs `script` in such a network, with these addresses and names. */
export function inPrivateNetwork(
  script: string,
  { addresses, hosts }: { readonly addresses: readonly string[]; readonly hosts: string },
): readonly [command: string, args: readonly string[]] {
  const setUp = [
    "ip link set lo up",
    ...addresses.map((address) => `ip address add ${address}/32 dev lo`),
    `mount --bind ${hosts} /etc/hosts`,
    'exec "$@"',
  ].join(" && ");
  return ["unshare", [...UNSHARE, "sh", "-c", setUp, "sh", process.execPath, script]];
}

/** Says loudly where the machine does not allow it, and skips; fails instead when CI is set. */
export function privateNetworkOrSkip(context: Mocha.Context): void {
  const trial = spawnSync("unshare", [...UNSHARE, "ip", "link", "set", "lo", "up"], { encoding: "utf8" });
  if (trial.status === 0) return;
  const message = `NETWORK NAMESPACES NOT TESTED: unshare and ip: ${trial.error?.message ?? trial.stderr.trim()}`;
  if (process.env["CI"]) throw new Error(message);
  complainOnce(message);
  context.skip();
}
