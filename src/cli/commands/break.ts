import { AdminRefusal, callAdmin, endpointOf } from '../admin-client.ts';
import { targetOf, type CallerOptions } from '../caller-options.ts';
import { durationMs as parseDuration } from '../../text/duration.ts';
import { faultWords } from '../../admin/fault-words.ts';
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

/** The options of `faultline break`: one for each field of a fault. */
export interface BreakOptions {
  readonly severity?: string;
  readonly duration?: string;
  readonly latencyMs?: string;
  readonly as?: string;
  readonly operations?: string;
  readonly oneWay?: boolean;
  readonly tail?: string;
  readonly hold?: string;
  readonly seed?: string;
}

const checkDuration = (name: string, text: string | undefined): void => {
  if (text !== undefined && parseDuration(text) === undefined) {
    throw new UsageError(`--${name} is a time such as 90s, 10m or 2h, not '${text}'.`);
  }
};

/** `faultline break TARGET EFFECT`: opens a fault and says its id, by which it is mended. */
export const breakSomething = async (
  named: string,
  effect: string,
  options: BreakOptions & CallerOptions & { readonly endpoint?: string; readonly json?: boolean },
): Promise<void> => {
  checkDuration('duration', options.duration);
  checkDuration('tail', options.tail);
  checkDuration('hold', options.hold);
  const endpoint = endpointOf(options.endpoint);
  const body = {
    target: await targetOf(endpoint, named, options),
    effect,
    severity: numberOption('severity', options.severity),
    duration: options.duration,
    latencyMs: numberOption('latency-ms', options.latencyMs),
    as: options.as,
    operations: options.operations?.split(',').map((name) => name.trim()),
    oneWay: options.oneWay,
    tail: options.tail,
    hold: options.hold,
    seed: numberOption('seed', options.seed),
  };
  let fault: FaultSummary;
  try {
    // The admin API answers a new fault in this form.
    fault = (await callAdmin(endpoint, 'POST', '/faults', body)) as FaultSummary;
  } catch (error) {
    if (error instanceof AdminRefusal) throw new UsageError(error.message);
    throw error;
  }
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(fault)}\n`);
    return;
  }
  const until = fault.end === null ? `until: faultline mend ${fault.id}` : `until ${fault.end}`;
  process.stdout.write(`${fault.target} ${faultWords(fault)}: ${fault.id}, ${until}\n`);
};
