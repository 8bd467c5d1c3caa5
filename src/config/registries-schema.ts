/** What the configuration may say of registries, proxies and time (draft 7; config.md). Part of CONFIG_SCHEMA. */

import { CLOUD_PROVIDERS } from "../oci/cloud-registry.ts";

/** The longest timeout that a webhook can have is 30 seconds. */
const DURATION = { type: "string", pattern: "^[0-9]{1,5}(ms|s)$" } as const;
const FILE = { type: "string", minLength: 1, maxLength: 4096 } as const;

const MIRROR = {
  type: "object",
  description: "A place that holds copies.",
  additionalProperties: false,
  required: ["location"],
  properties: {
    location: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      description: "What stands in place of the prefix: host[:port], perhaps with a path.",
    },
    pullBy: {
      type: "string",
      enum: ["Digest", "Tag", "All"],
      description: "Which references are asked of it. Default: All.",
    },
  },
} as const;

const REGISTRY = {
  type: "object",
  description: "One registry host, or all images below a prefix.",
  additionalProperties: false,
  properties: {
    host: {
      type: "string",
      minLength: 1,
      maxLength: 255,
      description: "host[:port]. A port that is listed is allowed.",
    },
    prefix: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      description: "host[:port], perhaps with a path: the images that have mirrors. The longest that matches counts.",
    },
    plainHTTP: { type: "boolean", description: "Spoken to without TLS. Default: false." },
    skipVerify: { type: "boolean", description: "Any certificate is taken. Default: false." },
    caBundle: {
      type: "string",
      minLength: 1,
      maxLength: 1_048_576,
      description: "Certificates in PEM, trusted for this host beside the public ones.",
    },
    caFile: { ...FILE, description: "A file of them; a relative path begins at the folder of the configuration file." },
    clientCertificate: {
      type: "object",
      description: "Shown to this host.",
      additionalProperties: false,
      required: ["certFile", "keyFile"],
      properties: {
        certFile: { ...FILE, description: "The certificate and its chain, PEM." },
        keyFile: { ...FILE, description: "Its private key, PEM." },
      },
    },
    allowPrivate: {
      type: "boolean",
      description: "It may be at a private address, and on this machine if its name says so. Default: false.",
    },
    credentials: {
      type: "object",
      description: "Shown where neither the pod nor the rule has what opens it, for cluster policies alone.",
      additionalProperties: false,
      properties: {
        secret: {
          type: "string",
          maxLength: 253,
          pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
          description: "Name of a pull secret in the namespace of Sealgate.",
        },
        provider: {
          type: "string",
          enum: [...CLOUD_PROVIDERS],
          description: "Who Sealgate is in the cloud of this registry: ecr, gar (and gcr.io) or acr.",
        },
        dockerConfig: { ...FILE, description: "A docker config.json; a relative path begins at this file's folder." },
      },
    },
    mirrors: { type: "array", maxItems: 16, items: MIRROR, description: "Asked in this order, before the origin." },
  },
} as const;

export const REGISTRIES = { type: "array", maxItems: 256, items: REGISTRY } as const;

export const PROXY = {
  type: "object",
  description: "The proxy that registries are called by.",
  additionalProperties: false,
  properties: {
    from: { type: "string", enum: ["Environment"], description: "HTTPS_PROXY and NO_PROXY. The default." },
    url: {
      type: "string",
      maxLength: 2048,
      pattern: "^https?://[^/]+/?$",
      description: "http:// or https://, a host and a port.",
    },
    noProxy: {
      type: "array",
      maxItems: 256,
      items: { type: "string", minLength: 1, maxLength: 255 },
      description: "Called without it: names and all below them, addresses, networks, each perhaps with a port, or *.",
    },
  },
} as const;

export const DEADLINE = {
  type: "object",
  description: "How long a review may take.",
  additionalProperties: false,
  properties: {
    max: { ...DURATION, description: "At most this, whatever the API server would wait. Default: 10s." },
    reserve: { ...DURATION, description: "Kept for the way back. Default: 500ms." },
  },
} as const;
