import { X509Certificate } from 'node:crypto';
import { ACM } from '@aws-sdk/client-acm';
import { describe, expect, it } from 'vitest';
import { createCertificateMaker } from '../../../src/plane/certificates/certificate-maker.ts';
import { awsClient, awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

/** An account of this walk alone: others count their hosted zones. */
const caller = { region: 'eu-west-1', accessKeyId: '333344445555' };

/** A certificate as a user's own authority makes it. */
const broughtAlong = () => {
  const maker = createCertificateMaker();
  const [notBefore, notAfter] = [Date.now() - 24 * 3_600_000, Date.now() + 3650 * 24 * 3_600_000];
  const authority = maker.newAuthority('Our own', notBefore, notAfter);
  const keyAlgorithm = 'EC_prime256v1';
  return maker.issue(authority, { domains: ['example.net'], keyAlgorithm, notBefore, notAfter });
};

/** Certificates that are asked for and proven by DNS, and such as somebody brings. */
export const walkCertificates = (world: () => Running): void => {
  const acm = (): ACM => awsClient(ACM, world().endpoint, caller);

  describe('certificates', () => {
    it('are issued to whoever has the name in DNS', async () => {
      const { route53 } = awsClients(world().endpoint, caller);
      const { CertificateArn } = await acm().requestCertificate({
        DomainName: 'certified.example',
        SubjectAlternativeNames: ['*.certified.example'],
        ValidationMethod: 'DNS',
        Tags: [{ Key: 'site', Value: 'shop' }],
      });
      expect(await refusalOf(acm().getCertificate({ CertificateArn }))).toMatchObject({
        code: 'RequestInProgressException',
      });
      const { Certificate } = await acm().describeCertificate({ CertificateArn });
      const record = given(Certificate?.DomainValidationOptions?.[0]?.ResourceRecord);
      const zone = await route53.createHostedZone({
        Name: 'certified.example',
        CallerReference: 'certificates',
      });
      await route53.changeResourceRecordSets({
        HostedZoneId: zone.HostedZone?.Id,
        ChangeBatch: {
          Changes: [
            {
              Action: 'CREATE',
              ResourceRecordSet: {
                Name: record.Name,
                Type: record.Type,
                TTL: 300,
                ResourceRecords: [{ Value: record.Value }],
              },
            },
          ],
        },
      });
      await eventually(async () => {
        const now = await acm().describeCertificate({ CertificateArn });
        return now.Certificate?.Status === 'ISSUED';
      });
      const got = await acm().getCertificate({ CertificateArn });
      const leaf = new X509Certificate(given(got.Certificate));
      expect(leaf.checkHost('shop.certified.example')).toBe('*.certified.example');
      expect(leaf.verify(new X509Certificate(given(got.CertificateChain)).publicKey)).toBe(true);
      const listed = await acm().listCertificates({ CertificateStatuses: ['ISSUED'] });
      expect(listed.CertificateSummaryList).toMatchObject([{ CertificateArn, InUse: false }]);
    });

    it('are taken from whoever brings them with their key', async () => {
      const { certificate, privateKey, chain } = broughtAlong();
      const input = {
        Certificate: Buffer.from(certificate),
        PrivateKey: Buffer.from(privateKey),
        CertificateChain: Buffer.from(chain ?? ''),
      };
      const { CertificateArn } = await acm().importCertificate(input);
      await acm().addTagsToCertificate({ CertificateArn, Tags: [{ Key: 'a', Value: '1' }] });
      await acm().removeTagsFromCertificate({ CertificateArn, Tags: [{ Key: 'b' }] });
      const { Tags } = await acm().listTagsForCertificate({ CertificateArn });
      expect(Tags).toEqual([{ Key: 'a', Value: '1' }]);
      const got = await acm().getCertificate({ CertificateArn });
      expect(got).toMatchObject({ Certificate: certificate, CertificateChain: chain });
      expect((await acm().importCertificate({ ...input, CertificateArn })).CertificateArn).toBe(
        CertificateArn,
      );
      const other = { ...input, PrivateKey: Buffer.from(broughtAlong().privateKey) };
      expect(await refusalOf(acm().importCertificate(other))).toMatchObject({
        code: 'ValidationException',
        message: 'The private key does not match the certificate.',
      });
      await acm().deleteCertificate({ CertificateArn });
      expect(await refusalOf(acm().describeCertificate({ CertificateArn }))).toMatchObject({
        code: 'ResourceNotFoundException',
        status: 400,
      });
    });

    it('say what is not built', async () => {
      const arn =
        'arn:aws:acm:eu-west-1:000000000000:certificate/12345678-1234-4234-8234-123456789012';
      const byMail = { DomainName: 'mail.example', ValidationMethod: 'EMAIL' as const };
      expect(await refusalOf(acm().requestCertificate(byMail))).toMatchObject({
        code: 'NotImplemented',
        message: expect.stringContaining('ask for ValidationMethod DNS'),
      });
      expect(await refusalOf(acm().renewCertificate({ CertificateArn: arn }))).toMatchObject({
        code: 'NotImplemented',
        status: 501,
      });
    });
  });
};
