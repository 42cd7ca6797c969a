import type { BotocoreShape } from './botocore.ts';

/** The least and the most of a number, or of a list's length. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** What the EC2 API Reference says of pages and botocore's documentation does not repeat. */
const ofReference: Readonly<Record<string, Bounds>> = {
  'ec2:DescribeInstances:MaxResults': { min: 5, max: 1000 },
  // "If MaxResults is given a value larger than 1000, only 1000 results are returned."
  'ec2:DescribeInstanceStatus:MaxResults': { min: 5 },
  'ec2:DescribeSnapshots:MaxResults': { min: 5 },
  'ec2:DescribeVolumes:MaxResults': { min: 5 },
  'ec2:DescribeVolumeStatus:MaxResults': { min: 5 },
};

/** Members whose bounds their operation checks itself, in words that AWS has for them alone. */
const checkedByOperation: ReadonlySet<string> = new Set([
  'autoscaling:DescribeAutoScalingGroups:AutoScalingGroupNames',
]);

/** How documentation words bounds of numbers; only of those that say how much a page holds. */
const ofPages = [/between (?<min>\d+) and (?<max>\d+)/, /maximum value is (?<max>\d+)/];

/** How documentation words the length of a list. */
const ofLists = [
  /Maximum number of (?<max>\d+) items/,
  /The maximum number allowed is (?<max>\d+)/,
  /Maximum (?<max>\d+) explicitly specified/,
  /You can (?:only )?(?:specify|provide) up to (?<max>\d+) /,
];

/**
 * The bounds that AWS documents for a member of an operation's input and botocore's model has not; undefined when there are
 * none. `documentation` is botocore's text of the member.
 */
export const documentedBounds = (
  operation: string,
  member: string,
  shape: BotocoreShape,
  documentation: string,
): Bounds | undefined => {
  const key = `${operation}:${member}`;
  if (checkedByOperation.has(key)) return undefined;
  if (shape['min'] !== undefined || shape['max'] !== undefined) return undefined;
  const isPage = shape.type === 'integer' && /^Max(Results|Records|Items)$/.test(member);
  const patterns = isPage ? ofPages : shape.type === 'list' ? ofLists : [];
  const text = documentation.replaceAll(/<[^>]+>/g, '');
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.groups;
    if (found === undefined) continue;
    const { min, max } = found;
    return {
      ...(min === undefined ? {} : { min: Number(min) }),
      ...(max === undefined ? {} : { max: Number(max) }),
    };
  }
  return ofReference[key];
};
