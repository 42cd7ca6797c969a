import { UsageError } from '../text/usage-error.ts';
import { callAdmin } from './admin-client.ts';

/** Who asks, and about where, as every command takes it that is about a world. */
export interface CallerOptions {
  /** 12 digits. */
  readonly account?: string;
  /** A Region's code. */
  readonly region?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const isAccount = (text: string): boolean => /^\d{12}$/.test(text);

/** The account of `--account`, checked; undefined when it was not given. */
export const namedAccount = ({ account }: CallerOptions): string | undefined => {
  if (account !== undefined && !isAccount(account)) {
    throw new UsageError(`--account is 12 digits, not '${account}'.`);
  }
  return account;
};

/** The account that a key of 12 digits in the environment is; undefined for any other key, which a world knows or does not. */
export const keyAccount = (environment: Environment = process.env): string | undefined => {
  const key = environment['AWS_ACCESS_KEY_ID'] ?? '';
  return isAccount(key) ? key : undefined;
};

/** The Region of `--region`, else the environment's; undefined when neither says one. */
export const regionOf = (
  { region }: CallerOptions,
  environment: Environment = process.env,
): string | undefined =>
  region ?? (environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || undefined);

/**
 * The account that a command is about: `--account`, else the one of the key in the environment, which the world is asked where the
 * key is no account by itself (temporary credentials, keys of users). Undefined without either: the world's own default.
 */
export const callerAccount = async (
  endpoint: string,
  options: CallerOptions,
  environment: Environment = process.env,
): Promise<string | undefined> => {
  const known = namedAccount(options) ?? keyAccount(environment);
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'] || undefined;
  if (known !== undefined || accessKeyId === undefined) return known;
  const sessionToken = environment['AWS_SESSION_TOKEN'] || undefined;
  // The admin API answers who a key stands for in this form.
  const { account } = (await callAdmin(endpoint, 'POST', '/caller', {
    accessKeyId,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  })) as { readonly account: string };
  return account;
};

/** What a command asks the world by: the caller's account, and whether nobody else's things are meant. */
export const callerQuery = async (
  endpoint: string,
  options: CallerOptions,
): Promise<Readonly<Record<string, string>>> => {
  const account = await callerAccount(endpoint, options);
  return {
    ...(account === undefined ? {} : { account }),
    ...(options.account === undefined ? {} : { own: 'true' }),
  };
};

/** A target as the world knows it, of one that may have an account's name of a zone, or leave its Region out. */
export const targetOf = async (
  endpoint: string,
  of: string,
  options: CallerOptions,
): Promise<string> => {
  const account = await callerAccount(endpoint, options);
  const region = regionOf(options);
  const query = new URLSearchParams({
    of,
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  });
  // The admin API answers a target in this form.
  const { target } = (await callAdmin(endpoint, 'GET', `/target?${query.toString()}`)) as {
    readonly target: string;
  };
  return target;
};
