import type {
  ImportCertificateRequest,
  ImportCertificateResponse,
  KeyUsageName,
} from '@aws-sdk/client-acm';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { existingCertificate, newCertificateArn } from './certificate-arns.ts';
import type {
  CertificateContents,
  CertificateMaker,
  CertificateMaterial,
  MaterialProblem,
} from '../shared/certificate-maker.ts';
import { tagCertificate } from './certificate-tags.ts';
import { Certificates, type Certificate } from './entities.ts';
import { limitExceeded, validation } from './errors.ts';
import { quotaIn } from './quotas.ts';

/** What is wrong with what was brought, in ACM's words where they are known. */
const wordsOf = (problem: MaterialProblem): string => {
  switch (problem.problem) {
    case 'certificate-unreadable':
      return 'The certificate is not PEM-encoded or is not valid.';
    case 'certificate-not-alone':
      return 'The certificate field contains more than one certificate. You can specify only one certificate in this field.';
    case 'key-unreadable':
      return 'The private key is not PEM-encoded or is not valid.';
    case 'key-encrypted':
      return 'The private key is encrypted. You must specify an unencrypted private key.';
    case 'key-unsupported':
      return 'The certificate has a key of a type or length that is not supported.';
    case 'key-of-another':
      return 'The private key does not match the certificate.';
    case 'chain-unreadable':
      return 'The certificate chain is not PEM-encoded or is not valid.';
    case 'chain-missing':
      return 'Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or certificate chain.';
    case 'chain-broken':
      return `Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: ${problem.index}`;
  }
};

/** "The current time must be between the Not Before and Not After certificate fields" (ImportCertificate, API Reference). */
const checkTime = (
  view: View,
  { notBefore, notAfter }: CertificateContents,
): DomainError | undefined => {
  if (view.now < notBefore) return validation('The certificate is not in force yet, is not valid.');
  return view.now > notAfter ? validation('The certificate has expired, is not valid.') : undefined;
};

const readInput = (
  tx: Tx,
  maker: CertificateMaker,
  input: Plain<ImportCertificateRequest>,
): CertificateMaterial | DomainError => {
  const { Certificate: certificate, PrivateKey: key, CertificateChain: chain } = input;
  const none = new Uint8Array();
  const read = maker.read(certificate ?? none, key ?? none, chain);
  if ('problem' in read) return validation(wordsOf(read));
  return checkTime(tx, read.contents) ?? read;
};

const domainsOf = ({ domains, commonName }: CertificateContents): readonly string[] => {
  if (domains.length > 0) return domains;
  return commonName !== null && /^[\w*.-]+\.[\w-]+$/.test(commonName) ? [commonName] : [];
};

const lost = (
  before: readonly KeyUsageName[],
  now: readonly KeyUsageName[],
): KeyUsageName | undefined =>
  now.length === 0 ? before[0] : before.find((usage) => !now.includes(usage));

/** What a certificate must keep when it is imported again ("Reimport a certificate", ACM User Guide). */
const checkReimport = (
  before: Certificate,
  { contents }: CertificateMaterial,
): DomainError | undefined => {
  if (before.origin !== 'imported') {
    return validation(
      `The certificate ${before.id} was not imported, and cannot be imported again.`,
    );
  }
  if (contents.keyAlgorithm !== before.keyAlgorithm) {
    return validation(
      `The key type and size of a certificate cannot change: it has ${before.keyAlgorithm}, not ${contents.keyAlgorithm}.`,
    );
  }
  if (before.domains.length > 0 && domainsOf(contents).length === 0) {
    return validation('You cannot remove all of the domain names from a certificate.');
  }
  const missing = lost(before.material?.contents.keyUsages ?? [], contents.keyUsages);
  return missing === undefined
    ? undefined
    : validation(`You cannot remove the key usage ${missing} from a certificate.`);
};

const put = (
  tx: Tx,
  arn: string,
  material: CertificateMaterial,
  before: Certificate | undefined,
): void => {
  const { contents } = material;
  const domains = domainsOf(contents);
  tx.put(Certificates, {
    id: arn,
    origin: 'imported',
    domainName:
      contents.commonName !== null && domains.includes(contents.commonName)
        ? contents.commonName
        : (domains[0] ?? ''),
    domains,
    keyAlgorithm: contents.keyAlgorithm,
    createdAt: before?.createdAt ?? tx.now,
    importedAt: tx.now,
    issuedAt: null,
    state: 'there',
    material,
    proofs: [],
    transparencyLogging: before?.transparencyLogging ?? 'DISABLED',
    idempotencyToken: null,
  });
};

const importAgain = (
  tx: Tx,
  arn: string,
  material: CertificateMaterial,
  hasTags: boolean,
): Plain<ImportCertificateResponse> | DomainError => {
  const before = existingCertificate(tx, arn);
  if (isDomainError(before)) return before;
  if (hasTags) return validation('You cannot apply resource tags when reimporting a certificate.');
  const refusal = checkReimport(before, material);
  if (refusal !== undefined) return refusal;
  put(tx, arn, material, before);
  return { CertificateArn: arn };
};

/** ImportCertificate: a new certificate, or with an ARN other contents of one that was imported before. */
export const importCertificate =
  (maker: CertificateMaker): Operation<ImportCertificateRequest, ImportCertificateResponse> =>
  (tx, input) => {
    const material = readInput(tx, maker, input);
    if (isDomainError(material)) return material;
    if (input.CertificateArn !== undefined) {
      return importAgain(tx, input.CertificateArn, material, (input.Tags ?? []).length > 0);
    }
    const imported = tx.list(Certificates).filter(({ origin }) => origin === 'imported');
    if (imported.length >= quotaIn(tx, 'importedPerRegion')) {
      return limitExceeded(
        `You have reached the maximum number of imported certificates. Delete certificates that are not in use, or ask for more than ${quotaIn(tx, 'importedPerRegion')}.`,
      );
    }
    const arn = newCertificateArn(tx);
    const badTags = tagCertificate(tx, arn, input.Tags);
    if (badTags !== undefined) return badTags;
    put(tx, arn, material, undefined);
    return { CertificateArn: arn };
  };
