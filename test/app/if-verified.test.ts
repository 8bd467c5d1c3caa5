// failurePolicy: IgnoreIfVerified (policy-api.md §2.1): while a registry is away, what a rule passed before, judged anew, and
// nothing else.
import assert from "node:assert/strict";
import { compileException } from "../../src/policy/exception.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import type { Members } from "../support/reviews.ts";
import { KEY, makePolicy, NOW, OTHER_KEY, outcomes, PATH } from "./fixtures.ts";
import { DOWN, resting, withOutage } from "./outage.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("failurePolicy: IgnoreIfVerified", () => {
  it("admits with a warning a digest that the rule passed, for as long as it may rest on that", async () => {
    await withOutage({}, async ({ registry, image, validate, advance }) => {
      assert.equal((await validate(image)).allowed, true);
      registry.fails = DOWN;
      advance(DAY);
      const review = await validate(image);
      assert.deepEqual([review.allowed, outcomes(review)], [true, ["Undetermined RegistryUnreachable"]]);
      assert.match(
        review.warnings.join(),
        /signed rule acme: .*RegistryUnreachable.*it was verified at 2026-06-01T00:00:00/,
      );
      advance(1);
      assert.equal((await validate(image)).allowed, false);
    });
  });

  it("rests on it for verifiedWithin where that is written", async () => {
    await withOutage({ spec: { verifiedWithin: "1h" } }, async ({ registry, image, validate, advance }) => {
      await validate(image);
      registry.fails = DOWN;
      advance(HOUR);
      assert.equal((await validate(image)).allowed, true);
      advance(1);
      assert.equal((await validate(image)).allowed, false);
    });
  });

  it("counts from the verification, however often the image was admitted since", async () => {
    await withOutage({ spec: { verifiedWithin: "1h" } }, async ({ registry, image, validate, advance }) => {
      await validate(image);
      advance(9 * 60_000);
      await validate(image);
      registry.fails = DOWN;
      advance(HOUR - 9 * 60_000 + 1);
      assert.equal((await validate(image)).allowed, false);
    });
  });

  it("denies a digest that it did not see, and says so", async () => {
    await withOutage({}, async ({ registry, image, validate }) => {
      registry.fails = DOWN;
      const review = await validate(image);
      assert.equal(review.allowed, false);
      assert.match(review.message ?? "", /and this digest was not verified within the policy's time/);
      assert.equal(review.retryAfterSeconds, 5);
    });
  });

  it("denies a digest that it saw fail", async () => {
    await withOutage({ key: OTHER_KEY }, async ({ registry, image, validate, advance }) => {
      assert.equal((await validate(image)).allowed, false);
      registry.fails = DOWN;
      advance(HOUR);
      assert.deepEqual(outcomes(await validate(image)), ["Undetermined RegistryUnreachable"]);
      assert.equal((await validate(image)).allowed, false);
    });
  });

  it("denies what another rule passed: another key, another trust root, another name", async () => {
    const others = [
      resting({ key: OTHER_KEY }),
      resting({ rule: { name: "another" } }),
      resting({ rule: { attestors: undefined, attestations: [scanOf(KEY.publicKeyPem)] } }),
    ];
    await withOutage({}, async ({ registry, image, validate, advance, enforce }) => {
      await validate(image);
      registry.fails = DOWN;
      advance(HOUR);
      for (const other of others) {
        enforce(other);
        assert.equal((await validate(image)).allowed, false);
      }
      enforce(resting());
      assert.equal((await validate(image)).allowed, true);
    });
  });

  it("denies where the registry answers: 404 is a failed verification", async () => {
    await withOutage({}, async ({ image, validate, digest }) => {
      await validate(image);
      const elsewhere = image.replace(PATH, "acme/elsewhere");
      assert.ok(elsewhere.endsWith(digest));
      assert.equal((await validate(elsewhere)).allowed, false);
    });
  });

  it("denies for every cause that lies with us", async () => {
    await withOutage({}, async ({ registry, image, validate, advance }) => {
      await validate(image);
      advance(HOUR);
      for (const cause of ["TrustRootMissing", "TrustRootNotReady", "KeyUnavailable", "PolicyInvalid"] as const) {
        registry.fails = new UnavailableError(cause, "of ours");
        assert.equal((await validate(image)).allowed, false, cause);
        advance(HOUR / 10);
      }
      for (const cause of ["RegistryThrottled", "RegistryError", "DeadlineSpent", "Overloaded"] as const) {
        registry.fails = new UnavailableError(cause, "outside");
        assert.equal((await validate(image)).allowed, true, cause);
        advance(HOUR / 10);
      }
    });
  });

  it("judges conditions anew on what it remembers", async () => {
    const until = new Date(NOW + 2 * HOUR).toISOString();
    const rule = { validations: [{ expression: `now < timestamp('${until}')` }] };
    await withOutage({ rule }, async ({ registry, image, validate, advance }) => {
      await validate(image);
      registry.fails = DOWN;
      advance(HOUR);
      assert.equal((await validate(image)).allowed, true);
      advance(HOUR);
      const review = await validate(image);
      assert.deepEqual(outcomes(review), ["Undetermined RegistryUnreachable ValidationNotMet"]);
      assert.match(review.message ?? "", /and what was verified before is not enough any more/);
    });
  });

  it("applies exceptions as they are now", async () => {
    await withOutage({}, async ({ registry, image, validate, except }) => {
      registry.fails = DOWN;
      const exception = compileException({
        kind: "ImageVerifyException",
        metadata: { name: "outage", creationTimestamp: new Date(NOW).toISOString() },
        spec: {
          policies: [{ name: "signed" }],
          namespaces: ["prod"],
          images: ["*"],
          reason: "the registry is away",
          expires: new Date(NOW + DAY).toISOString(),
        },
      });
      except(exception);
      assert.equal((await validate(image)).allowed, true);
      except();
      assert.equal((await validate(image)).allowed, false);
    });
  });

  it("never admits a tag that is not pinned", async () => {
    const rule = { mutateDigest: false, verifyDigest: false };
    await withOutage({ rule }, async ({ registry, tagged, image, validate }) => {
      assert.equal((await validate(tagged)).allowed, true);
      registry.fails = DOWN;
      assert.equal((await validate(tagged)).allowed, false);
      assert.equal((await validate(image)).allowed, true);
    });
  });

  it("does not soften what a rule of another policy cannot tell", async () => {
    await withOutage({}, async ({ registry, image, validate, enforce }) => {
      enforce(resting(), makePolicy({ name: "strict" }));
      assert.equal((await validate(image)).allowed, true);
      registry.fails = DOWN;
      // Past what the proof cache holds
      const review = await validate(image);
      assert.equal(review.allowed, true, "both are remembered as proofs for a while");
    });
    await withOutage({}, async ({ registry, image, validate, enforce, advance }) => {
      enforce(resting(), makePolicy({ name: "strict" }));
      await validate(image);
      registry.fails = DOWN;
      advance(HOUR);
      assert.equal((await validate(image)).allowed, false);
    });
  });
});

describe("pinning under failurePolicy: IgnoreIfVerified", () => {
  it("pins the digest that the tag last had, which is then verified by what is remembered", async () => {
    await withOutage({}, async ({ registry, tagged, digest, validate, pin, advance }) => {
      const pinned = `${tagged}@${digest}`;
      assert.equal(await pin(tagged), pinned);
      assert.equal((await validate(pinned)).allowed, true);
      registry.fails = DOWN;
      advance(HOUR);
      assert.equal(await pin(tagged), pinned);
      assert.equal((await validate(pinned)).allowed, true);
      advance(DAY);
      assert.equal(await pin(tagged), undefined);
    });
  });

  it("pins nothing for a tag whose image did not pass, nor where the registry says that it is gone", async () => {
    await withOutage({ key: OTHER_KEY }, async ({ registry, tagged, pin, advance, validate }) => {
      await pin(tagged);
      await validate(tagged);
      registry.fails = DOWN;
      advance(HOUR);
      assert.equal(await pin(tagged), undefined);
    });
    await withOutage({}, async ({ registry, tagged, image, pin, validate }) => {
      await pin(tagged);
      await validate(image);
      registry.fails = new UnavailableError("KeyUnavailable", "of ours");
      assert.equal(await pin(tagged), undefined);
    });
  });

  it("pins nothing by memory for a policy that does not rest on it", async () => {
    await withOutage({}, async ({ registry, tagged, image, pin, validate, enforce }) => {
      await pin(tagged);
      await validate(image);
      registry.fails = DOWN;
      enforce(makePolicy());
      assert.equal(await pin(tagged), undefined);
    });
  });

  it("learns a tag's digest from the registry alone, never from the text of a pod", async () => {
    await withOutage({}, async ({ registry, tagged, digest, validate, pin, advance }) => {
      assert.equal((await validate(`${tagged}@${digest}`)).allowed, true);
      await pin(`${tagged}@${digest}`);
      registry.fails = DOWN;
      advance(HOUR);
      assert.equal(await pin(tagged), undefined);
    });
  });

  it("forgets what a tag had once it has something else", async () => {
    await withOutage({}, async ({ registry, tagged, digest, validate, pin, moveTag, advance }) => {
      await pin(tagged);
      await validate(`${tagged}@${digest}`);
      await moveTag();
      const moved = await pin(tagged);
      assert.notEqual(moved, `${tagged}@${digest}`);
      await validate(moved ?? "");
      registry.fails = DOWN;
      advance(HOUR);
      assert.equal(await pin(tagged), undefined);
    });
  });
});

function scanOf(publicKeys: string): Members {
  const entry = { name: "scanner", keys: { publicKeys }, insecureIgnoreTlog: true };
  return { name: "vuln", predicateTypes: ["vuln"], attestors: [{ entries: [entry] }] };
}
