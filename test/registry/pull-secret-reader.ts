/** A cluster's Secrets and service accounts in memory, which notes who was asked for. */
import type { PullSecret, PullSecretReader } from "../../src/ports/credentials.ts";

export interface FakeReader extends PullSecretReader {
  /** `namespace/name` of each, in order. */
  readonly asked: readonly string[];
  readonly secrets: Map<string, PullSecret>;
}

export function fakeReader(
  secrets: readonly PullSecret[],
  accounts: Readonly<Record<string, readonly string[]>> = {},
): FakeReader {
  const byName = new Map(secrets.map((secret) => [`${secret.namespace}/${secret.name}`, secret]));
  const asked: string[] = [];
  const answer = async <T>(value: T | undefined): Promise<{ ok: true; value: T } | { ok: false; why: string }> =>
    Promise.resolve(value === undefined ? { ok: false, why: "does not exist" } : { ok: true, value });
  return {
    asked,
    secrets: byName,
    secret: async (namespace, name) => {
      asked.push(`${namespace}/${name}`);
      return await answer(byName.get(`${namespace}/${name}`));
    },
    accountSecrets: async (namespace, name) => {
      asked.push(`account ${namespace}/${name}`);
      return await answer(accounts[`${namespace}/${name}`]);
    },
  };
}
