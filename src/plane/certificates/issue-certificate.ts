import {
  createHash,
  createPrivateKey,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier as authorityKeyOid,
  id_ce_basicConstraints as basicConstraintsOid,
  id_ce_extKeyUsage as extendedKeyUsageOid,
  id_ce_keyUsage as keyUsageOid,
  id_ce_subjectAltName as alternativeNameOid,
  id_ce_subjectKeyIdentifier as subjectKeyOid,
  id_kp_serverAuth as serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import type { Authority, IssueRequest } from '../../aws/shared/certificate-maker.ts';
import type { KeyPair } from './key-types.ts';

/** ECDSA with SHA-256 (RFC 5758). */
const ecdsaSha256 = '1.2.840.10045.4.3.2';

interface Template {
  readonly subject: Readonly<Record<string, string>>;
  readonly publicKey: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Extension[];
}

/** Who signs: a certificate's subject, its key and the key's identifier. */
interface Signer {
  readonly name: Name;
  readonly keyId: Buffer;
  readonly privateKey: KeyObject;
}

const attributeOids: Readonly<Record<string, string>> = { CN: '2.5.4.3', O: '2.5.4.10' };

const nameOf = (attributes: Readonly<Record<string, string>>): Name =>
  new Name(
    Object.entries(attributes).map(
      ([attribute, utf8String]) =>
        new RelativeDistinguishedName([
          new AttributeTypeAndValue({
            type: attributeOids[attribute] ?? attribute,
            value: new AttributeValue({ utf8String }),
          }),
        ]),
    ),
  );

const bufferOf = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;

const infoOf = (publicKey: KeyObject): SubjectPublicKeyInfo =>
  AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);

/** RFC 5280, 4.2.1.2, method 1. */
const keyIdOf = (publicKey: KeyObject): Buffer =>
  createHash('sha1')
    .update(new Uint8Array(infoOf(publicKey).subjectPublicKey))
    .digest();

const extension = (extnID: string, value: unknown, critical = false): Extension =>
  new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });

/** A positive whole number of 16 random bytes, less one bit at its head (RFC 5280, 4.1.2.2). */
const serialNumber = (): ArrayBuffer => {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bufferOf(bytes);
};

const pemOf = (der: ArrayBuffer): string => new X509Certificate(Buffer.from(der)).toString();

const signed = (template: Template, signer: Signer): string => {
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaSha256 });
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: signer.name,
    validity: new Validity({
      notBefore: new Date(template.notBefore),
      notAfter: new Date(template.notAfter),
    }),
    subject: nameOf(template.subject),
    subjectPublicKeyInfo: infoOf(template.publicKey),
    extensions: new Extensions([
      ...template.extensions,
      extension(subjectKeyOid, new SubjectKeyIdentifier(bufferOf(keyIdOf(template.publicKey)))),
      extension(
        authorityKeyOid,
        new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(bufferOf(signer.keyId)) }),
      ),
    ]),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(body)), signer.privateKey);
  return pemOf(
    AsnConvert.serialize(
      new Certificate({
        tbsCertificate: body,
        signatureAlgorithm: algorithm,
        signatureValue: bufferOf(signature),
      }),
    ),
  );
};

const authorityExtensions = (pathLenConstraint: number): readonly Extension[] => [
  extension(basicConstraintsOid, new BasicConstraints({ cA: true, pathLenConstraint }), true),
  extension(
    keyUsageOid,
    new KeyUsage(
      KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
    ),
    true,
  ),
];

const organisation = 'Faultline';

/** A root and the authority below it that signs; the root's key is kept by nobody. */
export const makeAuthority = (
  name: string,
  notBefore: number,
  notAfter: number,
  newPair: () => KeyPair,
): Authority => {
  const [root, issuing] = [newPair(), newPair()];
  const rootSubject = { O: organisation, CN: `${name} Root` };
  const signer: Signer = {
    name: nameOf(rootSubject),
    keyId: keyIdOf(root.publicKey),
    privateKey: root.privateKey,
  };
  const validity = { notBefore, notAfter };
  const rootPem = signed(
    {
      ...validity,
      subject: rootSubject,
      publicKey: root.publicKey,
      extensions: authorityExtensions(1),
    },
    signer,
  );
  const issuingPem = signed(
    {
      ...validity,
      subject: { O: organisation, CN: name },
      publicKey: issuing.publicKey,
      extensions: authorityExtensions(0),
    },
    signer,
  );
  return {
    chain: `${issuingPem}${rootPem}`,
    privateKey: String(issuing.privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
};

/** A server's certificate as PEM, signed by an authority. */
export const signCertificate = (
  authority: Authority,
  { domains, notBefore, notAfter }: IssueRequest,
  publicKey: KeyObject,
): string => {
  const issuer = new X509Certificate(authority.chain);
  const [commonName = ''] = domains;
  const usage =
    publicKey.asymmetricKeyType === 'rsa'
      ? KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment
      : KeyUsageFlags.digitalSignature;
  return signed(
    {
      subject: { CN: commonName },
      publicKey,
      notBefore,
      notAfter,
      extensions: [
        extension(basicConstraintsOid, new BasicConstraints({ cA: false }), true),
        extension(keyUsageOid, new KeyUsage(usage), true),
        extension(extendedKeyUsageOid, new ExtendedKeyUsage([serverAuth])),
        extension(
          alternativeNameOid,
          new SubjectAlternativeName(domains.map((dNSName) => new GeneralName({ dNSName }))),
        ),
      ],
    },
    {
      name: AsnConvert.parse(issuer.raw, Certificate).tbsCertificate.subject,
      keyId: keyIdOf(issuer.publicKey),
      privateKey: createPrivateKey(authority.privateKey),
    },
  );
};
