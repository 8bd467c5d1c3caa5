/**
 * The admission port: HTTPS, /validate and /mutate (kubernetes.md §1, §7). The answer to a review is always HTTP 200 with
 * a verdict; a body that is no review is 4xx, and a process that is not ready says 503 with Retry-After, never "allow".
 */
import type { IncomingMessage } from "node:http";
import type { Server as SecureServer } from "node:https";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { AdmissionError } from "../admission/error.ts";
import { explainReview } from "../admission/explain.ts";
import { parseAdmissionReview, type AdmissionRequest } from "../admission/request.ts";
import { allowResponse, denyResponse, pinResponse, type AdmissionResponse } from "../admission/response.ts";
import { openDeadline } from "../app/deadline.ts";
import type { Reviewer } from "../app/reviewer.ts";
import type { ImageVerdict } from "../policy/verdict.ts";
import type { Callers } from "../ports/callers.ts";
import type { AdmissionLog, DecidedReview } from "./admission-log.ts";
import { CallerCheck, type Peer } from "./callers.ts";
import { budgetMs, type DeadlineLimits } from "./deadline.ts";
import { MAX_SENT_BYTES, readReviewBody } from "./review-body.ts";

export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

export interface WebhookOptions {
  readonly reviewer: Reviewer;
  readonly tls: TlsMaterial;
  readonly log: AdmissionLog;
  isReady(): boolean;
  isDraining(): boolean;
  deadline(): DeadlineLimits;
  callers(): Callers;
}

const NOTHING = { verdicts: [], exceptions: [], unmatched: 0 } as const;
/** The API server keeps idle connections for 90 s: ours live longer, or a POST would meet a closed socket (§7). */
const KEEP_ALIVE_MS = 120_000;

/** Builds the server; the caller listens. */
export async function buildWebhookServer(options: WebhookOptions): Promise<FastifyInstance> {
  const server = fastify({
    // A client's certificate is asked for and never refused here: callers.ts judges it.
    https: {
      cert: options.tls.cert,
      key: options.tls.key,
      minVersion: "TLSv1.2",
      requestCert: true,
      rejectUnauthorized: false,
    },
    bodyLimit: MAX_SENT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 35_000,
    // Its 503 has no Retry-After: the API server would take it for a failure. What still arrives is answered.
    return503OnClosing: false,
    logger: false,
  }) as unknown as FastifyInstance;
  server.server.headersTimeout = KEEP_ALIVE_MS + 5_000;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", async (_request: FastifyRequest, payload: IncomingMessage) =>
    readReviewBody(payload),
  );
  const check = new CallerCheck(() => options.callers(), Date.now);
  server.addHook("onRequest", (request, reply, done) =>
    refuseCaller(options, check, request, reply) || refuseUnready(options, reply) ? undefined : done(),
  );
  server.setErrorHandler((error, request, reply) => sendError(options, error, request, reply));
  server.post("/validate", (request) => answer(options, "validate", request));
  server.post("/mutate", (request) => answer(options, "mutate", request));
  await server.ready();
  return server;
}

/** For connections from now on; those that stand go on. False if the certificate and the key are no pair. */
export function replaceCertificate(server: FastifyInstance, { cert, key }: TlsMaterial): boolean {
  try {
    (server.server as unknown as SecureServer).setSecureContext({ cert, key, minVersion: "TLSv1.2" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** True if the request has been answered: with 401, which an API server calls a failed call. */
function refuseCaller(
  { log }: WebhookOptions,
  check: CallerCheck,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean {
  const reason = check.refusal(request.raw.socket as unknown as Peer, request.headers.authorization);
  if (reason === undefined) return false;
  log.refused({ path: pathOf(request), status: 401, reason });
  reply.code(401).header("www-authenticate", "Bearer").send({ error: reason });
  return true;
}

/** True if the request has been answered. */
function refuseUnready(options: WebhookOptions, reply: FastifyReply): boolean {
  if (options.isDraining()) reply.header("connection", "close");
  if (options.isReady()) return false;
  reply.code(503).header("retry-after", "1").send({ error: "Sealgate has not read its policies yet" });
  return true;
}

async function answer(
  options: WebhookOptions,
  webhook: "validate" | "mutate",
  http: FastifyRequest,
): Promise<AdmissionResponse> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const request = parseAdmissionReview(bodyOf(http));
  const deadline = openDeadline(budgetMs((http.query as { timeout?: unknown }).timeout, options.deadline()));
  try {
    const { response, ...found } = await review(options, webhook, request, deadline.signal);
    const { allowed } = response.response;
    options.log.decided({ webhook, request, allowed, ...found, seconds: seconds() });
    return response;
  } catch (error) {
    // Our own defect: it denies, and says nothing of its inside.
    options.log.failed({ webhook, request, error, seconds: seconds() });
    const message = "Sealgate met an internal error and denies what it could not verify (Internal)";
    return denyResponse(request.uid, { message, ...NOTHING }, []);
  } finally {
    deadline.end();
  }
}

interface Answer extends Pick<DecidedReview, "verdicts" | "exceptions" | "unmatched" | "explanation"> {
  readonly response: AdmissionResponse;
}

async function review(
  options: WebhookOptions,
  webhook: "validate" | "mutate",
  request: AdmissionRequest,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return await (webhook === "mutate" ? pin(options, request, signal) : validate(options, request, signal));
  } catch (error) {
    if (!(error instanceof AdmissionError)) throw error;
    // The pod's author wrote it: a failed call could be let through by the webhook's own failurePolicy.
    const { message } = error;
    return { response: denyResponse(request.uid, { message, ...NOTHING }, []), ...NOTHING, explanation: message };
  }
}

async function pin({ reviewer }: WebhookOptions, request: AdmissionRequest, signal: AbortSignal): Promise<Answer> {
  const { pins, warnings } = await reviewer.pin(request, signal);
  return { response: pinResponse(request.uid, pins, warnings), ...NOTHING, explanation: undefined };
}

async function validate({ reviewer }: WebhookOptions, request: AdmissionRequest, signal: AbortSignal): Promise<Answer> {
  const reviewed = await reviewer.validate(request, signal);
  const { allowed, verdicts, exceptions, unmatched, message, warnings, retryAfterSeconds } = reviewed;
  const found = { verdicts, exceptions, unmatched };
  if (allowed) {
    return {
      response: allowResponse(request.uid, found, warnings),
      ...found,
      explanation: explainAdmitted(verdicts),
    };
  }
  const denial = {
    message: message ?? "denied",
    ...found,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  return { response: denyResponse(request.uid, denial, warnings), ...found, explanation: message };
}

/** Warn, Audit and Ignore admit, and all of it is reported (policy-api.md §2.1). */
function explainAdmitted(verdicts: readonly ImageVerdict[]): string | undefined {
  const noted = verdicts.filter(
    ({ results, unmatched }) => unmatched !== undefined || results.some(({ verdict }) => verdict.outcome !== "Pass"),
  );
  return noted.length === 0 ? undefined : explainReview(noted);
}

function pathOf({ url }: FastifyRequest): string {
  return url.split("?")[0] ?? "";
}

function bodyOf(request: FastifyRequest): Uint8Array {
  if (request.body instanceof Uint8Array) return request.body;
  throw new AdmissionError(400, "Cannot read AdmissionReview: the body is empty");
}

/** Statuses are fastify's own (413, 415) or an AdmissionError's; everything else is a defect. */
function sendError(
  options: WebhookOptions,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error instanceof AdmissionError ? error.status : (error as { statusCode?: unknown }).statusCode;
  if (typeof status === "number" && status >= 400 && status < 500) {
    const reason = reasonOf(status, error);
    options.log.refused({ path: pathOf(request), status, reason });
    if (error instanceof AdmissionError && error.uid !== undefined) {
      return reply.code(200).send(denyResponse(error.uid, { message: reason, ...NOTHING }, []));
    }
    return reply.code(status).send({ error: reason });
  }
  options.log.defect(error);
  return reply.code(500).send({ error: "internal error" });
}

function reasonOf(status: number, error: unknown): string {
  if (status === 415) return "Cannot read AdmissionReview: its Content-Type is not application/json";
  return error instanceof Error ? error.message : "bad request";
}
