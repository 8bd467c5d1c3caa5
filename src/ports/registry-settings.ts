/** How registries are reached, as the operator wrote it (config.md `registries`, `proxy`): files read, nothing absent. */

/** One host; what is not listed here is called over TLS on port 443, at public addresses only. */
export interface RegistryEndpoint {
  /** Canonical "host[:port]". Naming a port here is what allows it. */
  readonly host: string;
  readonly plainHttp?: boolean;
  /** Takes any certificate of this host, and of no other. */
  readonly skipVerify?: boolean;
  /** PEM, trusted for this host beside the authorities that Node knows. */
  readonly ca?: string;
  /** PEM, shown to this host alone. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
  /** Private addresses may be called; loopback only where the host itself says so by its name. */
  readonly allowPrivate?: boolean;
}
