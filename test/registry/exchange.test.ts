/**
 * One exchange with a registry that is down, slow, cut or lying (registry.md §6, §11): each is named by its code or cause, bounded
 * in bytes and time.
 */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { HttpClient } from "../../src/registry/http.ts";
import { loopbackEndpoint, startRegistry, type EmbeddedRegistry, type Hook } from "../support/registry/registry.ts";
import { answer, isUnavailable, rejectsWith } from "./fixtures.ts";

const TIMEOUTS = { connectMs: 500, firstByteMs: 100, idleMs: 100 };

describe("registry exchange", () => {
  let server: EmbeddedRegistry;
  let other: EmbeddedRegistry;
  let http: HttpClient;

  beforeEach(async () => {
    server = await startRegistry();
    other = await startRegistry();
    http = new HttpClient({
      rules: { endpoints: [loopbackEndpoint(server.host)] },
      timeouts: TIMEOUTS,
    });
  });

  afterEach(async () => {
    await http.close();
    await Promise.all([server.stop(), other.stop()]);
  });

  async function get(hook: Hook, signal = new AbortController().signal): Promise<string> {
    server.misbehave(hook);
    const url = new URL("start", http.baseUrl(server.host));
    const call = { url, headers: { authorization: "Bearer t" }, maxBytes: 1000, signal };
    return new TextDecoder().decode((await http.get(call)).body);
  }

  it("a registry that is down is RegistryUnreachable, without its address in the message", async () => {
    const { host } = server;
    await server.stop();
    const call = { url: new URL(`http://${host}/`), headers: {}, maxBytes: 1, signal: new AbortController().signal };
    const error = await isUnavailable("RegistryUnreachable", http.get(call));
    assert.equal(error.message, `${host} cannot be reached (ECONNREFUSED)`);
  });

  it("a lost connection is tried once more", async () => {
    const hook: Hook = (request, response) => {
      if (server.requests.length > 1) return answer(response, 200, {}, "second");
      request.socket.destroy();
      return true;
    };
    assert.equal(await get(hook), "second");
  });

  it("a registry that never answers is RegistryUnreachable, and asked once", async () => {
    await isUnavailable(
      "RegistryUnreachable",
      get(() => true),
    );
    assert.equal(server.requests.length, 1);
  });

  it("a body that stops is RegistryUnreachable", async () => {
    const hook: Hook = (_, response) => {
      response.writeHead(200, { "content-length": 10 }).write("half");
      return true;
    };
    await isUnavailable("RegistryUnreachable", get(hook));
  });

  it("time that is spent is DeadlineSpent", async () => {
    const hook: Hook = () => true;
    await isUnavailable("DeadlineSpent", get(hook, AbortSignal.timeout(20)));
    await isUnavailable("DeadlineSpent", get(hook, AbortSignal.abort()));
  });

  it("a body shorter than its Content-Length is RegistryAnswerTruncated", async () => {
    const hook: Hook = (request) => {
      request.socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhalf");
      return true;
    };
    await rejectsWith("RegistryAnswerTruncated", get(hook));
  });

  it("an answer that is no HTTP is RegistryAnswerUnexpected", async () => {
    const hook: Hook = (request) => {
      request.socket.end("SSH-2.0-registry\r\n\r\n");
      return true;
    };
    await rejectsWith("RegistryAnswerUnexpected", get(hook));
  });

  it("a body over the limit is RegistryAnswerTooLarge, announced or not", async () => {
    const body = "x".repeat(1001);
    await rejectsWith(
      "RegistryAnswerTooLarge",
      get((_, response) => answer(response, 200, {}, body)),
    );
    const chunked: Hook = (_, response) => {
      response.writeHead(200, { "transfer-encoding": "chunked" });
      const timer = setInterval(() => response.write(body), 5);
      response.on("close", () => clearInterval(timer));
      return true;
    };
    await rejectsWith("RegistryAnswerTooLarge", get(chunked));
  });

  it("a compressed body is refused, not unpacked", async () => {
    const hook: Hook = (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("hello"));
      return true;
    };
    await rejectsWith("RegistryAnswerUnexpected", get(hook));
  });

  it("the body of an error is never read, however long", async () => {
    assert.equal(await get((_, response) => answer(response, 404, {}, "x".repeat(200_000))), "");
  });
});
