/**
 * Which cloud's registry a host is (registry.md §9). What is shown to such a host is a cloud's own token, so each pattern holds
 * the whole name: "….amazonaws.com.evil.example" is nobody's.
 */

export type CloudProvider = "ecr" | "gar" | "acr";

export type CloudRegistry =
  | { readonly provider: "ecr"; readonly kind: "private"; readonly region: string }
  | { readonly provider: "ecr"; readonly kind: "public" }
  | { readonly provider: "gar" }
  /** `cloud`: the last label, by which Azure's clouds are told apart. */
  | { readonly provider: "acr"; readonly cloud: "io" | "cn" | "us" };

export const CLOUD_PROVIDERS = ["ecr", "gar", "acr"] as const satisfies readonly CloudProvider[];

/** Of all partitions of AWS, with one address family and with both. */
const ECR =
  /^[0-9]{12}\.dkr[.-]ecr(?:-fips)?\.([a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2})\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn|on\.amazonwebservices\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/;
const ECR_PUBLIC: ReadonlySet<string> = new Set(["public.ecr.aws", "ecr-public.aws.com"]);
const GOOGLE = /^(?:[a-z0-9-]{1,40}-docker\.pkg\.dev|(?:[a-z0-9-]{1,40}\.)?gcr\.io)$/;
const AZURE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.azurecr\.(io|cn|us)$/;

/** `host` as references have it: canonical, perhaps with a port, which none of these has. */
export function cloudRegistryOf(host: string): CloudRegistry | undefined {
  const [, region] = ECR.exec(host) ?? [];
  if (region !== undefined) return { provider: "ecr", kind: "private", region };
  if (ECR_PUBLIC.has(host)) return { provider: "ecr", kind: "public" };
  if (GOOGLE.test(host)) return { provider: "gar" };
  const [, cloud] = AZURE.exec(host) ?? [];
  return cloud === "io" || cloud === "cn" || cloud === "us" ? { provider: "acr", cloud } : undefined;
}
