// The golden table of policy-api.md §3, and what it leaves unsaid: names that a pattern is about, and names that it is not.
type Name = readonly [host: string, path: string];

export const TABLE: readonly { pattern: string; match: readonly Name[]; differ: readonly Name[] }[] = [
  {
    pattern: "ghcr.io/acme/*",
    match: [
      ["ghcr.io", "acme/app"],
      ["ghcr.io", "acme/team/app"],
    ],
    differ: [
      ["ghcr.io", "acme"],
      ["ghcr.io", "acme-evil/app"],
      ["ghcr.io.evil.example", "acme/app"],
      ["evil.example", "ghcr.io/acme/app"],
      ["ghcr.io:5000", "acme/app"],
    ],
  },
  {
    pattern: "ghcr.io/acme*",
    match: [
      ["ghcr.io", "acme/app"],
      ["ghcr.io", "acme-evil/app"],
    ],
    differ: [["ghcr.io", "x/acme"]],
  },
  {
    pattern: "ghcr.io/acme/app:*",
    match: [["ghcr.io", "acme/app"]],
    differ: [
      ["ghcr.io", "acme/app2"],
      ["ghcr.io", "acme/app/sub"],
    ],
  },
  {
    pattern: "ghcr.io/*/debug",
    match: [
      ["ghcr.io", "acme/debug"],
      ["ghcr.io", "a/b/debug"],
    ],
    differ: [
      ["ghcr.io", "debug"],
      ["ghcr.io", "acme/debug2"],
    ],
  },
  {
    pattern: "ghcr.io/acme/app-?",
    match: [["ghcr.io", "acme/app-1"]],
    differ: [
      ["ghcr.io", "acme/app-"],
      ["ghcr.io", "acme/app-12"],
      ["ghcr.io", "acme/app-/"],
    ],
  },
  {
    pattern: "nginx",
    match: [["docker.io", "library/nginx"]],
    differ: [
      ["docker.io", "acme/nginx"],
      ["ghcr.io", "nginx"],
      ["localhost", "nginx"],
    ],
  },
  {
    pattern: "docker.io/nginx*",
    match: [
      ["docker.io", "library/nginx"],
      ["docker.io", "library/nginx-slim"],
      ["docker.io", "nginxinc/nginx"],
    ],
    differ: [["docker.io", "acme/nginx"]],
  },
  {
    pattern: "docker.io/library/*",
    match: [
      ["docker.io", "library/nginx"],
      ["docker.io", "library/redis"],
    ],
    differ: [
      ["docker.io", "acme/app"],
      ["quay.io", "library/redis"],
    ],
  },
  {
    pattern: "acme/app",
    match: [["docker.io", "acme/app"]],
    differ: [
      ["ghcr.io", "acme/app"],
      ["docker.io", "acme/app/sub"],
    ],
  },
  {
    pattern: "*/acme/*",
    match: [
      ["ghcr.io", "acme/a"],
      ["localhost:5000", "acme/a/b"],
      ["docker.io", "acme/app"],
    ],
    differ: [["ghcr.io", "x/acme/a"]],
  },
  {
    pattern: "*.acme.io/*",
    match: [
      ["reg.acme.io", "a"],
      ["a.b.acme.io", "x"],
    ],
    differ: [
      ["acme.io", "x"],
      ["reg.acme.io:5000", "x"],
      ["reg.acme.io.evil.example", "x"],
      ["evil.example", "reg.acme.io/x"],
    ],
  },
  {
    pattern: "registry.local:*/x",
    match: [
      ["registry.local:5000", "x"],
      ["registry.local", "x"],
    ],
    differ: [["registry.local.evil.example", "x"]],
  },
  {
    pattern: "111122223333.dkr.ecr.*.amazonaws.com/*",
    match: [["111122223333.dkr.ecr.eu-west-1.amazonaws.com", "web"]],
    differ: [["111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.example", "web"]],
  },
  {
    pattern: "*",
    match: [
      ["docker.io", "library/nginx"],
      ["localhost:5000", "x"],
    ],
    differ: [],
  },
  { pattern: "registry-1.docker.io/library/nginx", match: [["docker.io", "library/nginx"]], differ: [] },
  { pattern: "ghcr.io.:443/acme/**", match: [["ghcr.io", "acme/a/b"]], differ: [["ghcr.io:444", "acme/a"]] },
  { pattern: "*.docker.io/library/*", match: [["docker.io", "library/nginx"]], differ: [["evil.io", "library/nginx"]] },
  {
    pattern: "index.docker.io/acme/*",
    match: [["docker.io", "acme/x"]],
    differ: [["index.docker.io.evil.io", "acme/x"]],
  },
  { pattern: "quay.io/nginx", match: [["quay.io", "nginx"]], differ: [["quay.io", "library/nginx"]] },
  { pattern: "team/nginx", match: [["docker.io", "team/nginx"]], differ: [["docker.io", "library/team/nginx"]] },
  { pattern: "localhost/x", match: [["localhost", "x"]], differ: [["docker.io", "localhost/x"]] },
];
