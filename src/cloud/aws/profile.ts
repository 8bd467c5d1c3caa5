/**
 * What a profile in the files of AWS's tools may have the SDK do to find an identity, looked at before the SDK does it: it would
 * start the program of `credential_process`, and ask the metadata service of the machine for `credential_source`, unasked.
 * The files are read by the SDK's own parser, so that nothing means one thing here and another there.
 */
import { quoted } from "../../failure/failure.ts";
import { CloudError } from "../http.ts";
import { loadPackage } from "../optional-package.ts";

type Environment = Readonly<Record<string, string | undefined>>;
/** By name, as the SDK's parser gives them. */
type Profiles = Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;

/** As the SDK has it where none is named. */
const DEFAULT = "default";

/** Fails with CloudError: the profile that the SDK would use, or one that it leads to, wants what is not done. */
export async function checkProfile(environment: Environment): Promise<void> {
  const { AWS_PROFILE: name, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key } = environment;
  if (!name && id && key) return;
  const { parseKnownFiles } = await loadPackage("@smithy/core", () => import("@smithy/core/config"));
  const why = whyNot(await parseKnownFiles({}), name || DEFAULT, environment);
  if (why !== undefined) throw new CloudError(`there is no identity of AWS that could be used: ${why}`);
}

/** A clause on the first profile of the chain of `source_profile` that wants what is not done. */
export function whyNot(profiles: Profiles, first: string, environment: Environment): string | undefined {
  const seen = new Set<string>();
  for (let name: string | undefined = first; name !== undefined && !seen.has(name);) {
    seen.add(name);
    const profile: Profiles[string] | undefined = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
    if (profile?.["credential_process"] !== undefined) {
      return `its profile ${quoted(name)} names a program (credential_process), and Sealgate starts none`;
    }
    const isMachines = profile?.["credential_source"] === "Ec2InstanceMetadata";
    if (isMachines && environment["AWS_EC2_METADATA_DISABLED"] !== "false") {
      return `its profile ${quoted(name)} has the machine's (credential_source), which AWS_EC2_METADATA_DISABLED=false allows`;
    }
    name = profile?.["source_profile"];
  }
  return undefined;
}
