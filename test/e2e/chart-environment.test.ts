// What an operator puts into the pod by the chart: variables, and volumes where they are mounted. The pages' examples arrive there as
// they are written; what would change the chart's own part, or reach the node, is refused.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { chartFolder, makeHelm, type Helm } from "../support/testbed/helm.ts";
import { makeTemporaryDir } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { documentedValues } from "./chart-examples.ts";

interface Written {
  readonly env?: readonly unknown[];
  readonly volumes?: readonly unknown[];
  readonly volumeMounts?: readonly object[];
  readonly podLabels?: Readonly<Record<string, string>>;
}
interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containers: readonly { readonly env: readonly unknown[]; readonly volumeMounts: readonly unknown[] }[];
    readonly volumes: readonly unknown[];
  };
}

/** What the chart sets itself comes first. */
const OWN_VARIABLES = ["NODE_OPTIONS", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"];
const VOLUME = { name: "a", emptyDir: {} };
const mountAt = (mountPath: string): object => ({ volumes: [VOLUME], volumeMounts: [{ name: "a", mountPath }] });

const REFUSED: Readonly<Record<string, object>> = {
  "a variable that is none": { env: [{ name: "A B", value: "c" }] },
  "a variable without a value": { env: [{ name: "A" }] },
  "a variable that is no text": { env: [{ name: "AWS_EC2_METADATA_DISABLED", value: false }] },
  "a variable with two values": {
    env: [{ name: "A", value: "b", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
  },
  "a variable from a Secret without a key": { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "a" } } }] },
  "a variable from anywhere else": { env: [{ name: "A", valueFrom: { resourceFieldRef: { resource: "x" } } }] },
  "the same variable twice": { env: ["b", "c"].map((value) => ({ name: "A", value })) },
  "a variable that the chart sets": { env: [{ name: "NODE_OPTIONS", value: "--inspect" }] },
  "a variable that the chart sets for glibc": { env: [{ name: "MALLOC_ARENA_MAX", value: "8" }] },
  "a variable that takes any certificate": { env: [{ name: "NODE_TLS_REJECT_UNAUTHORIZED", value: "0" }] },
  "a volume of the node": { volumes: [{ name: "a", hostPath: { path: "/" } }] },
  "a volume of two sources": { volumes: [{ ...VOLUME, secret: { secretName: "a" } }] },
  "a volume of none": { volumes: [{ name: "a" }] },
  "a volume by a name of the chart": { volumes: [{ name: "config", emptyDir: {} }] },
  "the same volume twice": { volumes: [VOLUME, VOLUME] },
  "a mount of no volume": { volumeMounts: [{ name: "a", mountPath: "/a" }] },
  "a mount that may be written": {
    volumes: [VOLUME],
    volumeMounts: [{ name: "a", mountPath: "/a", readOnly: false }],
  },
  "a mount that is no path": mountAt("relative"),
  "a mount of everything": mountAt("/"),
  "a mount over the configuration": mountAt("/etc"),
  "a mount within the configuration": mountAt("/etc/sealgate/more"),
  "a mount over the program, the long way": mountAt("/etc/../app"),
  "a mount over the pod's own token": mountAt("/var/run/secrets"),
};

describe("the chart's environment", () => {
  let helm: Helm;
  let dir: string;
  before(function () {
    dir = makeTemporaryDir("chart-environment");
    helm = makeHelm(programsOrSkip(this), "helmV4", { dir });
  });

  function argsFor(values: object): readonly string[] {
    const file = join(dir, "values.json");
    writeFileSync(file, JSON.stringify(values));
    return [
      "template",
      "sealgate",
      chartFolder,
      "--kube-version=1.36",
      "--show-only=templates/deployment.yaml",
      "-f",
      file,
    ];
  }

  for (const [what, values] of Object.entries(documentedValues())) {
    it(`${what} arrives as it is written`, async () => {
      const { env = [], volumes = [], volumeMounts = [], podLabels = {} } = values as Written;
      const deployment = parse(await helm.must(...argsFor(values))) as { spec: { template: Pod } };
      const { metadata, spec } = deployment.spec.template;
      const [container] = spec.containers;
      const own = container?.env.slice(0, OWN_VARIABLES.length).map((variable) => (variable as { name: string }).name);
      assert.deepEqual(own, OWN_VARIABLES);
      assert.deepEqual(container?.env.slice(OWN_VARIABLES.length), env);
      assert.deepEqual(spec.volumes.slice(1), volumes);
      assert.deepEqual(
        container?.volumeMounts.slice(1),
        volumeMounts.map((mount) => ({ ...mount, readOnly: true })),
      );
      for (const [name, label] of Object.entries(podLabels)) assert.equal(metadata.labels[name], label);
    });
  }

  for (const [what, values] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await helm.run(...argsFor(values));
      assert.notEqual(code, 0);
      assert.match(stderr, /env|volume/u);
    });
  }
});
