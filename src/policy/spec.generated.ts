/**
 * The spec of the policy kinds as TypeScript types.
 * Made by "npm run generate" from scripts/crd-schema.mjs: edit that file. It refuses nothing by itself.
 */
/**
 * Rules over images. Every rule of every policy that applies to an image must pass.
 */
export interface PolicySpec {
  /**
   * What a failed verification does: Enforce denies the pod, Warn admits it with a warning, Audit admits it. All three are reported.
   */
  readonly failureAction?: "Enforce" | "Warn" | "Audit";
  /**
   * What happens under Enforce when a registry could not be asked: Fail denies the pod, Ignore admits it with a warning. It never softens a failed verification.
   */
  readonly failurePolicy?: "Fail" | "Ignore";
  /**
   * Which pods the policy applies to; every one when it is absent.
   */
  readonly match?: {
    /**
     * Labels of the pod's namespace. Everything written must hold. Labels that cannot be read count as matching.
     */
    readonly namespaceSelector?: {
      /**
       * Labels that the namespace must have, with exactly these values.
       */
      readonly matchLabels?: {
        /**
         * The value that the label must have.
         */
        [k: string]: string;
      };
      /**
       * Requirements on labels. All of them must hold.
       *
       * @maxItems 16
       *
       * Items: One requirement on a label.
       */
      readonly matchExpressions?: {
        /**
         * Name of the label that the requirement is about.
         */
        readonly key: string;
        /**
         * How the label is compared with values. A label that is absent meets NotIn and DoesNotExist.
         */
        readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * Values that In and NotIn compare the label with.
         *
         * @maxItems 64
         *
         * Items: One value that the label may have.
         */
        readonly values?: readonly string[];
      }[];
    };
  };
  /**
   * The rules of the policy, by name.
   *
   * @minItems 1
   * @maxItems 16
   *
   * Items: What is asked of the images that the rule covers.
   */
  readonly verifyImages: {
    /**
     * Name of the rule, a DNS label that is unique in the policy. Every message shows it.
     */
    readonly name: string;
    /**
     * Patterns of the images that the rule covers; one that matches suffices.
     *
     * @minItems 1
     * @maxItems 64
     *
     * Items: A pattern over the canonical repository: * matches any run of characters, ? one character but /.
     */
    readonly imageReferences: readonly string[];
    /**
     * Patterns of images that this rule leaves out. They are narrower than imageReferences, and may end with a digest.
     *
     * @maxItems 64
     *
     * Items: A pattern over the canonical repository: * matches any run of characters, ? one character but /.
     */
    readonly skipImageReferences?: readonly string[];
    /**
     * Writes the verified digest into the pod, as host/path:tag@digest. True under Enforce and false under Warn and Audit when it is absent.
     */
    readonly mutateDigest?: boolean;
    /**
     * Refuses an image of a pod that has no digest when the validating webhook sees it. True under Enforce and false under Warn and Audit when it is absent.
     */
    readonly verifyDigest?: boolean;
    /**
     * Sets of signers. Every set must pass.
     *
     * @minItems 1
     * @maxItems 4
     *
     * Items: A set of signers, of which a number must have signed.
     */
    readonly attestors?: {
      /**
       * How many entries must be met, each by a signature of a different key. All of them when it is absent.
       */
      readonly count?: number;
      /**
       * The signers of the set, by name. Each is one party.
       *
       * @minItems 1
       * @maxItems 16
       *
       * Items: One signer that the set accepts, and what its signature must bring.
       */
      readonly entries: {
        /**
         * Name of the signer, a DNS label that is unique in its set. Messages show it.
         */
        readonly name: string;
        /**
         * The signer holds the private half of this key.
         */
        readonly keys: {
          /**
           * Exactly one PEM block "PUBLIC KEY", for example the cosign.pub that "cosign generate-key-pair" writes. For a second key write a second entry.
           */
          readonly publicKeys: string;
        };
        /**
         * Must be written and must be true: no entry of a transparency log is asked for, since the log is not supported yet and a policy may not look as if it were.
         */
        readonly insecureIgnoreTlog: true;
      }[];
    }[];
  }[];
}
