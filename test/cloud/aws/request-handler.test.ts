// What AWS's SDK hands over, sent by the one transport; and only over TLS, or to this machine.
import assert from "node:assert/strict";
import { awsRequestHandler, type AwsRequest, type AwsResponse } from "../../../src/cloud/aws/request-handler.ts";
import { CloudError } from "../../../src/cloud/http.ts";
import { startFakeCloud, type FakeCloud } from "../../support/cloud/fake-cloud.ts";

describe("cloud/aws/request-handler", () => {
  let cloud: FakeCloud;
  before(async () => {
    cloud = await startFakeCloud();
  });
  afterEach(() => cloud.reset());
  after(async () => cloud.stop());

  const send = async (more: Partial<AwsRequest>): Promise<AwsResponse> => {
    const request = { method: "POST", protocol: "https:", hostname: "kms.example", path: "/", headers: {}, ...more };
    return (await awsRequestHandler(cloud.transport).handle(request)).response;
  };

  it("sends method, place, headers and body", async () => {
    cloud.on("kms.example:8443", () => ({ status: 400, text: "no", headers: { "x-a": "b" } }));
    const headers = { "X-Amz-Target": "T", host: "other", "content-length": "99" };
    const query = { a: "b c", d: ["1", "2"], e: null };
    const response = await send({ port: 8443, path: "/p", query, headers, body: "text" });
    assert.deepEqual([response.statusCode, response.headers["x-a"]], [400, "b"]);
    assert.equal(Buffer.from(response.body).toString(), "no");
    const [asked] = cloud.asked;
    assert.deepEqual(
      [asked?.method, asked?.path, asked?.headers["x-amz-target"], asked?.body],
      ["POST", "/p?a=b+c&d=1&d=2&e=", "T", "text"],
    );
    await send({ method: "GET", port: 8443 });
    assert.deepEqual([cloud.asked[1]?.method, cloud.asked[1]?.body], ["GET", ""]);
  });

  it("asks without TLS on this machine alone", async () => {
    cloud.on("*", () => ({ text: "here" }));
    const { hostname, port } = new URL(cloud.url);
    const { statusCode } = await send({ protocol: "http:", hostname, port: Number(port) });
    assert.equal(statusCode, 200);
    for (const other of ["kms.example", "127.0.0.1.example", "10.0.0.1"]) {
      await assert.rejects(send({ protocol: "http:", hostname: other }), CloudError);
    }
    assert.equal(cloud.asked.length, 1);
  });

  it("ends with its signal", async () => {
    const request = { method: "POST", protocol: "https:", hostname: "kms.example", path: "/", headers: {} };
    const handler = awsRequestHandler(cloud.transport);
    await assert.rejects(handler.handle(request, { abortSignal: AbortSignal.abort() }), CloudError);
    handler.destroy();
  });
});
