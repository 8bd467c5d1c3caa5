// A signed image in a registry that goes away and comes back, under a policy that rests on what it verified.
import type { Review } from "../../src/app/reviewer.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { signLegacy } from "../support/signer.ts";
import {
  breakable,
  byDigest,
  KEY,
  makeApplication,
  makePolicy,
  PATH,
  requestFor,
  withApplication,
  type Application,
  type Breakable,
  type PolicyText,
} from "./fixtures.ts";

export const DOWN = new UnavailableError("RegistryUnreachable", "registry.local cannot be reached (ECONNREFUSED)");

export interface Outage extends Application {
  readonly registry: Breakable;
  readonly digest: Digest;
  /** By digest. */
  readonly image: string;
  readonly tagged: string;
  readonly validate: (image: string) => Promise<Review>;
  readonly pin: (image: string) => Promise<string | undefined>;
  readonly moveTag: () => Promise<unknown>;
}

export const resting = (text: PolicyText = {}): ReturnType<typeof makePolicy> =>
  makePolicy({ ...text, spec: { failurePolicy: "IgnoreIfVerified", ...text.spec } });

/** One signed image, in a registry that can be broken. */
export async function withOutage(policy: PolicyText, test: (outage: Outage) => Promise<void>): Promise<void> {
  await withApplication({}, async ({ server, registry: real, repository, signal }) => {
    const digest = await server.putImage(PATH, "1", "a");
    await signLegacy(server, PATH, digest, KEY);
    const registry = breakable(real);
    const application = makeApplication(registry, [resting(policy)]);
    await test({
      ...application,
      registry,
      digest,
      image: byDigest(repository, digest),
      tagged: `${repository}:1`,
      validate: (image) => application.reviewer.validate(requestFor(image), signal),
      pin: async (image) => (await application.reviewer.pin(requestFor(image), signal)).pins[0]?.value,
      moveTag: async () => await server.putImage(PATH, "1", "another"),
    });
  });
}
