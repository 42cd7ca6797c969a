import type { EC2 } from '@aws-sdk/client-ec2';

/**
 * Opens the default security group of a Region's default VPC to everyone, on every TCP port: as it comes, it lets in its
 * own members alone, and who launches without naming groups gets it. Does nothing where it is open already.
 */
export const letEveryoneIn = async (ec2: EC2): Promise<void> => {
  const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupNames: ['default'] });
  const [group] = SecurityGroups ?? [];
  const isOpen = group?.IpPermissions?.some(({ IpRanges }) =>
    IpRanges?.some(({ CidrIp }) => CidrIp === '0.0.0.0/0'),
  );
  if (isOpen === true) return;
  try {
    await ec2.authorizeSecurityGroupIngress({
      GroupId: group?.GroupId,
      IpProtocol: 'tcp',
      FromPort: 1,
      ToPort: 65_535,
      CidrIp: '0.0.0.0/0',
    });
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof Error && error.name === 'InvalidPermission.Duplicate')) throw error;
  }
};
