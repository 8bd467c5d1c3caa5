/**
 * A vendor's package, loaded when its cloud is first asked: it is an optional dependency, and memory is spent by those alone
 * who name that cloud.
 */
import { CloudError } from "./http.ts";

/**
 * What `load` imports. Fails with CloudError if `name` is not installed. These packages are CommonJS, of which Node gives the
 * whole as the default and most names beside it, and the bundled program the default alone.
 */
export async function loadPackage<T extends object>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    const loaded = await load();
    return "default" in loaded ? (loaded.default as T) : loaded;
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
