import type { RequestCertificateRequest, RequestCertificateResponse } from '@aws-sdk/client-acm';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { newCertificateArn } from './certificate-arns.ts';
import { tagCertificate } from './certificate-tags.ts';
import { proofOf } from './domain-proofs.ts';
import { Certificates, type Certificate } from './entities.ts';
import { invalidParameter, limitExceeded, notBuilt } from './errors.ts';
import { beginLooking } from './issuing.ts';
import { quotaIn, tokenValidMs } from './quotas.ts';

type Input = Plain<RequestCertificateRequest>;

/** "KeyAlgorithm" of RequestCertificate, API Reference: what public certificates are issued with. */
const publicAlgorithms: ReadonlySet<string> = new Set([
  'RSA_2048',
  'EC_prime256v1',
  'EC_secp384r1',
]);

const checkKinds = (input: Input): DomainError | undefined => {
  const { ValidationMethod: method = 'EMAIL', KeyAlgorithm: algorithm = 'RSA_2048' } = input;
  if (method !== 'DNS') {
    return notBuilt(
      `validation by ${method} (no mail is delivered and no web is crawled here: ask for ValidationMethod DNS)`,
    );
  }
  if (input.Options?.Export === 'ENABLED') return notBuilt('certificates that can be exported');
  return publicAlgorithms.has(algorithm)
    ? undefined
    : invalidParameter(`The key algorithm ${algorithm} is not supported for public certificates.`);
};

/** The names of a certificate, each once, the main one first. */
const domainsOf = (tx: Tx, input: Input): readonly string[] | DomainError => {
  const names = [input.DomainName ?? '', ...(input.SubjectAlternativeNames ?? [])];
  const domains = [...new Set(names.map((name) => name.toLowerCase().replace(/\.$/, '')))];
  return domains.length > quotaIn(tx, 'domainsPerCertificate')
    ? limitExceeded(
        `The request has ${domains.length} domain names; a certificate can have ${quotaIn(tx, 'domainsPerCertificate')}.`,
      )
    : domains;
};

/** A certificate that was asked for with the same token and names within the hour. */
const askedBefore = (tx: Tx, token: string, domains: readonly string[]): Certificate | undefined =>
  tx
    .find(Certificates, 'idempotencyToken', token)
    .find(
      ({ createdAt, domains: others }) =>
        tx.now - createdAt < tokenValidMs && others.join(' ') === domains.join(' '),
    );

const checkQuota = (tx: Tx): DomainError | undefined =>
  tx.list(Certificates).filter(({ origin }) => origin === 'requested').length >=
  quotaIn(tx, 'certificatesPerRegion')
    ? limitExceeded(
        `You have reached the maximum number of certificates, ${quotaIn(tx, 'certificatesPerRegion')}. Delete certificates that are not in use, or ask for more.`,
      )
    : undefined;

/** RequestCertificate: it waits for the records that prove its names, and is issued once they are in this world's DNS. */
export const requestCertificate: Operation<
  RequestCertificateRequest,
  RequestCertificateResponse
> = (tx, input) => {
  const domains = domainsOf(tx, input);
  const refusal = checkKinds(input) ?? checkQuota(tx);
  if (refusal !== undefined) return refusal;
  if (isDomainError(domains)) return domains;
  const { IdempotencyToken: token, KeyAlgorithm: keyAlgorithm = 'RSA_2048' } = input;
  const known = token === undefined ? undefined : askedBefore(tx, token, domains);
  if (known !== undefined) return { CertificateArn: known.id };
  const arn = newCertificateArn(tx);
  const badTags = tagCertificate(tx, arn, input.Tags);
  if (badTags !== undefined) return badTags;
  tx.put(Certificates, {
    id: arn,
    origin: 'requested',
    domainName: domains[0] ?? '',
    domains,
    keyAlgorithm,
    createdAt: tx.now,
    importedAt: null,
    issuedAt: null,
    state: 'waiting',
    material: null,
    proofs: domains.map((domain) => proofOf(tx, domain)),
    transparencyLogging: input.Options?.CertificateTransparencyLoggingPreference ?? 'ENABLED',
    idempotencyToken: token ?? null,
  });
  beginLooking(tx, arn);
  return { CertificateArn: arn };
};
