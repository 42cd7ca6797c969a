/** Who calls, as IAM names it. */
export interface Caller {
  /** The account whose resources the call is about. */
  readonly account: string;
  /** For example `arn:aws:iam::111122223333:root`, or `arn:aws:sts::111122223333:assumed-role/web/i-0123`. */
  readonly arn: string;
  /** `aws:userid`: the account of a root user, `AROA...:session` of an assumed role. */
  readonly userId: string;
  /** Of an assumed role: the ARN of the role itself. */
  readonly roleArn?: string;
  /** Whether it calls with credentials that expire. */
  readonly isTemporary: boolean;
}

/** The root user of an account: what a key stands for that nobody has issued. */
export const rootCaller = (account: string): Caller => ({
  account,
  arn: `arn:aws:iam::${account}:root`,
  userId: account,
  isTemporary: false,
});
