/**
 * The spec of ImageVerifyException as TypeScript types.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
/**
 * Takes rules off images, for pods of the namespaces that it lists, until it expires.
 */
export interface ExceptionSpec {
  /**
   * The policies whose rules are taken off.
   *
   * @minItems 1
   * @maxItems 32
   *
   * Items: A policy, and those of its rules that are taken off.
   */
  readonly policies: {
    /**
     * The kind of the policy. Default: ClusterImageVerifyPolicy.
     */
    readonly kind?: "ClusterImageVerifyPolicy" | "ImageVerifyPolicy";
    /**
     * Name of the policy, a DNS subdomain, as metadata.name has it.
     */
    readonly name: string;
    /**
     * Namespace of the policy, a DNS label, for an ImageVerifyPolicy alone. None when it is absent.
     */
    readonly namespace?: string;
    /**
     * Names of the rules that are taken off. All rules of the policy when it is absent.
     *
     * @minItems 1
     * @maxItems 16
     *
     * Items: Name of one rule of the policy, a DNS label.
     */
    readonly rules?: readonly string[];
  }[];
  /**
   * Namespaces of the pods that are excepted, by their exact names.
   *
   * @minItems 1
   * @maxItems 64
   *
   * Items: Exact name of one namespace, a DNS label.
   */
  readonly namespaces: readonly string[];
  /**
   * Patterns of the images that are excepted: as narrow as skipImageReferences and possibly with a digest, or *.
   *
   * @minItems 1
   * @maxItems 64
   *
   * Items: A pattern over the canonical repository: * matches any run of characters, ? one character but /.
   */
  readonly images: readonly string[];
  /**
   * Labels of the pods that are excepted; every pod of the namespaces when it is absent. Whoever makes a pod writes its labels, so it only narrows.
   */
  readonly podSelector?: {
    /**
     * Labels that the pod must have, with exactly these values. None when it is absent.
     */
    readonly matchLabels?: {
      /**
       * The value that the label must have, exactly.
       */
      [k: string]: string;
    };
    /**
     * Requirements on labels. All of them must hold. None when it is absent.
     *
     * @maxItems 16
     *
     * Items: One requirement on a label.
     */
    readonly matchExpressions?: {
      /**
       * Name of the label that the requirement is about, with its prefix where it has one, for example app.kubernetes.io/name.
       */
      readonly key: string;
      /**
       * How the label is compared with values. A label that is absent meets NotIn and DoesNotExist.
       */
      readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
      /**
       * Values that In and NotIn compare the label with. None when it is absent.
       *
       * @maxItems 64
       *
       * Items: One value that the label may have, exactly.
       */
      readonly values?: readonly string[];
    }[];
  };
  /**
   * Why the exception is made, in a sentence: it stands in every record of its use.
   */
  readonly reason: string;
  /**
   * A time of RFC 3339 from which the exception holds no more. At most 90 days after it was made; to renew it, make another.
   */
  readonly expires: string;
}
