/** A seed that found something wrong once, with the steps that it takes. */
export interface FailedBefore {
  readonly seed: number;
  readonly steps: number;
  /** What must not be so again. */
  readonly what: string;
}

/** Seeds that failed, by the version of the steps as they are now: whoever changes the steps looks for others. */
export const failedBefore: readonly FailedBefore[] = [
  { seed: 6, steps: 10, what: 'a node whose servers have all stopped stays in DNS' },
  { seed: 24, steps: 25, what: 'a server that reboots goes on booting when it loses its power' },
  { seed: 47, steps: 30, what: 'a server rebooted without power does not boot with it' },
  { seed: 59, steps: 110, what: 'a target by address is taken for a server of another VPC' },
];
