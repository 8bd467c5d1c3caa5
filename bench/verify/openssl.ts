/**
 * What of a computation is OpenSSL's, to be done again by itself: keys that it imports, and signatures that it verifies.
 * Hashes are not counted.
 */
import crypto, { type KeyObject } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

type Import = typeof crypto.createPublicKey;
type Verification = readonly [algorithm: string | null, data: Uint8Array, key: KeyObject, signature: Uint8Array];

export interface Operations {
  readonly imports: readonly { readonly input: Parameters<Import>; readonly key: KeyObject }[];
  readonly verifications: readonly Verification[];
}

/** The calls of node:crypto in `run`, with their very bytes. */
export function recordOperations(run: () => void): Operations {
  const imports: Operations["imports"][number][] = [];
  const verifications: Verification[] = [];
  const { createPublicKey, verify } = crypto;
  replace({
    createPublicKey: (...input) => {
      const key = createPublicKey(...input);
      imports.push({ input, key });
      return key;
    },
    verify: ((...call: Verification) => {
      verifications.push(call);
      return (verify as (...call: Verification) => boolean)(...call);
    }) as typeof verify,
  });
  try {
    run();
  } finally {
    replace({ createPublicKey, verify });
  }
  return { imports, verifications };
}

/** The modules of the program see it as their import. */
function replace(functions: Pick<typeof crypto, "createPublicKey" | "verify">): void {
  Object.assign(crypto, functions);
  syncBuiltinESMExports();
}

/** A key that was imported in the run is imported again; others were there before. */
export function replay({ imports, verifications }: Operations): void {
  const keys = new Map(imports.map(({ input, key }) => [key, crypto.createPublicKey(...input)]));
  for (const [algorithm, data, key, signature] of verifications) {
    if (!crypto.verify(algorithm, data, keys.get(key) ?? key, signature)) throw new Error("it must verify");
  }
}
