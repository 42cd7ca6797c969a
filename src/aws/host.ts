import type { CertificateMaker } from './shared/certificate-maker.ts';
import type { KeyMaker } from './ec2/key-pairs.ts';
import type { KeyCryptography } from './kms/cryptography.ts';

/** What services take from the machine that runs them, since pure code has none of it. Each is read when first needed. */
export interface Host {
  /** Cryptography for EC2's key pairs. */
  keys(): Promise<KeyMaker>;
  /** X.509 for Certificate Manager; undefined where there is none. */
  certificates(): Promise<CertificateMaker | undefined>;
  /** Secret keys for KMS and who keeps secrets with it; undefined where there is none. */
  cryptography(): Promise<KeyCryptography | undefined>;
  /** Whether launches are refused whose user data asks for something that is not done here. */
  readonly isStrictAboutUserData?: boolean;
}

/** For worlds that must be the same at each run: what needs a host is refused there, not made up. */
export const noHost: Host = {
  keys: async () => (await import('./ec2/key-pairs.ts')).noKeyMaker,
  certificates: () => Promise.resolve(undefined),
  cryptography: () => Promise.resolve(undefined),
};
