/** The names that AWS itself answers for, beside hosted zones, and what such a name is for. */
export type AwsNameKind = 'balancer' | 'instance' | 'apex';

const balancerName = /^[^.].*\.elb(?:\.[a-z0-9-]+)?\.amazonaws\.com\.$/;
const instanceName =
  /^[^.].*\.(?:compute-1\.amazonaws\.com|compute\.amazonaws\.com|ec2\.internal|compute\.internal)\.$/;

/** Where AWS's zones of such names begin. */
const apexName =
  /^(?:(?:[a-z0-9-]+\.)?elb|elb\.[a-z0-9-]+|compute-1|(?:[a-z0-9-]+\.)?compute)\.amazonaws\.com\.$|^(?:ec2|(?:[a-z0-9-]+\.)?compute)\.internal\.$/;

/**
 * Tells load balancers' names (`name-123.us-east-1.elb.amazonaws.com.`, `name-1a2b.elb.us-east-1.amazonaws.com.`)
 * and instances' (`ec2-192-0-2-1.compute-1.amazonaws.com.`, `ip-10-0-1-7.eu-west-1.compute.internal.`) and
 * the zones that they are in (`us-east-1.elb.amazonaws.com.`) from all others.
 */
export const awsNameKind = (name: string): AwsNameKind | undefined => {
  if (apexName.test(name)) return 'apex';
  if (balancerName.test(name)) return 'balancer';
  return instanceName.test(name) ? 'instance' : undefined;
};

/**
 * The console writes `dualstack.` before a load balancer's name in aliases; with it and without it the name is
 * the same balancer's ("Values specific for simple alias records", Amazon Route 53 Developer Guide).
 */
export const withoutDualstack = (name: string): string => name.replace(/^dualstack\./, '');
