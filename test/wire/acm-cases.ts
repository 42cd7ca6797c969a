import type { WireCase } from './cases.ts';

const arn = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-4234-8234-123456789012';

/** Blobs in a request, and moments in an answer, of JSON 1.1. */
export const acmCases: readonly WireCase[] = [
  {
    name: 'acm-import-certificate',
    client: 'acm',
    operation: 'ImportCertificate',
    input: {
      Certificate: new Uint8Array([45, 45, 0, 255]),
      PrivateKey: new Uint8Array([1, 2, 3]),
      Tags: [{ Key: 'Name', Value: 'größer: 1 = @' }],
    },
    output: { CertificateArn: arn },
  },
  {
    name: 'acm-describe-certificate',
    client: 'acm',
    operation: 'DescribeCertificate',
    input: { CertificateArn: arn },
    output: {
      Certificate: {
        CertificateArn: arn,
        DomainName: 'example.com',
        SubjectAlternativeNames: ['example.com', '*.example.com'],
        DomainValidationOptions: [
          {
            DomainName: 'example.com',
            ValidationMethod: 'DNS',
            ValidationStatus: 'SUCCESS',
            ResourceRecord: {
              Name: '_0123.example.com.',
              Type: 'CNAME',
              Value: '_4567.abcdefghij.acm-validations.aws.',
            },
          },
        ],
        CreatedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
        NotAfter: Date.UTC(2026, 6, 19, 23, 59, 59),
        Status: 'ISSUED',
        KeyUsages: [{ Name: 'DIGITAL_SIGNATURE' }],
        InUseBy: [],
      },
    },
  },
];
