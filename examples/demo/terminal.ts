/** Colour, on a terminal only and never against NO_COLOR. */
const isColoured = process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";

const paint =
  (code: number) =>
  (text: string): string =>
    isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);
