/**
 * The spec of the policy kinds as TypeScript types.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
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
   * What happens under Enforce when a registry could not be asked: Fail denies the pod, Ignore admits it with a warning, IgnoreIfVerified does so for a digest that the rule passed within verifiedWithin. It never softens a failed verification. Default: Fail.
   */
  readonly failurePolicy?: "Fail" | "Ignore" | "IgnoreIfVerified";
  /**
   * For how long IgnoreIfVerified rests on what a rule passed, for example 12h: an integer and s, m, h or d, at most 168h. Remembered in memory, by each replica for itself. Default: 24h.
   */
  readonly verifiedWithin?: string;
  /**
   * Seconds that a request may spend on this policy, from 1 to 30; never more than the webhook has. When they are spent it is undetermined. Default: what the webhook has.
   */
  readonly timeoutSeconds?: number;
  /**
   * Which pods the policy applies to; every one when it is absent.
   */
  readonly match?: {
    /**
     * Labels of the pod's namespace. Everything written must hold. Labels that cannot be read count as matching.
     */
    readonly namespaceSelector?: {
      /**
       * Labels that the namespace must have, with exactly these values. None when it is absent.
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
     * Labels of the pod or of the template that makes it, as they are or as they were before an update. Everything written must hold. Whoever writes the pod writes its labels.
     */
    readonly objectSelector?: {
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
     * Kinds whose templates are checked as well as pods, for early feedback: all seven when it is absent, none when it is empty. One that is owned by another of them is passed over.
     *
     * @maxItems 7
     *
     * Items: A kind of Kubernetes' own that makes pods from a template.
     */
    readonly podControllers?: (
      "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob" | "ReplicationController"
    )[];
    /**
     * Conditions on the request, by name. The policy does not apply when one of them is false. None when it is absent.
     *
     * @maxItems 16
     *
     * Items: One condition on the request.
     */
    readonly conditions?: {
      /**
       * Name of the condition, a DNS label that is unique in the policy: server-side apply merges conditions by it.
       */
      readonly name: string;
      /**
       * CEL over object, oldObject, request and namespaceObject. The policy does not apply when it is false; an error counts as true.
       */
      readonly expression: string;
    }[];
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
     * Patterns of images that this rule leaves out. They are narrower than imageReferences, and may end with a digest. None when it is absent.
     *
     * @maxItems 64
     *
     * Items: A pattern over the canonical repository: * matches any run of characters, ? one character but /.
     */
    readonly skipImageReferences?: readonly string[];
    /**
     * The verdict on every image that the rule covers, without looking at it. Pass asks nothing and marks the image as covered, Fail refuses it. None when it is absent.
     */
    readonly static?: {
      /**
       * The verdict, Pass or Fail. Pass overrides no other rule. It has no default.
       */
      readonly action: "Pass" | "Fail";
      /**
       * Why, in a sentence that a denial shows. None when it is absent.
       */
      readonly message?: string;
    };
    /**
     * Writes the verified digest into the pod, as host/path:tag@digest. True under Enforce and false under Warn and Audit when it is absent.
     */
    readonly mutateDigest?: boolean;
    /**
     * Refuses an image of a pod that has no digest when the validating webhook sees it. True under Enforce and false under Warn and Audit when it is absent.
     */
    readonly verifyDigest?: boolean;
    /**
     * What the registry is shown where the pod's own pull secrets do not open it.
     */
    readonly imageRegistryCredentials?: {
      /**
       * Names of pull secrets, in the namespace of the policy, or of Sealgate for a policy of the cluster. Tried after the pod's, and before the operator's.
       *
       * @minItems 1
       * @maxItems 8
       *
       * Items: Name of a Secret of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg.
       */
      readonly secrets: readonly string[];
    };
    /**
     * Name of the trust root that signatures are verified with, for example sigstore-public-good or github. Default: sigstore-public-good.
     */
    readonly trustRoot?: string;
    /**
     * Which digest carries signatures and attestations. Index: exactly the digest that is named. EachPlatform: every manifest of the index but those of unknown/unknown, at most 16, or the manifest itself. IndexOrEachPlatform: either. Default: Index.
     */
    readonly platforms?: "Index" | "EachPlatform" | "IndexOrEachPlatform";
    /**
     * Where signatures and attestations lie. In the image's own repository when it is absent.
     */
    readonly source?: {
      /**
       * A repository, host/path in lower case without tag or digest, that is looked in instead of the image's: what COSIGN_REPOSITORY named when they were made.
       */
      readonly repository: string;
      /**
       * Names of pull secrets for this repository alone, in the namespace of the policy, or of Sealgate for a policy of the cluster. Tried after the pod's, with those of the rule. None when it is absent.
       *
       * @minItems 1
       * @maxItems 8
       *
       * Items: Name of a Secret of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg.
       */
      readonly secrets?: readonly string[];
    };
    /**
     * Sets of signers. Every set must pass. None when it is absent.
     *
     * @minItems 1
     * @maxItems 4
     *
     * Items: A set of signers, of which a number must have signed.
     */
    readonly attestors?: {
      /**
       * How many parties must be met, each by a signature of a different signer. All of them when it is absent.
       */
      readonly count?: number;
      /**
       * The signers of the set, by name. Each is a party of its own unless party says otherwise.
       *
       * @minItems 1
       * @maxItems 16
       *
       * Items: One signer that the set accepts, and what its signature must bring. One variant must be written.
       */
      readonly entries: {
        /**
         * Name of the signer, a DNS label that is unique in its set. Messages show it.
         */
        readonly name: string;
        /**
         * Name of the party that signs by this entry, a DNS label. Entries of one party are alternatives, and count once. Default: the entry's name.
         */
        readonly party?: string;
        /**
         * The signer holds the private half of this key.
         */
        readonly keys?: {
          /**
           * Exactly one PEM block "PUBLIC KEY", for example the cosign.pub that "cosign generate-key-pair" writes. For a second key write a second entry. It or secret must be written.
           */
          readonly publicKeys?: string;
          /**
           * A Secret that holds the key. It is followed: another key in it takes effect at once, and without it nothing passes.
           */
          readonly secret?: {
            /**
             * Name of the Secret, a DNS subdomain; a Secret of whatever type.
             */
            readonly name: string;
            /**
             * Namespace of the Secret, a DNS label, of cluster policies alone: one that the configuration lists in secretNamespaces. Default: Sealgate's own. A namespaced policy reads Secrets of its own namespace.
             */
            readonly namespace?: string;
            /**
             * Member of the Secret's data that holds one PEM block "PUBLIC KEY". Default: cosign.pub, as "cosign generate-key-pair k8s://NAMESPACE/NAME" writes it.
             */
            readonly key?: string;
          };
          /**
           * Key of a key management service, by its URI: awskms:///ID, alias or ARN, azurekms://VAULT/NAME[/VERSION], gcpkms://projects/…/cryptoKeys/NAME[/versions/N] or hashivault://NAME, without an endpoint. Only its public half is fetched, and fetched again every few minutes. Of cluster policies alone. Instead of publicKeys.
           */
          readonly kms?: string;
          /**
           * The one hash that signatures may use; not for Ed25519. By the type of the key when it is absent: sha256, sha384 or sha512 as the curve has it, sha256 for RSA.
           */
          readonly hashAlgorithm?: "sha256" | "sha384" | "sha512";
          /**
           * The padding that signatures of an RSA key must use; for other keys it is refused. Default: PKCS1v15.
           */
          readonly rsaPadding?: "PKCS1v15" | "PSS";
          /**
           * A time of RFC 3339. Every proven time of a signature must be at it or later, and one must be proven. Unbounded when it is absent.
           */
          readonly validFrom?: string;
          /**
           * A time of RFC 3339. Every proven time of a signature must be at it or earlier, and one must be proven. Unbounded when it is absent.
           */
          readonly validUntil?: string;
        };
        /**
         * The signer has a certificate of Fulcio's that names this OIDC issuer and this subject.
         */
        readonly keyless?: {
          /**
           * The OIDC issuer, exactly, for example https://accounts.google.com. It or issuerRegExp must be written.
           */
          readonly issuer?: string;
          /**
           * A regular expression of RE2 that matches the whole OIDC issuer, from its first character to its last. Instead of issuer.
           */
          readonly issuerRegExp?: string;
          /**
           * The subject, exactly: an e-mail address, a URI or a user name, as the certificate has it. It or subjectRegExp must be written.
           */
          readonly subject?: string;
          /**
           * A regular expression of RE2 that matches the whole subject, from its first character to its last. Instead of subject.
           */
          readonly subjectRegExp?: string;
          /**
           * What else Fulcio must have written down, by name. A field that a certificate has not never matches.
           */
          readonly extensions?: {
            /**
             * Fulcio's .9: the workflow file, with its ref, whose job signed. Compared exactly. Any or none when it is absent.
             */
            readonly buildSignerURI?: string;
            /**
             * Fulcio's .10: the commit of the workflow file whose job signed. Compared exactly. Any or none when it is absent.
             */
            readonly buildSignerDigest?: string;
            /**
             * Fulcio's .11: the kind of machine, for example github-hosted. Compared exactly. Any or none when it is absent.
             */
            readonly runnerEnvironment?: string;
            /**
             * Fulcio's .12: the repository that was built, as a URL. Compared exactly. Any or none when it is absent.
             */
            readonly sourceRepositoryURI?: string;
            /**
             * Fulcio's .13: the commit that was built. Compared exactly. Any or none when it is absent.
             */
            readonly sourceRepositoryDigest?: string;
            /**
             * Fulcio's .14: the ref that was built, for example refs/heads/main. Compared exactly. Any or none when it is absent.
             */
            readonly sourceRepositoryRef?: string;
            /**
             * Fulcio's .15: the number of the repository that was built. Compared exactly. Any or none when it is absent.
             */
            readonly sourceRepositoryIdentifier?: string;
            /**
             * Fulcio's .16: the owner of the repository, as a URL. Compared exactly. Any or none when it is absent.
             */
            readonly sourceRepositoryOwnerURI?: string;
            /**
             * Fulcio's .17: the number of the repository's owner. Compared exactly. Any or none when it is absent.
             */
            readonly sourceRepositoryOwnerIdentifier?: string;
            /**
             * Fulcio's .22: the repository's visibility at signing, for example public. Compared exactly. Any or none when it is absent.
             */
            readonly sourceRepositoryVisibility?: string;
            /**
             * Fulcio's .18: the workflow file that began the run, with its ref. Compared exactly. Any or none when it is absent.
             */
            readonly buildConfigURI?: string;
            /**
             * Fulcio's .19: the commit of the workflow file that began the run. Compared exactly. Any or none when it is absent.
             */
            readonly buildConfigDigest?: string;
            /**
             * Fulcio's .20: the event that began the run, for example push. Compared exactly. Any or none when it is absent.
             */
            readonly buildTrigger?: string;
            /**
             * Fulcio's .21: the one run that signed, as a URL. Compared exactly. Any or none when it is absent.
             */
            readonly runInvocationURI?: string;
            /**
             * Fulcio's .23: the deployment environment that the job named. Compared exactly. Any or none when it is absent.
             */
            readonly deploymentEnvironment?: string;
            /**
             * Fulcio's .24: the sub claim of the OIDC token. Compared exactly. Any or none when it is absent.
             */
            readonly tokenSubject?: string;
            /**
             * Fulcio's .2 (old): the event that began the run. Compared exactly. Any or none when it is absent.
             */
            readonly githubWorkflowTrigger?: string;
            /**
             * Fulcio's .3 (old): the commit of the workflow file. Compared exactly. Any or none when it is absent.
             */
            readonly githubWorkflowSHA?: string;
            /**
             * Fulcio's .4 (old): the name of the workflow. Compared exactly. Any or none when it is absent.
             */
            readonly githubWorkflowName?: string;
            /**
             * Fulcio's .5 (old): the repository, as owner/name. Compared exactly. Any or none when it is absent.
             */
            readonly githubWorkflowRepository?: string;
            /**
             * Fulcio's .6 (old): the ref that was built. Compared exactly. Any or none when it is absent.
             */
            readonly githubWorkflowRef?: string;
          };
        };
        /**
         * The signer is a workflow of GitHub Actions with a certificate of Fulcio's.
         */
        readonly githubActions?: {
          /**
           * The repository that was built: owner/name, or owner/* for all of an owner. Upper and lower case differ, as GitHub writes the name.
           */
          readonly repository: string;
          /**
           * The refs that were built; one that matches suffices. The ref * is whoever can push a branch.
           *
           * @minItems 1
           * @maxItems 16
           *
           * Items: A ref in full, for example refs/heads/main or refs/tags/v*: * matches any run of characters, ? one character but /.
           */
          readonly refs: readonly string[];
          /**
           * File name of the workflow that began the run, for example release.yml, in .github/workflows of the repository. Any when it is absent.
           */
          readonly workflow?: string;
          /**
           * The workflow whose job signed, as owner/repo/.github/workflows/file.yml@ref with * and ? as in refs. One of the repository that was built when it is absent, so that a reusable workflow of another one must be named.
           */
          readonly signerWorkflow?: string;
          /**
           * The events that may have begun the run. Any but pull_request and pull_request_target when it is absent.
           *
           * @minItems 1
           * @maxItems 16
           *
           * Items: The name of one event, for example push or workflow_dispatch.
           */
          readonly triggers?: readonly string[];
          /**
           * The deployment environment that the job must have named, exactly. Any or none when it is absent.
           */
          readonly environment?: string;
          /**
           * The kind of machine that the job must have run on. Either when it is absent.
           */
          readonly runnerEnvironment?: "github-hosted" | "self-hosted";
          /**
           * The repository's number, which outlives renaming and is never given twice. Any when it is absent.
           */
          readonly repositoryID?: string;
          /**
           * The number of the repository's owner, which outlives renaming and is never given twice. Any when it is absent.
           */
          readonly repositoryOwnerID?: string;
          /**
           * The OIDC issuer, exactly. Default: https://token.actions.githubusercontent.com.
           */
          readonly issuer?: string;
          /**
           * The server's URL without a path, for GitHub Enterprise; issuer is then required. Default: https://github.com.
           */
          readonly serverURL?: string;
        };
        /**
         * The signer has a certificate of these authorities that names this subject.
         */
        readonly certificates?: {
          /**
           * The trust anchors: one or more PEM blocks "CERTIFICATE". Nothing else of the trust root is trusted to issue certificates for this entry.
           */
          readonly roots: string;
          /**
           * Certificates between anchors and signers: one or more PEM blocks "CERTIFICATE". What a signature brings along is not used. None when it is absent.
           */
          readonly intermediates?: string;
          /**
           * Any of the certificate's subject alternative names, exactly: an e-mail address, URI, DNS name or IP address. It or subjectRegExp must be written.
           */
          readonly subject?: string;
          /**
           * A regular expression of RE2 that matches the whole of any of the certificate's subject alternative names. Instead of subject.
           */
          readonly subjectRegExp?: string;
          /**
           * Without any proven time, leaf and chain must be valid now: who finds the key of a certificate may sign for as long as it is valid. Default: false, some time must be proven.
           */
          readonly insecureUseCurrentTime?: boolean;
        };
        /**
         * Annotations that the signed payload must hold, each with exactly this value. None when it is absent.
         */
        readonly annotations?: {
          /**
           * The value that the annotation must have, exactly.
           */
          [k: string]: string;
        };
        /**
         * Name of the trust root that this signer's signatures are verified with, for example github. Default: the rule's.
         */
        readonly trustRoot?: string;
        /**
         * No entry of a transparency log is asked for or looked at, whatever the trust root requires. Default: false.
         */
        readonly insecureIgnoreTlog?: boolean;
        /**
         * The certificate needs no proof that a certificate transparency log has it, whatever the trust root requires. Default: false.
         */
        readonly insecureIgnoreSCT?: boolean;
        /**
         * At least one time stamp of RFC 3161 must be verified, beside what the trust root requires. Default: false.
         */
        readonly requireTimestamp?: boolean;
      }[];
    }[];
    /**
     * Statements about the image that must be there, by name. All of them must pass. None when it is absent.
     *
     * @minItems 1
     * @maxItems 8
     *
     * Items: A kind of statement that must be there, signed, and what must hold of it.
     */
    readonly attestations?: {
      /**
       * Name of the attestation, unique in its rule: messages show it, and validations read it as attestations.NAME.
       */
      readonly name: string;
      /**
       * The predicate types that count. Any other is another kind of statement.
       *
       * @minItems 1
       * @maxItems 8
       *
       * Items: A URI, compared exactly, or a name of cosign's for one, for example vuln or spdxjson.
       */
      readonly predicateTypes: readonly string[];
      /**
       * Sets of signers of the statements. Every set must pass.
       *
       * @minItems 1
       * @maxItems 2
       */
      readonly attestors: NonNullable<PolicySpec["verifyImages"][number]["attestors"]>[number][];
      /**
       * Which of a signer's statements must meet the conditions: All of them, Any one, or the Latest by the certificate of its signature. Default: All.
       */
      readonly match?: "All" | "Any" | "Latest";
      /**
       * Statements whose certificate is older are put aside, for example 7d: an integer and s, m, h or d. Unbounded when it is absent.
       */
      readonly maxAge?: string;
      /**
       * Which digest carries the statements. Index: exactly the digest that is named. EachPlatform: every manifest of the index but those of unknown/unknown, at most 16, or the manifest itself. IndexOrEachPlatform: either. Default: the rule's.
       */
      readonly platforms?: "Index" | "EachPlatform" | "IndexOrEachPlatform";
      /**
       * What must be true of a statement. Its presence suffices when it is absent.
       *
       * @minItems 1
       * @maxItems 8
       *
       * Items: One expression that must be true, and what is said when it is not.
       */
      readonly conditions?: {
        /**
         * An expression of CEL over predicate, statement, image, signer and now. An error, a result that is no bool and more than 100,000 steps are not met.
         */
        readonly expression: string;
        /**
         * A sentence for the denial. The expression's number alone is named when it is absent.
         */
        readonly message?: string;
      }[];
    }[];
    /**
     * What must be true of signatures and attestations together, once all of them passed. None when it is absent.
     *
     * @minItems 1
     * @maxItems 8
     *
     * Items: One expression that must be true, and what is said when it is not.
     */
    readonly validations?: {
      /**
       * An expression of CEL over image, signatures, attestations and now. An error, a result that is no bool and more than 100,000 steps are not met.
       */
      readonly expression: string;
      /**
       * A sentence for the denial. The expression's number alone is named when it is absent.
       */
      readonly message?: string;
    }[];
  }[];
}
