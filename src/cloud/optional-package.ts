/**
 * A vendor's package, loaded when its cloud is first asked: it is an optional dependency, and memory is spent by those alone
 * who name that cloud.
 */
import { CloudError } from "./http.ts";

/** What `load` imports. Fails with CloudError if `name` is not installed. */
export async function loadPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new CloudError(`the optional package ${name} is not installed`, error);
  }
}

/** Of import, and of require() where a package is CommonJS. */
function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
}
