/** A call with a bearer token. One that is refused as such (401) is dropped and asked for anew, once. */
import type { CloudAnswer, CloudCall, CloudHttp } from "./http.ts";

/** As Expiring has it. */
export interface Token {
  get(signal: AbortSignal): Promise<string>;
  drop(): void;
}

export async function authorized(http: CloudHttp, token: Token, call: CloudCall): Promise<CloudAnswer> {
  const ask = async (): Promise<CloudAnswer> => {
    const authorization = `Bearer ${await token.get(call.signal)}`;
    return await http({ ...call, headers: { ...call.headers, authorization } });
  };
  const answer = await ask();
  if (answer.status !== 401) return answer;
  token.drop();
  return await ask();
}
