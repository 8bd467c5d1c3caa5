/** Written by scripts/validators.mjs after each compilation, by ajv: the schema of each kind and of the configuration as code. */
import type { Validate } from "./validator.ts";

export declare const validateClusterPolicySpec: Validate;
/** It selects no namespaces. */
export declare const validateNamespacedPolicySpec: Validate;
export declare const validateExceptionSpec: Validate;
export declare const validateTrustRootSpec: Validate;
export declare const validateConfig: Validate;
