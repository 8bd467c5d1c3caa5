/**
 * What `serve` asks of an API server, and no more, in memory: lists of policies and namespaces, watches on which nothing
 * happens, Secrets by name. For the demo, which has no cluster.
 */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAuthority, makeServingCertificate } from "../../test/support/testbed/certificates.ts";
import { formatKubeconfig } from "../../test/support/testbed/kubernetes.ts";
import { makeTemporaryDir } from "../../test/support/testbed/process.ts";

export interface ApiServer {
  /** A file. */
  readonly kubeconfig: string;
  readonly stop: () => Promise<void>;
}

/** `lists`: items by the path of their list, empty for any other. `objects`: by their path. */
export async function startApiServer(
  lists: Readonly<Record<string, readonly object[]>>,
  objects: Readonly<Record<string, object>>,
): Promise<ApiServer> {
  const authority = await makeAuthority("CN=demo-cluster");
  const { certificate, key } = await makeServingCertificate(authority, { dns: ["localhost"], ip: ["127.0.0.1"] });
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "https://localhost");
    const send = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const object = objects[pathname];
    // One that cannot begin with all there is: it is listed then
    if (searchParams.get("sendInitialEvents") === "true") send(422, { kind: "Status", code: 422 });
    else if (searchParams.get("watch") === "true") response.writeHead(200).flushHeaders();
    else if (object !== undefined) send(200, object);
    else if (searchParams.has("limit")) {
      send(200, { kind: "List", metadata: { resourceVersion: "1" }, items: lists[pathname] ?? [] });
    } else send(404, { kind: "Status", code: 404 });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(makeTemporaryDir("demo-cluster"), "kubeconfig");
  const access = { url: `https://127.0.0.1:${port}`, ca: authority.pem, token: "demo" };
  writeFileSync(kubeconfig, formatKubeconfig(access), { mode: 0o600 });
  const stop = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  return { kubeconfig, stop };
}
