/** nginx, as Debian has it: in front of a registry over TLS, sending blobs elsewhere, or out of patience. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAuthority, makeServingCertificate } from "./certificates.ts";
import { freePorts, makeTemporaryDir, startProcess } from "./process.ts";
import type { Programs } from "./programs.ts";
import type { Registry } from "./registries.ts";

export interface Nginx {
  /** 127.0.0.1:port of each face, all over TLS by `caFile`, for 127.0.0.1 and registry.test. */
  readonly reverseProxy: string;
  /** Answers for blobs with the registry's own address. */
  readonly redirector: string;
  /** 429, try again in a minute. */
  readonly throttling: string;
  readonly caFile: string;
  /** "METHOD URI status" of each answer. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

export async function startNginx(programs: Programs, upstream: Registry): Promise<Nginx> {
  const dir = makeTemporaryDir("nginx");
  const ports = (await freePorts(3)) as [number, number, number];
  const [reverse, redirecting, throttled] = ports;
  const authority = await makeAuthority("CN=nginx-ca");
  const serving = await makeServingCertificate(authority, { dns: ["registry.test"], ip: ["127.0.0.1"] });
  const files = { "ca.crt": authority.pem, "tls.crt": serving.certificate, "tls.key": serving.key };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o600 });
  for (const name of ["body", "proxy", "fastcgi", "scgi", "uwsgi"]) mkdirSync(join(dir, name));
  writeFileSync(join(dir, "nginx.conf"), configuration(dir, upstream, { reverse, redirecting, throttled }));
  const running = await startProcess({
    name: "nginx",
    command: programs.nginx,
    args: ["-p", dir, "-c", join(dir, "nginx.conf")],
    dir,
    ready: { url: `https://127.0.0.1:${reverse}/v2/`, ca: authority.pem },
  });
  return {
    reverseProxy: `127.0.0.1:${reverse}`,
    redirector: `127.0.0.1:${redirecting}`,
    throttling: `127.0.0.1:${throttled}`,
    caFile: join(dir, "ca.crt"),
    log: running.log,
    stop: () => running.stop(),
  };
}

function configuration(dir: string, upstream: Registry, ports: Readonly<Record<string, number>>): string {
  const origin = `${upstream.scheme}://${upstream.host}`;
  const face = (port: number | undefined, locations: string): string =>
    `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${dir}/tls.crt; ssl_certificate_key ${dir}/tls.key; ${locations} }`;
  const pass = `location / { proxy_pass ${origin}; proxy_set_header Host $http_host; }`;
  const temporary = ["proxy", "fastcgi", "scgi", "uwsgi"].map((name) => `${name}_temp_path ${dir}/${name};`);
  return `daemon off; master_process off; worker_processes 1; pid ${dir}/nginx.pid; error_log stderr warn;
events {}
http {
  log_format short "$request_method $request_uri $status"; access_log /dev/stdout short;
  client_body_temp_path ${dir}/body; ${temporary.join(" ")}
  ${face(ports["reverse"], pass)}
  ${face(ports["redirecting"], `location ~ /blobs/ { return 307 ${origin}$request_uri; } ${pass}`)}
  ${face(ports["throttled"], "location / { add_header Retry-After 60 always; return 429; }")}
}
`;
}
