import { AdminRefusal, callAdmin, endpointOf } from '../admin-client.ts';
import { durationMs as parseDuration } from '../../text/duration.ts';
import type { FaultSummary } from '../../admin/fault-summary.ts';
import { UsageError } from '../../text/usage-error.ts';

const numberOption = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UsageError(`--${name} is a number, not '${text}'.`);
  }
  return value;
};

/** `faultline break TARGET EFFECT`: opens a fault and says its id, by which it is mended. */
export const breakSomething = async (
  target: string,
  effect: string,
  options: {
    readonly endpoint?: string;
    readonly json?: boolean;
    readonly severity?: string;
    readonly duration?: string;
    readonly latencyMs?: string;
    readonly seed?: string;
  },
): Promise<void> => {
  if (options.duration !== undefined && parseDuration(options.duration) === undefined) {
    throw new UsageError(`--duration is a time such as 90s, 10m or 2h, not '${options.duration}'.`);
  }
  const body = {
    target,
    effect,
    severity: numberOption('severity', options.severity),
    duration: options.duration,
    latencyMs: numberOption('latency-ms', options.latencyMs),
    seed: numberOption('seed', options.seed),
  };
  let fault: FaultSummary;
  try {
    // The admin API answers a new fault in this form.
    fault = (await callAdmin(
      endpointOf(options.endpoint),
      'POST',
      '/faults',
      body,
    )) as FaultSummary;
  } catch (error) {
    if (error instanceof AdminRefusal) throw new UsageError(error.message);
    throw error;
  }
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(fault)}\n`);
    return;
  }
  const until = fault.end === null ? `until: faultline mend ${fault.id}` : `until ${fault.end}`;
  process.stdout.write(`${fault.target} ${fault.effect}: ${fault.id}, ${until}\n`);
};
