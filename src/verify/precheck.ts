/**
 * The cheap pre-filter before the procedure (verification-spec §8.3 step 2): an entity that cannot meet the requirement is
 * refused before any signature is verified. It reads what nobody has proven yet, so it only ever says no; verify() checks
 * all of it again on verified bytes.
 */
import { fulcioIdentity } from "../x509/fulcio-extensions.ts";
import type { SignedEntity } from "./entity.ts";
import { verifyIdentity } from "./identity.ts";
import { selectMaterial } from "./material.ts";
import type { Requirement } from "./requirement.ts";

/** Fails with a code of the steps "key" and "identity". */
export function precheck(entity: SignedEntity, { signer }: Requirement): void {
  const { leaf } = selectMaterial(entity, signer);
  if (signer.kind === "keyless" && leaf !== undefined) verifyIdentity(fulcioIdentity(leaf), signer.identity);
}
