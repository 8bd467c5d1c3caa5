/**
 * The yardstick: a server of the same stack (fastify over TLS) that parses the same body, with fastify's own parser, and
 * answers a constant. `constant-server.js PORT CERT KEY`.
 */
import { readFileSync } from "node:fs";
import fastify from "fastify";

const [port = "", cert = "", key = ""] = process.argv.slice(2);
const server = fastify({
  https: { cert: readFileSync(cert), key: readFileSync(key), minVersion: "TLSv1.2" },
  bodyLimit: 7 * 1024 * 1024,
  keepAliveTimeout: 120_000,
  logger: false,
});
const response = { uid: "7f0b2891-916f-4ed6-b7cd-27bff1815a8c", allowed: true };
const answer = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response };

server.get("/", async (_request, reply) => reply.send("ok"));
server.post("/validate", async (request, reply) => {
  if (typeof request.body !== "object") throw new Error("the body must be parsed");
  return reply.send(answer);
});
await server.listen({ host: "127.0.0.1", port: Number(port) });
