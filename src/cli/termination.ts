/** How a program that serves is told to end. */

/** SIGTERM may come again and changes nothing then; who types Ctrl-C twice does not want to wait. */
export function terminationSignals(): { readonly first: Promise<void>; readonly hurry: AbortSignal } {
  const hurry = new AbortController();
  const first = new Promise<void>((resolve) => {
    process.on("SIGTERM", resolve);
    process.once("SIGINT", () => resolve(void process.once("SIGINT", () => hurry.abort())));
  });
  return { first, hurry: hurry.signal };
}
