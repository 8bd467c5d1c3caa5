/**
 * What is parsed of a policy's text is asked for by several checks and once more when the policy is compiled. It is parsed once:
 * the answer depends on the text alone, and nobody changes it.
 */

/** How many answers are kept: the last ones, which is what one policy after the other asks for. */
const KEPT = 256;

/** `parse` must be pure, and its answer immutable. What it throws is not kept. */
export function memoized<T>(parse: (text: string) => T): (text: string) => T {
  const answers = new Map<string, { readonly answer: T }>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known.answer;
    const answer = parse(text);
    if (answers.size === KEPT) answers.delete(answers.keys().next().value ?? "");
    answers.set(text, { answer });
    return answer;
  };
}
