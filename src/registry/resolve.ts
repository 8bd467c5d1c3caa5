/**
 * Names to addresses, by ourselves, so that the socket goes to the address that was looked at (registry.md §10). A name
 * that the operator listed is looked up as this machine does, with its hosts file and search domains. Any other is a
 * stranger's: asked of the name servers as it stands, where no search domain can answer for it, and outside of the few
 * threads that a slow name server would hold.
 */
import { promises as dns } from "node:dns";

export type Resolve = (name: string, isListed: boolean) => Promise<readonly string[]>;

/** Per name server and try; what is over the connection's own limit is cut there. */
const QUERY = { timeout: 1000, tries: 2 };

export async function resolveName(name: string, isListed: boolean): Promise<readonly string[]> {
  if (isListed) return (await dns.lookup(name, { all: true })).map(({ address }) => address);
  return await askNameServers(name, new dns.Resolver(QUERY));
}

/** Both families; a name that has one is no error of the other. */
export async function askNameServers(name: string, resolver: dns.Resolver): Promise<readonly string[]> {
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = [v4, v6].flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  if (found.length === 0 && v4.status === "rejected") throw v4.reason;
  return found;
}
