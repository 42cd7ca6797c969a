import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Certificate,
  ExtendedKeyUsage,
  id_ce_extKeyUsage as extendedKeyUsageOid,
  id_ce_keyUsage as keyUsageOid,
  id_ce_subjectAltName as alternativeNameOid,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
  type Name,
} from '@peculiar/asn1-x509';
import type { ExtendedKeyUsageName, KeyUsageName } from '@aws-sdk/client-acm';
import type {
  CertificateContents,
  CertificateMaterial,
  MaterialProblem,
} from '../../aws/shared/certificate-maker.ts';
import { algorithmOf } from './key-types.ts';

/** The attributes of distinguished names, by OID (RFC 4519). */
const attributeNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
};

/** Signature algorithms by OID (RFC 4055, RFC 5758), in ACM's words. */
const signatureNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'SHA1WITHRSA',
  '1.2.840.113549.1.1.11': 'SHA256WITHRSA',
  '1.2.840.113549.1.1.12': 'SHA384WITHRSA',
  '1.2.840.113549.1.1.13': 'SHA512WITHRSA',
  '1.2.840.10045.4.3.2': 'SHA256WITHECDSA',
  '1.2.840.10045.4.3.3': 'SHA384WITHECDSA',
  '1.2.840.10045.4.3.4': 'SHA512WITHECDSA',
};

/** RFC 5280, 4.2.1.3, in ACM's words. */
const keyUsageNames: readonly (readonly [number, KeyUsageName])[] = [
  [KeyUsageFlags.digitalSignature, 'DIGITAL_SIGNATURE'],
  [KeyUsageFlags.nonRepudiation, 'NON_REPUDIATION'],
  [KeyUsageFlags.keyEncipherment, 'KEY_ENCIPHERMENT'],
  [KeyUsageFlags.dataEncipherment, 'DATA_ENCIPHERMENT'],
  [KeyUsageFlags.keyAgreement, 'KEY_AGREEMENT'],
  [KeyUsageFlags.keyCertSign, 'CERTIFICATE_SIGNING'],
  [KeyUsageFlags.cRLSign, 'CRL_SIGNING'],
  [KeyUsageFlags.encipherOnly, 'ENCIPHER_ONLY'],
  [KeyUsageFlags.decipherOnly, 'DECIPHER_ONLY'],
];

/** RFC 5280, 4.2.1.12, in ACM's words. */
const extendedKeyUsageNames: Readonly<Record<string, ExtendedKeyUsageName>> = {
  '1.3.6.1.5.5.7.3.1': 'TLS_WEB_SERVER_AUTHENTICATION',
  '1.3.6.1.5.5.7.3.2': 'TLS_WEB_CLIENT_AUTHENTICATION',
  '1.3.6.1.5.5.7.3.3': 'CODE_SIGNING',
  '1.3.6.1.5.5.7.3.4': 'EMAIL_PROTECTION',
  '1.3.6.1.5.5.7.3.5': 'IPSEC_END_SYSTEM',
  '1.3.6.1.5.5.7.3.6': 'IPSEC_TUNNEL',
  '1.3.6.1.5.5.7.3.7': 'IPSEC_USER',
  '1.3.6.1.5.5.7.3.8': 'TIME_STAMPING',
  '1.3.6.1.5.5.7.3.9': 'OCSP_SIGNING',
  '2.5.29.37.0': 'ANY',
};

const attributesOf = (name: Name): readonly (readonly [string, string])[] =>
  [...name].flatMap((relative) =>
    [...relative].map(
      ({ type, value }) => [attributeNames[type] ?? type, value.toString()] as const,
    ),
  );

/** The most specific attribute first, as ACM shows it. */
const textOf = (name: Name): string =>
  attributesOf(name)
    .toReversed()
    .map(([attribute, value]) => `${attribute}=${value}`)
    .join(',');

const attributeOf = (name: Name, wanted: string): string | undefined =>
  attributesOf(name).find(([attribute]) => attribute === wanted)?.[1];

const pairsOfDigits = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');

const usagesOf = (usage: KeyUsage | undefined): readonly KeyUsageName[] => {
  const flags = usage?.toNumber() ?? 0;
  return keyUsageNames.flatMap(([flag, name]) => ((flags & flag) === 0 ? [] : [name]));
};

/** What a certificate says, from its DER; undefined when its key is of a kind that ACM does not take. */
export const contentsOf = (x509: X509Certificate): CertificateContents | undefined => {
  const keyAlgorithm = algorithmOf(x509.publicKey);
  if (keyAlgorithm === undefined) return undefined;
  const { tbsCertificate: body, signatureAlgorithm } = AsnConvert.parse(x509.raw, Certificate);
  const extension = (oid: string): ArrayBuffer | undefined =>
    body.extensions?.find(({ extnID }) => extnID === oid)?.extnValue.buffer;
  const [names, usage, purposes] = [alternativeNameOid, keyUsageOid, extendedKeyUsageOid].map(
    extension,
  );
  const domains =
    names === undefined
      ? []
      : [...AsnConvert.parse(names, SubjectAlternativeName)].flatMap(
          ({ dNSName }) => dNSName ?? [],
        );
  return {
    domains,
    subject: textOf(body.subject),
    commonName: attributeOf(body.subject, 'CN') ?? null,
    issuer: attributeOf(body.issuer, 'O') ?? attributeOf(body.issuer, 'CN') ?? textOf(body.issuer),
    serial: pairsOfDigits(body.serialNumber),
    notBefore: x509.validFromDate.getTime(),
    notAfter: x509.validToDate.getTime(),
    keyAlgorithm,
    signatureAlgorithm:
      signatureNames[signatureAlgorithm.algorithm] ?? signatureAlgorithm.algorithm,
    keyUsages: usagesOf(usage === undefined ? undefined : AsnConvert.parse(usage, KeyUsage)),
    extendedKeyUsages: (purposes === undefined
      ? []
      : [...AsnConvert.parse(purposes, ExtendedKeyUsage)]
    ).map((oid) => ({ name: extendedKeyUsageNames[oid] ?? 'CUSTOM', oid })),
  };
};

const blocks = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, in their order; undefined when one of them is none. */
const certificatesIn = (pem: Uint8Array): readonly X509Certificate[] | undefined => {
  try {
    return (Buffer.from(pem).toString('latin1').match(blocks) ?? []).map(
      (text) => new X509Certificate(text),
    );
  } catch (error) {
    // OpenSSL's errors have a code; anything else is a bug.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
};

const readKey = (pem: Uint8Array): KeyObject | MaterialProblem => {
  const text = Buffer.from(pem).toString('latin1');
  if (/ENCRYPTED/.test(text)) return { problem: 'key-encrypted' };
  try {
    return createPrivateKey(text);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { problem: 'key-unreadable' };
    throw error;
  }
};

/** The first certificate of a chain that did not sign the one before it. */
const brokenAt = (certificate: X509Certificate, chain: readonly X509Certificate[]): number =>
  chain.findIndex((above, at) => {
    const below = at === 0 ? certificate : chain[at - 1];
    return below === undefined || !below.checkIssued(above) || !below.verify(above.publicKey);
  });

const isSelfSigned = (certificate: X509Certificate): boolean =>
  certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);

/** Reads a certificate, its key and its chain, and holds them against each other. */
export const readMaterial = (
  certificatePem: Uint8Array,
  keyPem: Uint8Array,
  chainPem: Uint8Array | undefined,
  { mayLackChain }: { readonly mayLackChain: boolean } = { mayLackChain: false },
): CertificateMaterial | MaterialProblem => {
  const [certificate, ...more] = certificatesIn(certificatePem) ?? [];
  if (certificate === undefined) return { problem: 'certificate-unreadable' };
  if (more.length > 0) return { problem: 'certificate-not-alone' };
  const key = readKey(keyPem);
  if ('problem' in key) return key;
  const contents = contentsOf(certificate);
  if (contents === undefined) return { problem: 'key-unsupported' };
  if (!certificate.checkPrivateKey(key)) return { problem: 'key-of-another' };
  const chain = chainPem === undefined ? [] : certificatesIn(chainPem);
  if (chain === undefined || (chainPem !== undefined && chain.length === 0)) {
    return { problem: 'chain-unreadable' };
  }
  if (chain.length === 0 && !mayLackChain && !isSelfSigned(certificate)) {
    return { problem: 'chain-missing' };
  }
  const index = brokenAt(certificate, chain);
  if (index !== -1) return { problem: 'chain-broken', index };
  return {
    certificate: certificate.toString(),
    chain: chain.length === 0 ? null : chain.map(String).join(''),
    privateKey: String(key.export({ type: 'pkcs8', format: 'pem' })),
    contents,
  };
};
