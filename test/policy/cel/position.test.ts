/** Where parts of an expression stand: an operator begins where its first operand does. */
import assert from "node:assert/strict";
import { positionOf, positionOfId } from "../../../src/policy/cel/position.ts";
import type { Expr } from "../../../src/policy/cel/rewrite.ts";

const name = (id: bigint): Expr => ({ id, exprKind: { case: "identExpr", value: { name: "a" } } });
const equal: Expr = { id: 3n, exprKind: { case: "callExpr", value: { function: "_==_", args: [name(1n), name(2n)] } } };

describe("positions of an expression", () => {
  const source = "true &&\n  a == a";

  it("are lines and columns from 1", () => {
    assert.equal(positionOf(equal, source, { 1: 10, 2: 15, 3: 12 }), "line 2, column 3");
    assert.equal(positionOfId(2n, source, { 2: 15 }), "line 2, column 8");
  });

  it("are unknown for what the parser did not place", () => {
    assert.equal(positionOf(equal, source, {}), undefined);
    assert.equal(positionOfId(9n, source, {}), undefined);
  });
});
