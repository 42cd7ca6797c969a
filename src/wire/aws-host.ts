import { hostPrefixes } from './aws-operations.ts';

/** What a Host header of AWS's form says beside what is signed. */
export interface AwsHost {
  /** What stands before the Region: `ec2`, `api.ecr`, `s3`. */
  readonly prefix: string;
  /** Undefined in the names of what AWS has once: `sts.amazonaws.com`. */
  readonly region: string | undefined;
  /** The bucket of S3's virtual hosts: `pictures.s3.us-east-1.amazonaws.com`. */
  readonly bucket: string | undefined;
}

/** The name in a Host header, without its port and without the brackets of an IPv6 address; empty when it is none. */
export const hostName = (host: string): string => {
  if (host.startsWith('[')) {
    const end = host.indexOf(']');
    return /^\](?::\d*)?$/.test(host.slice(end)) ? host.slice(1, end).toLowerCase() : '';
  }
  const colon = host.indexOf(':');
  if (colon === -1) return host.toLowerCase();
  return /^\d*$/.test(host.slice(colon + 1)) ? host.slice(0, colon).toLowerCase() : '';
};

/** Under what AWS's endpoints stand, and what stands for it on this machine. */
const suffixes = ['.amazonaws.com', '.api.aws', '.localhost'];

const regionCode = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** `s3`, and as it was called before its names were as others': `s3-us-west-2`. */
const s3Label = /^s3(?:-(?<region>[a-z]{2}(?:-[a-z]+)+-\d+))?$/;

/** The labels of a name without those that say how an endpoint is reached. */
const labelsOf = (name: string): readonly string[] =>
  name.split('.').filter((label) => label !== 'dualstack' && label !== 'vpce');

const s3Host = (labels: readonly string[]): AwsHost | undefined => {
  // A bucket's name may have dots, and one of its labels may be `s3`: the last one is the service's.
  const at = labels.findLastIndex((label) => s3Label.test(label));
  const label = labels[at];
  if (label === undefined) return undefined;
  const [after, ...rest] = labels.slice(at + 1);
  if (rest.length > 0 || (after !== undefined && !regionCode.test(after))) return undefined;
  const bucket = labels.slice(0, at).join('.');
  return {
    prefix: 's3',
    region: after ?? s3Label.exec(label)?.groups?.['region'],
    bucket: bucket === '' ? undefined : bucket,
  };
};

const readName = (name: string): AwsHost | undefined => {
  const suffix = suffixes.find((end) => name.endsWith(end));
  if (suffix === undefined) return undefined;
  const labels = labelsOf(name.slice(0, -suffix.length));
  const s3 = s3Host(labels);
  if (s3 !== undefined) return s3;
  const last = labels.at(-1) ?? '';
  const region = regionCode.test(last) ? last : undefined;
  const named = region === undefined ? labels : labels.slice(0, -1);
  const prefix = named.join('.').replace(/-fips$/, '');
  return hostPrefixes().has(prefix) ? { prefix, region, bucket: undefined } : undefined;
};

/**
 * Reads a Host header in the forms that AWS's endpoints have: `ec2.us-east-1.amazonaws.com`, and on this machine
 * `ec2.us-east-1.localhost:4566`. Undefined for any other name, also for those that AWS gives to what belongs to its
 * customers, such as instances and balancers. Source: "AWS service endpoints", AWS General Reference; "Virtual hosting of
 * general purpose buckets", Amazon S3 User Guide.
 */
export const readAwsHost = (host: string | undefined): AwsHost | undefined =>
  host === undefined ? undefined : readName(hostName(host));
