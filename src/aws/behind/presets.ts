/** An emulator whose ways are known. */
export interface Preset {
  readonly name: PresetName;
  /** What people call it. */
  readonly title: string;
  /** Where it listens unless somebody has said otherwise. */
  readonly usualUrl: string;
  /**
   * How it is told the account of a call: by a header of its own, or by the access key, which is the account where it has
   * 12 digits. Any other key means `defaultAccount` to it.
   */
  readonly account:
    | { readonly by: 'header'; readonly header: string }
    | { readonly by: 'access-key'; readonly defaultAccount: string };
  /** Paths of its own, which are no part of AWS's API. */
  readonly ownPaths: readonly string[];
}

export type PresetName = 'moto' | 'ministack' | 'floci' | 'localstack';

/** What most emulators agree on: a key of 12 digits is the account. */
const keyIsAccount = { by: 'access-key', defaultAccount: '000000000000' } as const;

/**
 * The emulators that Faultline knows. Sources: moto's "Multi-Account support" and "Non-Python SDK's / Server Mode";
 * LocalStack's "Multi-account setups"; the READMEs of MiniStack and floci.
 */
export const presets: Readonly<Record<PresetName, Preset>> = {
  moto: {
    name: 'moto',
    title: 'moto',
    usualUrl: 'http://127.0.0.1:5000',
    account: { by: 'header', header: 'x-moto-account-id' },
    ownPaths: ['/moto-api'],
  },
  ministack: {
    name: 'ministack',
    title: 'MiniStack',
    usualUrl: 'http://127.0.0.1:4566',
    account: keyIsAccount,
    ownPaths: [],
  },
  floci: {
    name: 'floci',
    title: 'floci',
    usualUrl: 'http://127.0.0.1:4566',
    account: keyIsAccount,
    ownPaths: [],
  },
  localstack: {
    name: 'localstack',
    title: 'LocalStack',
    usualUrl: 'http://127.0.0.1:4566',
    account: keyIsAccount,
    ownPaths: [],
  },
};

/** Whether a name is that of an emulator that is known. */
export const isPreset = (name: string): name is PresetName => Object.hasOwn(presets, name);
