/** The labels of an object under review. They are text of whoever writes it, and hold what the API server lets them hold. */
import { asObject, asString } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import type { Labels } from "../policy/selector.ts";
import { AdmissionError } from "./error.ts";

/** None of an object that has none. Throws AdmissionError for what is no map of texts. */
export function objectLabels(object: JsonObject | undefined): Labels {
  try {
    const metadata = asObject(object?.get("metadata") ?? new Map(), "metadata");
    const labels = asObject(metadata.get("labels") ?? new Map(), "metadata.labels");
    return new Map([...labels].map(([name, value]) => [name, asString(value, `metadata.labels[${quoted(name)}]`)]));
  } catch (error) {
    if (error instanceof EncodingError) throw new AdmissionError(400, `Cannot read the object: ${error.message}`);
    throw error;
  }
}
