import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import { Certificates, type Certificate } from './entities.ts';
import { invalidArn, notFound } from './errors.ts';

/** The ARN of a new certificate: its id is a UUID. */
export const newCertificateArn = (tx: Tx): string => {
  const digits = tx.random('acm/ids').hex(32);
  // Version 4, variant 1 (RFC 9562).
  const uuid = digits.replace(
    /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/,
    (_, a: string, b: string, c: string, d: string, e: string) => `${a}-${b}-4${c}-8${d}-${e}`,
  );
  return `arn:aws:acm:${tx.shard}:${tx.account}:certificate/${uuid}`;
};

/** The certificate of an ARN. Errors: InvalidArnException, ResourceNotFoundException. */
export const existingCertificate = (
  view: View,
  arn: string | undefined = '',
): Certificate | DomainError => {
  if (arn.split(':')[5]?.startsWith('certificate/') !== true) return invalidArn(arn);
  return view.get(Certificates, arn) ?? notFound(arn);
};

/** What comes of a certificate, or the error that it is not there. */
export const withCertificate = <T>(
  view: View,
  arn: string | undefined,
  run: (certificate: Certificate) => T | DomainError,
): T | DomainError => {
  const certificate = existingCertificate(view, arn);
  return isDomainError(certificate) ? certificate : run(certificate);
};
