import type { WireCase } from './cases.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf';

/** A map of lists, and moments, in an answer of JSON 1.1. */
export const secretsmanagerCases: readonly WireCase[] = [
  {
    name: 'secretsmanager-describe-secret',
    client: 'secretsmanager',
    operation: 'DescribeSecret',
    input: { SecretId: 'db' },
    output: {
      ARN: arn,
      Name: 'db',
      LastChangedDate: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      VersionIdsToStages: { '12345678-1234-4234-8234-123456789012': ['AWSCURRENT', 'MINE'] },
      ReplicationStatus: [{ Region: 'eu-west-1', Status: 'InSync' }],
    },
  },
];
