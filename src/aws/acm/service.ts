import type { DomainError } from '../../world/domain-error.ts';
import type { Service } from '../operation.ts';
import { about } from './about.ts';
import type { CertificateMaker } from '../shared/certificate-maker.ts';
import {
  addTagsToCertificate,
  listTagsForCertificate,
  removeTagsFromCertificate,
} from './certificate-tags.ts';
import { deleteCertificate, describeCertificate, getCertificate } from './certificates.ts';
import { notBuilt } from './errors.ts';
import { importCertificate } from './import-certificate.ts';
import { certificateTimers } from './issuing.ts';
import { listCertificates } from './list-certificates.ts';
import { requestCertificate } from './request-certificate.ts';

const withoutCryptography = (): DomainError => notBuilt('cryptography for this world');

/** What needs a maker of certificates, or refuses where there is none. */
const madeWith = (maker: CertificateMaker | undefined): Pick<Service, 'operations' | 'timers'> =>
  maker === undefined
    ? {
        operations: {
          ImportCertificate: withoutCryptography,
          RequestCertificate: withoutCryptography,
        },
      }
    : {
        timers: certificateTimers(maker),
        operations: {
          ImportCertificate: importCertificate(maker),
          RequestCertificate: requestCertificate,
        },
      };

/** Certificate Manager with what reads and makes its certificates. */
export const acmWith = (maker: CertificateMaker | undefined): Service => ({
  ...about,
  refuses: {
    ListCertificates: ['CertificateKeyPairOrigins', 'RootHierarchyTypes'],
    RequestCertificate: [
      'CertificateAuthorityArn',
      'CertificateUsage',
      'DomainValidationOptions',
      'ManagedBy',
      'Options.ValidationMethod',
      'RootHierarchyType',
    ],
  },
  timers: madeWith(maker).timers ?? {},
  operations: {
    ...madeWith(maker).operations,
    AddTagsToCertificate: addTagsToCertificate,
    DeleteCertificate: deleteCertificate,
    DescribeCertificate: describeCertificate,
    GetCertificate: getCertificate,
    ListCertificates: listCertificates,
    ListTagsForCertificate: listTagsForCertificate,
    RemoveTagsFromCertificate: removeTagsFromCertificate,
  },
});
