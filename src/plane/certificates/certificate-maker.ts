import { X509Certificate } from 'node:crypto';
import type { CertificateMaker } from '../../aws/shared/certificate-maker.ts';
import { makeAuthority, signCertificate } from './issue-certificate.ts';
import { KeyPairs } from './key-types.ts';
import { contentsOf, readMaterial } from './read-certificate.ts';

/** X.509 with this host's cryptography. */
export const createCertificateMaker = (): CertificateMaker => {
  const keys = new KeyPairs();
  return {
    read: readMaterial,
    newAuthority: (name, notBefore, notAfter) =>
      makeAuthority(name, notBefore, notAfter, () => keys.take('EC_prime256v1')),
    issue: (authority, request) => {
      const { publicKey, privateKey } = keys.take(request.keyAlgorithm);
      const certificate = signCertificate(authority, request, publicKey);
      const contents = contentsOf(new X509Certificate(certificate));
      if (contents === undefined)
        throw new Error(`No certificate has a ${request.keyAlgorithm} key.`);
      return {
        certificate,
        chain: authority.chain,
        privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
        contents,
      };
    },
  };
};
