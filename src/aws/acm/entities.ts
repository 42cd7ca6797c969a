import type { KeyAlgorithm } from '@aws-sdk/client-acm';
import { defineTable, type Entity } from '../../world/entity.ts';
import type { Authority, CertificateMaterial } from '../shared/certificate-maker.ts';

/** How a domain name of a requested certificate shows that it is the caller's. */
export interface DomainProof {
  readonly domainName: string;
  /** The CNAME record that is to be there: its name and its value, both with a final dot. */
  readonly recordName: string;
  readonly recordValue: string;
  /** World time when the record was seen; null until then. */
  readonly provenAt: number | null;
}

/** A certificate; the id is its ARN. */
export interface Certificate extends Entity {
  readonly origin: 'imported' | 'requested';
  /** The first of its domain names; empty of an imported one that has none. */
  readonly domainName: string;
  /** All of them, the first one too. */
  readonly domains: readonly string[];
  readonly keyAlgorithm: KeyAlgorithm;
  /** World time, milliseconds since 1970; so are the moments below. */
  readonly createdAt: number;
  /** When the contents that it has now were imported. */
  readonly importedAt: number | null;
  readonly issuedAt: number | null;
  /** `waiting` for the proofs of its domains, `given up` after three days; one that is `there` has material. */
  readonly state: 'waiting' | 'there' | 'given up';
  /** Null until it is there. */
  readonly material: CertificateMaterial | null;
  /** None of an imported one. */
  readonly proofs: readonly DomainProof[];
  readonly transparencyLogging: 'ENABLED' | 'DISABLED';
  readonly idempotencyToken: string | null;
}

export const Certificates = defineTable<Certificate>('acm-certificates', {
  idempotencyToken: (certificate) => certificate.idempotencyToken ?? undefined,
});

/** The authority of a Region, which belongs to no account; made when the first certificate is issued there. */
export interface RegionAuthority extends Entity, Authority {
  /** World time at which it signs no more. */
  readonly notAfter: number;
}

export const RegionAuthorities = defineTable<RegionAuthority>('acm-authorities');
