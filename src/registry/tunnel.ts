/** A way through a proxy (RFC 9110 §9.3.6): it is asked to connect, and what it answers is no registry's answer. */
import type { Socket } from "node:net";
import { Client } from "undici";
import { encodeBase64 } from "../encoding/base64.ts";
import { encodeUtf8 } from "../encoding/text.ts";

/** Why the proxy gave no way: its status, or what undici says. */
export class TunnelError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = "TunnelError";
    this.code = code;
  }
}

/** `authority` is host:port, as the proxy shall call it. The time that it takes is the caller's to limit. */
export async function openTunnel(proxy: URL, authority: string, timeoutMs: number): Promise<Socket> {
  const client = new Client(proxy.origin, { connect: { timeout: timeoutMs }, headersTimeout: timeoutMs });
  try {
    const headers = { host: authority, ...authorization(proxy) };
    const { socket, statusCode } = await client.connect({ path: authority, headers });
    if (statusCode === 200) return socket as Socket;
    socket.on("error", () => undefined).destroy();
    throw new TunnelError(`PROXY_ANSWERED_${statusCode}`);
  } catch (error) {
    if (error instanceof TunnelError) throw error;
    const { code } = error as { code?: unknown };
    throw new TunnelError(`PROXY_${typeof code === "string" ? code : "UNREACHABLE"}`);
  } finally {
    client.close().catch(() => undefined);
  }
}

function authorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === "" && password === "") return {};
  const credential = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${encodeBase64(encodeUtf8(credential))}` };
}
