import type { MetadataDirectory } from './instance-metadata.ts';

/** The role of an instance as its metadata service tells of it. */
export interface RoleMetadata {
  readonly profileArn: string;
  readonly profileId: string;
  /** World time, milliseconds since 1970. */
  readonly updatedAtMs: number;
  /** Undefined when the profile is gone or holds no role. */
  readonly role?: {
    readonly name: string;
    /** Undefined when the role does not trust EC2. */
    readonly credentials:
      | {
          readonly accessKeyId: string;
          readonly secretAccessKey: string;
          readonly sessionToken: string;
          /** World time, milliseconds since 1970. */
          readonly expiresAt: number;
        }
      | undefined;
  };
}

const secondText = (worldMs: number): string =>
  new Date(worldMs).toISOString().replace(/\.\d+Z$/, 'Z');

const jsonText = (value: object): string => JSON.stringify(value, undefined, 2);

/**
 * What stands under `meta-data/iam`. Codes and messages are those that the service is known to answer with ("Troubleshoot IAM and
 * Amazon EC2", IAM User Guide).
 */
export const roleDirectory = (known: RoleMetadata): MetadataDirectory => {
  const LastUpdated = secondText(known.updatedAtMs);
  if (known.role === undefined) {
    const Message = `Instance Profile ${known.profileArn} cannot be found, or has no role. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html.`;
    return { info: jsonText({ Code: 'InstanceProfileNotFound', Message, LastUpdated }) };
  }
  const { name, credentials } = known.role;
  const document =
    credentials === undefined
      ? {
          Code: 'AssumeRoleUnauthorizedAccess',
          Message: `EC2 cannot assume the role ${name}. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html.`,
          LastUpdated,
        }
      : {
          Code: 'Success',
          LastUpdated,
          Type: 'AWS-HMAC',
          AccessKeyId: credentials.accessKeyId,
          SecretAccessKey: credentials.secretAccessKey,
          Token: credentials.sessionToken,
          Expiration: secondText(credentials.expiresAt),
        };
  return {
    info: jsonText({
      Code: 'Success',
      LastUpdated,
      InstanceProfileArn: known.profileArn,
      InstanceProfileId: known.profileId,
    }),
    'security-credentials': { [name]: jsonText(document) },
  };
};
