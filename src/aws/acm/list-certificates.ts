import type {
  CertificateSummary,
  Filters,
  ListCertificatesRequest,
  ListCertificatesResponse,
} from '@aws-sdk/client-acm';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import { statusOf } from './certificates.ts';
import { usersOf } from './certificate-users.ts';
import { Certificates, type Certificate } from './entities.ts';
import { invalidArguments, validation } from './errors.ts';

/** How many names a summary has ("SubjectAlternativeNameSummaries", CertificateSummary, API Reference). */
const summaryNames = 100;

const summaryOf = (view: View, certificate: Certificate): Plain<CertificateSummary> => {
  const { id, domainName, domains, importedAt, issuedAt, material } = certificate;
  const isImported = certificate.origin === 'imported';
  return {
    CertificateArn: id,
    ...(domainName === '' ? {} : { DomainName: domainName }),
    SubjectAlternativeNameSummaries: domains.slice(0, summaryNames),
    HasAdditionalSubjectAlternativeNames: domains.length > summaryNames,
    Status: statusOf(view, certificate),
    Type: isImported ? 'IMPORTED' : 'AMAZON_ISSUED',
    KeyAlgorithm: certificate.keyAlgorithm,
    KeyUsages: [...(material?.contents.keyUsages ?? [])],
    ExtendedKeyUsages: (material?.contents.extendedKeyUsages ?? []).map(({ name }) => name),
    ...(isImported ? {} : { ExportOption: 'DISABLED' as const }),
    InUse: usersOf(view, id).length > 0,
    RenewalEligibility: 'INELIGIBLE',
    ...(material === null
      ? {}
      : { NotBefore: material.contents.notBefore, NotAfter: material.contents.notAfter }),
    CreatedAt: certificate.createdAt,
    ...(issuedAt === null ? {} : { IssuedAt: issuedAt }),
    ...(importedAt === null ? {} : { ImportedAt: importedAt }),
  };
};

/** Each of these is in the list, or `ANY` asks for all ("Filters", API Reference). */
const hasAll = (wanted: readonly string[] | undefined, has: readonly string[]): boolean =>
  wanted === undefined || wanted.every((one) => one === 'ANY' || has.includes(one));

/** "Default filtering returns only RSA_2048 certificates" (ListCertificates, API Reference). */
const usualKeyTypes: readonly string[] = ['RSA_2048'];

const isIncluded = (
  filters: Plain<Filters>,
  { keyAlgorithm, material, origin }: Certificate,
): boolean => {
  const { keyTypes = usualKeyTypes, keyUsage, extendedKeyUsage, exportOption } = filters;
  const usages = material?.contents.keyUsages ?? [];
  const purposes = (material?.contents.extendedKeyUsages ?? []).map(({ name }) => name);
  return (
    keyTypes.includes(keyAlgorithm) &&
    hasAll(keyUsage, usages) &&
    hasAll(extendedKeyUsage, purposes) &&
    (exportOption === undefined || (exportOption === 'DISABLED' && origin === 'requested')) &&
    filters.managedBy === undefined
  );
};

const checkSort = ({
  SortBy: by,
  SortOrder: order,
}: Plain<ListCertificatesRequest>): DomainError | undefined =>
  (by === undefined) === (order === undefined)
    ? undefined
    : validation('SortBy and SortOrder must be specified together.');

/** ListCertificates, the oldest first unless the request says otherwise. */
export const listCertificates: Operation<ListCertificatesRequest, ListCertificatesResponse> = (
  tx,
  input,
) => {
  const badSort = checkSort(input);
  if (badSort !== undefined) return badSort;
  const { CertificateStatuses: statuses, Includes: filters = {} } = input;
  const found = tx
    .list(Certificates)
    .filter(
      (certificate) =>
        isIncluded(filters, certificate) &&
        (statuses === undefined || statuses.includes(statusOf(tx, certificate))),
    );
  const sorted = input.SortOrder === 'DESCENDING' ? found.toReversed() : found;
  const page = paginate(
    sorted,
    { token: input.NextToken, maxResults: input.MaxItems ?? 1000 },
    ({ id }) => id,
    () => invalidArguments('The NextToken is not one that was given here.'),
  );
  if (isDomainError(page)) return page;
  return {
    CertificateSummaryList: page.items.map((certificate) => summaryOf(tx, certificate)),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
};
