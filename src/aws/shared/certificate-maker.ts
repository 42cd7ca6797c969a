import type { ExtendedKeyUsageName, KeyAlgorithm, KeyUsageName } from '@aws-sdk/client-acm';

/** What an X.509 certificate says of itself. */
export interface CertificateContents {
  /** The domain names of its subject alternative names, in their order. */
  readonly domains: readonly string[];
  /** Distinguished names as ACM writes them: `CN=example.com,O=Example`. */
  readonly subject: string;
  readonly commonName: string | null;
  /** The organisation of its issuer, or the issuer's common name. */
  readonly issuer: string;
  /** Hexadecimal digits in pairs, with colons between. */
  readonly serial: string;
  /** World time, milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly keyAlgorithm: KeyAlgorithm;
  /** ACM's word for it, for example `SHA256WITHRSA`. */
  readonly signatureAlgorithm: string;
  readonly keyUsages: readonly KeyUsageName[];
  readonly extendedKeyUsages: readonly {
    readonly name: ExtendedKeyUsageName;
    readonly oid: string;
  }[];
}

/** A certificate with its private key and the chain above it, as PEM texts. */
export interface CertificateMaterial {
  readonly certificate: string;
  /** The certificates above it, the nearest first; null of one that signed itself and came alone. */
  readonly chain: string | null;
  /** Unencrypted, PKCS #8. */
  readonly privateKey: string;
  readonly contents: CertificateContents;
}

/** What is wrong with a certificate that somebody brings. */
export type MaterialProblem =
  | {
      readonly problem:
        | 'certificate-unreadable'
        | 'certificate-not-alone'
        | 'key-unreadable'
        | 'key-encrypted'
        | 'key-unsupported'
        | 'key-of-another'
        | 'chain-unreadable'
        | 'chain-missing';
    }
  /** The place in the chain, from 0, of the certificate that does not follow. */
  | { readonly problem: 'chain-broken'; readonly index: number };

/** A certificate authority that signs what ACM issues. */
export interface Authority {
  /** The certificate that signs, then the root above it. */
  readonly chain: string;
  readonly privateKey: string;
}

/** What is to be issued. */
export interface IssueRequest {
  /** The first is the subject's common name. */
  readonly domains: readonly string[];
  readonly keyAlgorithm: KeyAlgorithm;
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * X.509 from outside: pure code has no cryptography, and private keys must come from real randomness rather than from the
 * world's seed. What it makes decides nothing else in the world.
 */
export interface CertificateMaker {
  /**
   * Reads what somebody brings, all of it PEM, and holds certificate, key and chain against each other. With `mayLackChain` one
   * that somebody else signed may come alone.
   */
  read(
    certificate: Uint8Array,
    privateKey: Uint8Array,
    chain: Uint8Array | undefined,
    options?: { readonly mayLackChain: boolean },
  ): CertificateMaterial | MaterialProblem;
  /** A new authority with a root of its own. `name` is its common name. */
  newAuthority(name: string, notBefore: number, notAfter: number): Authority;
  issue(authority: Authority, request: IssueRequest): CertificateMaterial;
}
