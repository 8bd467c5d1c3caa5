/**
 * Hosts of pull secrets as kubelet matches them: as many labels as the pattern has, each a glob of `*` and `[a-z]`, the
 * port as text. Of Go's globs `?` and `[^a-z]` are missing: in the URL that a key is, they cannot stand in a host. Newer
 * kubelets refuse `[` as well, older ones do not. A malformed pattern matches nothing.
 */

/** True if a canonical `host[:port]` matches. */
export type HostGlob = (host: string) => boolean;

/** One character of a label, or any number of any. */
type Token = "star" | ((character: string) => boolean);

export function compileHostGlob(pattern: string): HostGlob {
  const { labels, port } = split(pattern);
  const compiled = labels.map(compileLabel);
  return (host) => {
    const target = split(host);
    if (target.port !== port || target.labels.length !== compiled.length) return false;
    return compiled.every((tokens, index) => tokens !== undefined && matches(tokens, target.labels[index] ?? ""));
  };
}

function split(host: string): { labels: readonly string[]; port: string } {
  const [, name = "", port = ""] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return { labels: name.split("."), port };
}

/** undefined for a class that is not closed, empty or upside down. */
function compileLabel(label: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < label.length; at += 1) {
    const character = label.charAt(at);
    if (character === "*") tokens.push("star");
    else if (character === "[") {
      const end = label.indexOf("]", at);
      const one = compileClass(label.slice(at + 1, Math.max(end, at)));
      if (one === undefined) return undefined;
      tokens.push(one);
      at = end;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

function compileClass(members: string): Exclude<Token, "star"> | undefined {
  if (!/^(?:[^-](?:-[^-])?)+$/.test(members)) return undefined;
  const ranges = [...members.matchAll(/([^-])(?:-([^-]))?/g)].map(([, low = "", high = low]) => ({ low, high }));
  if (ranges.some(({ low, high }) => high < low)) return undefined;
  return (character) => ranges.some(({ low, high }) => low <= character && character <= high);
}

/** Only the last star is ever widened, so that no pattern makes it slow. */
function matches(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let at = 0;
  let star: { readonly token: number; at: number } | undefined;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === "star") {
      star = { token, at };
      token += 1;
    } else if (wanted !== undefined && wanted(text.charAt(at))) {
      token += 1;
      at += 1;
    } else if (star === undefined) return false;
    else {
      star.at += 1;
      at = star.at;
      token = star.token + 1;
    }
  }
  return tokens.slice(token).every((left) => left === "star");
}
