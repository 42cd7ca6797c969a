import type {
  DeleteServerCertificateRequest,
  GetServerCertificateRequest,
  GetServerCertificateResponse,
  ListServerCertificatesRequest,
  ListServerCertificatesResponse,
  ListServerCertificateTagsRequest,
  ListServerCertificateTagsResponse,
  ServerCertificateMetadata,
  TagServerCertificateRequest,
  UntagServerCertificateRequest,
  UpdateServerCertificateRequest,
  UploadServerCertificateRequest,
  UploadServerCertificateResponse,
} from '@aws-sdk/client-iam';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type {
  CertificateMaker,
  CertificateMaterial,
  MaterialProblem,
} from '../shared/certificate-maker.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import type { Late } from '../shared/late.ts';
import { addTags, forgetTags, tagsOf } from '../shared/tags.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import { ServerCertificates, type ServerCertificate } from './entities.ts';
import { alreadyExists, noSuchServerCertificate, quotaExceeded } from './errors.ts';
import { iamArn, newUniqueId } from './identifiers.ts';
import { listPage } from './paging.ts';
import { quotaIn } from './quotas.ts';
import { listTags, tagResource, untagResource } from './resource-tags.ts';

/** What reads certificates, where there is something that can. */
export type CertificateReading = Late<{ readonly maker: CertificateMaker | undefined }>;

const metadataOf = (certificate: ServerCertificate): Plain<ServerCertificateMetadata> => ({
  Path: certificate.path,
  ServerCertificateName: certificate.id,
  ServerCertificateId: certificate.certificateId,
  Arn: certificate.arn,
  UploadDate: certificate.createdAt,
  Expiration: certificate.expiresAt,
});

const malformed = (message: string): DomainError =>
  new DomainError('MalformedCertificate', message);

const faultOf = ({ problem }: MaterialProblem): DomainError => {
  switch (problem) {
    case 'key-of-another':
      return new DomainError('KeyPairMismatch', 'Private key does not match the certificate.');
    case 'key-unreadable':
    case 'key-encrypted':
    case 'key-unsupported':
      return malformed('Unable to parse private key.');
    case 'chain-unreadable':
    case 'chain-missing':
      return malformed('Unable to parse certificate chain.');
    case 'chain-broken':
      return malformed(
        'Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order.',
      );
    case 'certificate-unreadable':
    case 'certificate-not-alone':
      return malformed(
        'Unable to parse certificate. Please ensure the certificate is in PEM format.',
      );
  }
};

const certificateByName = (view: View, name: string | undefined): ServerCertificate | DomainError =>
  view.get(ServerCertificates, name ?? '') ?? noSuchServerCertificate(name ?? '');

/** The bytes of a PEM text: nothing but ASCII. */
const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);

const readUpload = (
  maker: CertificateMaker | undefined,
  input: Plain<UploadServerCertificateRequest>,
): CertificateMaterial | DomainError => {
  if (maker === undefined) {
    return new DomainError('ServiceFailure', 'Certificates cannot be read in this world.');
  }
  const { CertificateBody: body = '', PrivateKey: key = '', CertificateChain: chain } = input;
  const read = maker.read(
    bytesOf(body),
    bytesOf(key),
    chain === undefined ? undefined : bytesOf(chain),
    { mayLackChain: true },
  );
  return 'problem' in read ? faultOf(read) : read;
};

const checkNew = (tx: Tx, name: string): DomainError | undefined => {
  const isTaken = tx
    .list(ServerCertificates)
    .some(({ id }) => id.toLowerCase() === name.toLowerCase());
  if (isTaken) return alreadyExists(`The Server Certificate with name ${name}`);
  return tx.list(ServerCertificates).length >= quotaIn(tx, 'serverCertificatesPerAccount')
    ? quotaExceeded('ServerCertificatesPerAccount', quotaIn(tx, 'serverCertificatesPerAccount'))
    : undefined;
};

/** UploadServerCertificate. Errors: MalformedCertificate, KeyPairMismatch, EntityAlreadyExists. */
const uploadServerCertificate =
  (
    reading: CertificateReading,
  ): Operation<UploadServerCertificateRequest, UploadServerCertificateResponse> =>
  (tx, input) => {
    const { ServerCertificateName: name = '', Path: path = '/' } = input;
    const refusal = checkNew(tx, name);
    if (refusal !== undefined) return refusal;
    const read = readUpload(reading.value.maker, input);
    if (isDomainError(read)) return read;
    const certificate: ServerCertificate = {
      id: name,
      path,
      certificateId: newUniqueId('ASCA', tx.random('iam/server-certificates')),
      arn: iamArn(tx.account, 'server-certificate', path, name),
      body: input.CertificateBody ?? '',
      chain: input.CertificateChain ?? null,
      privateKey: read.privateKey,
      createdAt: wholeSecond(tx.now),
      expiresAt: read.contents.notAfter,
    };
    const badTags = tagResource(tx, certificate.arn, 'server-certificate', input.Tags);
    if (badTags !== undefined) return badTags;
    tx.put(ServerCertificates, certificate);
    const tags = tagsOf(tx, certificate.arn);
    return {
      ServerCertificateMetadata: metadataOf(certificate),
      ...(tags.length === 0 ? {} : { Tags: tags }),
    };
  };

/** GetServerCertificate: all but its private key. */
const getServerCertificate: Operation<GetServerCertificateRequest, GetServerCertificateResponse> = (
  tx,
  input,
) => {
  const certificate = certificateByName(tx, input.ServerCertificateName);
  if (isDomainError(certificate)) return certificate;
  return {
    ServerCertificate: {
      ServerCertificateMetadata: metadataOf(certificate),
      CertificateBody: certificate.body,
      ...(certificate.chain === null ? {} : { CertificateChain: certificate.chain }),
      Tags: tagsOf(tx, certificate.arn),
    },
  };
};

const listServerCertificates: Operation<
  ListServerCertificatesRequest,
  ListServerCertificatesResponse
> = (tx, input) => {
  const { PathPrefix: prefix = '/' } = input;
  const found = tx.list(ServerCertificates).filter(({ path }) => path.startsWith(prefix));
  const page = listPage(found, input, ({ id }) => id);
  if (isDomainError(page)) return page;
  const { items, ...rest } = page;
  return { ServerCertificateMetadataList: items.map(metadataOf), ...rest };
};

/** UpdateServerCertificate: another name or path; its ARN goes with them. */
const updateServerCertificate: Operation<UpdateServerCertificateRequest, Nothing> = (tx, input) => {
  const certificate = certificateByName(tx, input.ServerCertificateName);
  if (isDomainError(certificate)) return certificate;
  const { NewServerCertificateName: name = certificate.id, NewPath: path = certificate.path } =
    input;
  if (name !== certificate.id && tx.get(ServerCertificates, name) !== undefined) {
    return alreadyExists(`The Server Certificate with name ${name}`);
  }
  const arn = iamArn(tx.account, 'server-certificate', path, name);
  const tags = tagsOf(tx, certificate.arn);
  forgetTags(tx, certificate.arn);
  tx.delete(ServerCertificates, certificate.id);
  tx.put(ServerCertificates, { ...certificate, id: name, path, arn });
  return addTags(tx, arn, 'server-certificate', tags) ?? {};
};

const deleteServerCertificate: Operation<DeleteServerCertificateRequest, Nothing> = (tx, input) => {
  const certificate = certificateByName(tx, input.ServerCertificateName);
  if (isDomainError(certificate)) return certificate;
  tx.delete(ServerCertificates, certificate.id);
  forgetTags(tx, certificate.arn);
  return {};
};

const tagCertificate: Operation<TagServerCertificateRequest, Nothing> = (tx, input) => {
  const certificate = certificateByName(tx, input.ServerCertificateName);
  if (isDomainError(certificate)) return certificate;
  return tagResource(tx, certificate.arn, 'server-certificate', input.Tags) ?? {};
};

const untagCertificate: Operation<UntagServerCertificateRequest, Nothing> = (tx, input) => {
  const certificate = certificateByName(tx, input.ServerCertificateName);
  if (isDomainError(certificate)) return certificate;
  untagResource(tx, certificate.arn, input.TagKeys);
  return {};
};

const listCertificateTags: Operation<
  ListServerCertificateTagsRequest,
  ListServerCertificateTagsResponse
> = (tx, input) => {
  const certificate = certificateByName(tx, input.ServerCertificateName);
  return isDomainError(certificate) ? certificate : listTags(tx, certificate.arn, input);
};

/** Server certificates, which need X.509 to be read. */
export const serverCertificateOperations = (reading: CertificateReading) => ({
  DeleteServerCertificate: deleteServerCertificate,
  GetServerCertificate: getServerCertificate,
  ListServerCertificates: listServerCertificates,
  ListServerCertificateTags: listCertificateTags,
  TagServerCertificate: tagCertificate,
  UntagServerCertificate: untagCertificate,
  UpdateServerCertificate: updateServerCertificate,
  UploadServerCertificate: uploadServerCertificate(reading),
});
