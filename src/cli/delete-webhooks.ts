/** `sealgate delete-webhooks`: says of each configuration whether it was there. */
import type { DeleteWebhooksFlags } from "./index.ts";
import { UsageError, type CommandIo, type ExitCode } from "./io.ts";

export interface Deletion {
  readonly kind: "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration";
  readonly name: string;
}

/** What takes them away; it throws Error for one that it cannot. */
export type Deleter = (
  all: readonly Deletion[],
  onDeleted: (one: Deletion, wasThere: boolean) => void,
) => Promise<void>;

export async function runDeleteWebhooks(
  { validating, mutating }: Pick<DeleteWebhooksFlags, "validating" | "mutating">,
  deleter: Deleter,
  io: CommandIo,
): Promise<ExitCode> {
  const all = [
    ...validating.map((name) => ({ kind: "ValidatingWebhookConfiguration", name }) as const),
    ...mutating.map((name) => ({ kind: "MutatingWebhookConfiguration", name }) as const),
  ];
  if (all.length === 0) throw new UsageError("Cannot delete nothing: name them with --validating and --mutating");
  await deleter(all, ({ kind, name }, wasThere) =>
    io.out(`${kind} "${name}" ${wasThere ? "deleted" : "was not there"}\n`),
  );
  return 0;
}
