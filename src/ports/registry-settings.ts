/** How registries are reached, as the operator wrote it (config.md `registries`, `proxy`): files read, nothing absent. */

import type { CloudProvider } from "../oci/cloud-registry.ts";

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

/** Images below a prefix, and from where else they may be read. */
export interface MirroredPrefix {
  /** Canonical "host" or "host/path", whole components. */
  readonly prefix: string;
  /** In the order in which they are asked, before the origin. */
  readonly mirrors: readonly Mirror[];
}

/** What the operator shows to one registry, or for all images below a prefix. */
export interface RegistryCredentials {
  /** Canonical "host" or "host/path", whole components. */
  readonly place: string;
  readonly from:
    | { readonly kind: "secret"; readonly name: string }
    /** Who this process is in the cloud that the place belongs to. */
    | { readonly kind: "provider"; readonly provider: CloudProvider }
    /** The bytes of a docker config.json, and where they were read. */
    | { readonly kind: "dockerConfig"; readonly file: string; readonly bytes: Uint8Array };
}

export interface Mirror {
  /** What stands in place of the prefix. */
  readonly location: string;
  readonly pullBy: "Digest" | "Tag" | "All";
}

/** A proxy that is asked to connect to registries. */
export interface ProxySettings {
  /** http or https, perhaps with a user and password. */
  readonly url: string;
  /** Hosts that are called without it: names with all below them, addresses, networks; each perhaps with a port; or "*". */
  readonly noProxy: readonly string[];
}
