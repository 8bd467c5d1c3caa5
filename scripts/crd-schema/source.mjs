// source (policy-api.md §2.3): where evidence lies instead of beside the image, as cosign's COSIGN_REPOSITORY has it.
import { secretNames } from "./registry-credentials.mjs";

const LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
const HOST = `((localhost|${LABEL}([.]${LABEL})+)(:[0-9]{1,5})?|${LABEL}:[0-9]{1,5})`;
const COMPONENT = "[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*";

export const source = {
  type: "object",
  description: "Where signatures and attestations lie. In the image's own repository when it is absent.",
  required: ["repository"],
  properties: {
    repository: {
      type: "string",
      minLength: 3,
      maxLength: 255,
      pattern: `^${HOST}(/${COMPONENT})+$`,
      description:
        "A repository, host/path in lower case without tag or digest, that is looked in instead of the image's: what COSIGN_REPOSITORY named when they were made.",
    },
    secrets: secretNames(
      "Names of pull secrets for this repository alone, in the namespace of the policy, or of Sealgate for a policy of the cluster. Tried after the pod's, with those of the rule. None when it is absent.",
    ),
  },
};
