// What registry-private.test.ts and the program that it starts agree on.

/** RFC 1918. */
export const PRIVATE_ADDRESS = "10.199.0.1";
export const PRIVATE_NAME = "registry.corp.test";
/** Where clouds have the credentials of a machine. */
export const METADATA_ADDRESS = "169.254.169.254";

/** The output of `sealgate apply`, and how often the address of metadata services was connected to. */
export interface PrivateAnswers {
  /** On port 443, with nothing configured. */
  readonly unlisted: string;
  readonly address: string;
  readonly addressOpened: string;
  readonly name: string;
  readonly nameOpened: string;
  readonly metadataOpened: string;
  readonly metadataCalls: number;
}
