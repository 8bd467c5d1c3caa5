/**
 * The spec of TrustRoot as TypeScript types.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
/**
 * One Sigstore instance that policies name in trustRoot. One variant must be written.
 */
export interface TrustRootSpec {
  /**
   * Sigstore's public good instance, as it is built into the program: for another name of it, or to bring it back where the configuration switched it off.
   */
  readonly publicGood?: {};
  /**
   * GitHub's instance for private repositories, as it is built into the program: for another name of it, or to bring it back where the configuration switched it off.
   */
  readonly github?: {};
  /**
   * The text of the instance's trusted_root.json, at most 128 KiB. Public keys and certificates only, nothing in it is secret. Another source must be written when it is absent.
   */
  readonly inline?: string;
  /**
   * A ConfigMap that holds the instance's trusted_root.json. It is followed: another text in it takes effect at once, and without it the trust root is not ready.
   */
  readonly configMap?: {
    /**
     * Name of the ConfigMap, a DNS subdomain, in Sealgate's own namespace.
     */
    readonly name: string;
    /**
     * Member of the ConfigMap's data that holds the text of the instance's trusted_root.json, at most 1 MiB.
     */
    readonly key: string;
  };
  /**
   * A Secret that holds the instance's trusted_root.json. It is followed: another text in it takes effect at once, and without it the trust root is not ready.
   */
  readonly secret?: {
    /**
     * Name of the Secret, a DNS subdomain, in Sealgate's own namespace.
     */
    readonly name: string;
    /**
     * Member of the Secret's data that holds the text of the instance's trusted_root.json, at most 1 MiB.
     */
    readonly key: string;
  };
  /**
   * The instance by its parts, where it has no trusted_root.json.
   */
  readonly sigstoreKeys?: {
    /**
     * The authorities that issue signers' certificates (Fulcio). None when it is absent: then only keys can sign.
     *
     * @minItems 1
     * @maxItems 16
     *
     * Items: One authority: its certificates, and when they are trusted.
     */
    readonly certificateAuthorities?: {
      /**
       * The chain as PEM blocks "CERTIFICATE", at most 10: first the one that issues signers' certificates, each issued by the next, the trust anchor last.
       */
      readonly certChain: string;
      /**
       * A time of RFC 3339 from which certificates of this authority are trusted, held against the proven time of a signature. Without beginning when it is absent.
       */
      readonly validFrom?: string;
      /**
       * A time of RFC 3339 up to which certificates of this authority are trusted, held against the proven time of a signature. Without end when it is absent.
       */
      readonly validUntil?: string;
    }[];
    /**
     * The authorities of RFC 3161 time stamps. None when it is absent.
     *
     * @minItems 1
     * @maxItems 16
     *
     * Items: One authority: its certificates, and when they are trusted.
     */
    readonly timestampAuthorities?: {
      /**
       * The chain as PEM blocks "CERTIFICATE", at most 10: the signer of time stamps first, or its issuer where time stamps bring the signer, each issued by the next, the trust anchor last.
       */
      readonly certChain: string;
      /**
       * A time of RFC 3339 from which time stamps of this authority are trusted, held against the time in them. Without beginning when it is absent.
       */
      readonly validFrom?: string;
      /**
       * A time of RFC 3339 up to which time stamps of this authority are trusted, held against the time in them. Without end when it is absent.
       */
      readonly validUntil?: string;
    }[];
    /**
     * The transparency logs of signatures (Rekor). None when it is absent.
     *
     * @minItems 1
     * @maxItems 16
     *
     * Items: One log: its key, and when the key is trusted.
     */
    readonly tLogs?: {
      /**
       * The public key of the log: exactly one PEM block "PUBLIC KEY" of ECDSA, Ed25519 or RSA of 2048, 3072 or 4096 bits.
       */
      readonly publicKey: string;
      /**
       * A time of RFC 3339 from which entries that the key signs are trusted, held against their time.
       */
      readonly validFrom: string;
      /**
       * A time of RFC 3339 up to which entries that the key signs are trusted, held against their time. Without end when it is absent.
       */
      readonly validUntil?: string;
      /**
       * Address of a log of Rekor v2, for example https://log2026.rekor.example: its host is the name in the log's checkpoints, and together with the key its id. It is never called. A log of Rekor v1, whose id is made of the key alone, must not have it. None when it is absent.
       */
      readonly baseURL?: string;
    }[];
    /**
     * The certificate transparency logs that promise to hold signers' certificates. None when it is absent.
     *
     * @minItems 1
     * @maxItems 16
     *
     * Items: One log: its key, and when the key is trusted.
     */
    readonly ctLogs?: {
      /**
       * The public key of the log: exactly one PEM block "PUBLIC KEY" of ECDSA, Ed25519 or RSA of 2048, 3072 or 4096 bits.
       */
      readonly publicKey: string;
      /**
       * A time of RFC 3339 from which promises that the key signs are trusted, held against their time.
       */
      readonly validFrom: string;
      /**
       * A time of RFC 3339 up to which promises that the key signs are trusted, held against their time. Without end when it is absent.
       */
      readonly validUntil?: string;
    }[];
  };
  /**
   * What a signature by this instance must bring. What is required and what the instance does not hold makes the trust root not ready.
   */
  readonly requires?: {
    /**
     * An entry of one of its transparency logs. Default: true.
     */
    readonly transparencyLog?: boolean;
    /**
     * A promise of one of its certificate transparency logs, in the certificate; a key has none. Default: true.
     */
    readonly signedCertificateTimestamp?: boolean;
    /**
     * A time stamp of one of its authorities. Default: false.
     */
    readonly timestamp?: boolean;
  };
}
