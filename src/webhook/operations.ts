/** The operations port, plain HTTP: /livez, /readyz?verbose and /metrics. Nothing secret is served here. */
import fastify, { type FastifyInstance } from "fastify";

export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface OperationsOptions {
  readiness(): readonly ReadinessCheck[];
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

/** Builds the server; the caller listens. */
export async function buildOperationsServer(options: OperationsOptions): Promise<FastifyInstance> {
  const server = fastify({ logger: false });
  server.get("/livez", async (_request, reply) => reply.type("text/plain").send("ok\n"));
  server.get("/readyz", async (request, reply) => {
    const checks = options.readiness();
    const ready = checks.every(({ ok }) => ok);
    const verbose = Object.hasOwn(request.query as object, "verbose") || !ready;
    const lines = verbose ? checks.map(({ name, ok, detail }) => `[${ok ? "+" : "-"}] ${name}: ${detail}\n`) : [];
    return reply
      .code(ready ? 200 : 503)
      .type("text/plain")
      .send(`${lines.join("")}${ready ? "ok" : "not ready"}\n`);
  });
  server.get("/metrics", async (_request, reply) =>
    reply.type(options.metrics.contentType).send(await options.metrics.text()),
  );
  await server.ready();
  return server;
}
