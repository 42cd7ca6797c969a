import type {
  CertificateDetail,
  CertificateStatus,
  DeleteCertificateRequest,
  DescribeCertificateRequest,
  DescribeCertificateResponse,
  DomainValidation,
  GetCertificateRequest,
  GetCertificateResponse,
} from '@aws-sdk/client-acm';
import type { View } from '../../world/transaction.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { withCertificate } from './certificate-arns.ts';
import { usersOf } from './certificate-users.ts';
import { Certificates, type Certificate, type DomainProof } from './entities.ts';
import { inUse, neverIssued, notYetIssued } from './errors.ts';
import { stopLooking } from './issuing.ts';

/** ACM's word for how a certificate stands now. */
export const statusOf = (view: View, { state, material }: Certificate): CertificateStatus => {
  switch (state) {
    case 'waiting':
      return 'PENDING_VALIDATION';
    case 'given up':
      return 'VALIDATION_TIMED_OUT';
    case 'there':
      return material !== null && material.contents.notAfter < view.now ? 'EXPIRED' : 'ISSUED';
  }
};

const validationOf = (
  { domainName, recordName, recordValue, provenAt }: DomainProof,
  { state }: Certificate,
): Plain<DomainValidation> => ({
  DomainName: domainName,
  ValidationDomain: domainName,
  ValidationMethod: 'DNS',
  ValidationStatus:
    provenAt !== null ? 'SUCCESS' : state === 'given up' ? 'FAILED' : 'PENDING_VALIDATION',
  ResourceRecord: { Name: recordName, Type: 'CNAME', Value: recordValue },
});

/** Of an issued or imported certificate: what it says of itself. */
const contentsDetail = ({ material }: Certificate): Partial<Plain<CertificateDetail>> => {
  if (material === null) return {};
  const { contents } = material;
  return {
    Subject: contents.subject,
    Issuer: contents.issuer,
    Serial: contents.serial,
    NotBefore: contents.notBefore,
    NotAfter: contents.notAfter,
    SignatureAlgorithm: contents.signatureAlgorithm,
    KeyUsages: contents.keyUsages.map((Name) => ({ Name })),
    ExtendedKeyUsages: contents.extendedKeyUsages.map(({ name, oid }) => ({
      Name: name,
      OID: oid,
    })),
  };
};

const detailOf = (view: View, certificate: Certificate): Plain<CertificateDetail> => {
  const { id, domainName, domains, importedAt, issuedAt, proofs } = certificate;
  const isImported = certificate.origin === 'imported';
  return {
    CertificateArn: id,
    ...(domainName === '' ? {} : { DomainName: domainName, Subject: `CN=${domainName}` }),
    ...(domains.length === 0 ? {} : { SubjectAlternativeNames: [...domains] }),
    ...(isImported
      ? {}
      : { DomainValidationOptions: proofs.map((proof) => validationOf(proof, certificate)) }),
    CreatedAt: certificate.createdAt,
    ...(importedAt === null ? {} : { ImportedAt: importedAt }),
    ...(issuedAt === null ? {} : { IssuedAt: issuedAt }),
    Status: statusOf(view, certificate),
    KeyAlgorithm: certificate.keyAlgorithm,
    ...contentsDetail(certificate),
    InUseBy: [...usersOf(view, id)],
    Type: isImported ? 'IMPORTED' : 'AMAZON_ISSUED',
    // Nothing is renewed here: `README.md`.
    RenewalEligibility: 'INELIGIBLE',
    Options: {
      CertificateTransparencyLoggingPreference: certificate.transparencyLogging,
      ...(isImported ? {} : { Export: 'DISABLED' as const }),
    },
  };
};

export const describeCertificate: Operation<
  DescribeCertificateRequest,
  DescribeCertificateResponse
> = (tx, input) =>
  withCertificate(tx, input.CertificateArn, (certificate) => ({
    Certificate: detailOf(tx, certificate),
  }));

/** GetCertificate: the certificate and the chain above it, as PEM. */
export const getCertificate: Operation<GetCertificateRequest, GetCertificateResponse> = (
  tx,
  input,
) =>
  withCertificate(tx, input.CertificateArn, ({ id, state, material }) => {
    if (material === null) return state === 'waiting' ? notYetIssued(id) : neverIssued(id);
    const { certificate, chain } = material;
    return { Certificate: certificate, ...(chain === null ? {} : { CertificateChain: chain }) };
  });

export const deleteCertificate: Operation<DeleteCertificateRequest, Nothing> = (tx, input) =>
  withCertificate(tx, input.CertificateArn, ({ id }) => {
    if (usersOf(tx, id).length > 0) return inUse(id);
    stopLooking(tx, id);
    forgetTags(tx, id);
    tx.delete(Certificates, id);
    return {};
  });
