/** A schema as ajv checks it when it compiles at run time: for parts of schemas, and to hold the functions made beforehand against. */
import { Ajv } from "ajv";
import { schemaCheck, type SchemaCheck } from "../../src/schema/validator.ts";

export function compileSchema(schema: object): SchemaCheck {
  return schemaCheck(new Ajv({ allErrors: true, verbose: true, strict: true }).compile(schema));
}
