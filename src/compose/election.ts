/** Who leads: what must be done once in a cluster, whatever the number of replicas, is done by the one that holds the Lease. */
import type { KubernetesApi } from "../kubernetes/client.ts";
import { LeaderElection, type LeaseOptions } from "../kubernetes/lease.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ReadinessCheck } from "../webhook/operations.ts";

/** Goes on until the signal fires, and never rejects. */
export type LeaderWork = (signal: AbortSignal) => Promise<void>;

export interface Election {
  readiness(): readonly ReadinessCheck[];
  /** Gives the Lease back, if that has not been done. */
  close(): Promise<void>;
}

export interface ElectionClock {
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

export interface ElectionOptions {
  readonly logger: Pick<Logger, "info">;
  readonly metrics: Pick<Metrics, "observeLeader">;
  readonly clock: ElectionClock;
  /** Who this replica is, in the Lease and in events. */
  readonly identity: string;
  readonly api: () => KubernetesApi;
  /** Resolves when this replica begins to end. It gives the Lease back then: a drain is longer than the wait for a dead leader. */
  readonly ending: Promise<void>;
  /** What the leader writes beside its name, as the Lease's options have it. */
  readonly annotations?: LeaseOptions["annotations"];
}

/** Where the Lease is. */
export interface LeaseName {
  readonly namespace: string;
  readonly lease: string;
}

/** Stands for election at once. Without a Lease nobody is elected, and the works are left. */
export function openElection(
  where: LeaseName | undefined,
  works: readonly LeaderWork[],
  { logger, metrics, clock, identity, api, ending, annotations }: ElectionOptions,
): Election {
  if (where === undefined) return { readiness: () => [], close: () => Promise.resolve() };
  const { namespace, lease } = where;
  const stop = new AbortController();
  let leader = "no leader was seen yet";
  const election = new LeaderElection({
    ...clock,
    api: api(),
    namespace,
    name: lease,
    identity,
    ...(annotations === undefined ? {} : { annotations }),
    lead: async (signal) => {
      await Promise.all(works.map(async (work) => work(signal)));
    },
    onState: ({ isLeader, detail }) => {
      metrics.observeLeader(isLeader);
      if (detail !== leader) logger.info({ detail }, "leader election");
      leader = detail;
    },
  });
  const running = election.run(stop.signal);
  void ending.then(() => stop.abort());
  return {
    // Who leads is told and decides nothing: every replica serves.
    readiness: () => [{ name: "leader", ok: true, detail: leader }],
    close: async () => {
      stop.abort();
      await running;
    },
  };
}
