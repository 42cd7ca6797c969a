const dashed = (address: string): string => address.replaceAll('.', '-');

/**
 * The domain of instances' private names. us-east-1 is the Region that names without a Region belong to ("EC2 instance
 * hostnames and domains", User Guide).
 */
export const privateDomain = (region: string): string =>
  region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;

/** For example `ip-10-0-1-7.eu-west-1.compute.internal`. */
export const privateIpDnsName = (region: string, address: string): string =>
  `ip-${dashed(address)}.${privateDomain(region)}`;

/** For example `i-0123456789abcdef0.eu-west-1.compute.internal`. */
export const resourceDnsName = (region: string, instanceId: string): string =>
  `${instanceId}.${privateDomain(region)}`;

/** For example `ec2-52-1-2-3.eu-west-1.compute.amazonaws.com`. */
export const publicDnsName = (region: string, address: string): string =>
  region === 'us-east-1'
    ? `ec2-${dashed(address)}.compute-1.amazonaws.com`
    : `ec2-${dashed(address)}.${region}.compute.amazonaws.com`;
