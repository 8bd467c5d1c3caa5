/** Answers of AWS's services as they write them, for the hosts of a fake cloud. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CloudReply } from "./fake-cloud.ts";

export const ROLE = "arn:aws:iam::111122223333:role/sealgate";
export const WEB_TOKEN = "pl4nted.web.token";
export const SECRET_KEY = "pl4nted/secret+key";

/** STS: keys of a role for so many seconds. */
export function assumedRole(seconds = 3600, action = "AssumeRoleWithWebIdentity"): CloudReply {
  const ends = new Date(Date.now() + seconds * 1000).toISOString();
  const credentials =
    `<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>${SECRET_KEY}</SecretAccessKey>` +
    `<SessionToken>pl4nted-session</SessionToken><Expiration>${ends}</Expiration>`;
  const user = `<Arn>arn:aws:sts::111122223333:assumed-role/sealgate/x</Arn><AssumedRoleId>AROA:x</AssumedRoleId>`;
  const result = `<Credentials>${credentials}</Credentials><AssumedRoleUser>${user}</AssumedRoleUser>`;
  return xml(`${action}Response`, `<${action}Result>${result}</${action}Result>`);
}

/** STS: an error, with a message that nobody is to see. */
export function stsError(code: string, status = 400): CloudReply {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>pl4nted ${WEB_TOKEN}</Message></Error>`;
  return { ...xml("ErrorResponse", error), status };
}

/** ECR: a list for private registries, one object for the public one; for so many seconds. */
export function ecrToken(data: unknown, seconds = 43_200): CloudReply {
  const expiresAt = Date.now() / 1000 + seconds;
  const lasting = (each: object): object => ({ expiresAt, proxyEndpoint: "https://registry.example", ...each });
  const authorizationData = Array.isArray(data)
    ? data.map(lasting)
    : data === undefined
      ? data
      : lasting(data as object);
  return { json: { authorizationData }, headers: { "content-type": "application/x-amz-json-1.1" } };
}

/** Of services that speak JSON. */
export function awsError(code: string, status = 400): CloudReply {
  return {
    status,
    json: { __type: code, message: "pl4nted" },
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code },
  };
}

function xml(name: string, inner: string): CloudReply {
  const text = `<${name} xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${inner}</${name}>`;
  return { text, headers: { "content-type": "text/xml" } };
}

/** Everything by which the SDK would find an identity, taken away; then IRSA in eu-west-1. */
export function irsa(folder: string): Readonly<Record<string, string | undefined>> {
  const file = join(folder, "aws-token");
  writeFileSync(file, WEB_TOKEN);
  return { ...NO_AWS, AWS_REGION: "eu-west-1", AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: file };
}

export const NO_AWS: Readonly<Record<string, string | undefined>> = {
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_PROFILE: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_ROLE_ARN: undefined,
  AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: undefined,
  AWS_CONFIG_FILE: "/nonexistent/config",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
  AWS_EC2_METADATA_DISABLED: undefined,
  AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: undefined,
};
