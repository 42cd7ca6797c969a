import { AdminRefusal, callAdmin, endpointOf } from '../admin-client.ts';
import { targetOf, type CallerOptions } from '../caller-options.ts';
import type { FaultSummary } from '../../admin/fault-summary.ts';
import { UsageError } from '../../text/usage-error.ts';

const chosen = (
  open: readonly FaultSummary[],
  which: string | undefined,
  all: boolean,
): readonly FaultSummary[] => {
  if (all) return open;
  const matching = open.filter((fault) => fault.id === which || fault.target === which);
  if (matching.length > 0) return matching;
  const known = open.map((fault) => `${fault.id} (${fault.target} ${fault.effect})`).join(', ');
  const whatIs = known === '' ? 'nothing is broken' : `open are ${known}`;
  throw new UsageError(
    which === undefined
      ? `Say which fault to mend, or --all; ${whatIs}.`
      : `There is no open fault '${which}'; ${whatIs}.`,
  );
};

/** `faultline mend ID|TARGET` or `--all`: ends faults. */
export const mend = async (
  which: string | undefined,
  options: CallerOptions & {
    readonly endpoint?: string;
    readonly json?: boolean;
    readonly all?: boolean;
  },
): Promise<void> => {
  const endpoint = endpointOf(options.endpoint);
  const { region } = options;
  const where = region === undefined ? '' : `?${new URLSearchParams({ region }).toString()}`;
  const target = which === undefined ? undefined : await targetOf(endpoint, which, options);
  // The admin API answers the list of faults in this form.
  const { faults } = (await callAdmin(endpoint, 'GET', `/faults${where}`)) as {
    readonly faults: readonly FaultSummary[];
  };
  // What follows from another fault ends with that one.
  const opened = faults.filter((fault) => fault.derivedFrom === undefined);
  const mended: FaultSummary[] = [];
  for (const fault of chosen(opened, target, options.all === true)) {
    try {
      // The admin API answers in this form; with a recovery when the fault has a tail.
      const { recovery } = (await callAdmin(endpoint, 'DELETE', `/faults/${fault.id}`)) as Pick<
        FaultSummary,
        'recovery'
      >;
      mended.push({ ...fault, recovery });
    } catch (error) {
      // It may have mended itself since the list was read: then there is nothing left to do.
      if (!(error instanceof AdminRefusal && error.status === 404)) throw error;
    }
  }
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ mended: mended.map((fault) => fault.id) })}\n`);
    return;
  }
  for (const fault of mended) {
    const tail =
      fault.recovery === undefined
        ? ''
        : `; it recovers until ${fault.recovery.until}, or at once when it is mended again`;
    process.stdout.write(`${fault.id}: ${fault.target} ${fault.effect} is mended${tail}\n`);
  }
  if (mended.length === 0) process.stdout.write('Nothing is broken.\n');
};
