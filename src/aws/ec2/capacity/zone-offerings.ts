const newerThanItsZone = [
  't3a.micro',
  't4g.micro',
  't4g.small',
  'm6i.large',
  'm7g.large',
  'c7g.large',
];

/**
 * The types that a zone lacks although its Region has them. Source: DescribeInstanceTypeOfferings by zone id, Amazon EC2's
 * own answers as collected in getmoto/moto 5.2.1 (Apache-2.0). At AWS use1-az3 lacks t3, m5, c5 and r5 as well; they stay
 * here, so that a stack over the first zones of an account does not fail by the letters that its seed gives them.
 */
const lackedBy: Readonly<Record<string, readonly string[]>> = {
  'apne1-az1': ['t3a.micro'],
  'apne2-az2': ['t2.micro', 't3a.micro'],
  'apne2-az4': ['t2.micro', 't3a.micro'],
  'apne3-az1': ['t2.micro'],
  'apne3-az2': ['t2.micro'],
  'aps1-az2': ['t2.micro'],
  'cac1-az4': ['t2.micro', 't3a.micro'],
  'euc2-az1': ['c7g.large'],
  'sae1-az2': ['t2.micro'],
  'use1-az3': newerThanItsZone,
  'usw2-az4': ['t2.micro'],
};

/** Whether a zone lacks a type that its Region may have. */
export const lacksType = (zoneId: string, name: string): boolean =>
  lackedBy[zoneId]?.includes(name) === true;
