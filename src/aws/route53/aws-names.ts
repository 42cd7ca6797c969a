/** Families of names that AWS itself answers for, beside hosted zones. */
export type AwsNameKind = 'balancer' | 'instance';

/** One family: how its names are told from all others. Names are in lower case with a final dot. */
interface AwsNameFamily {
  readonly kind: AwsNameKind;
  readonly names: RegExp;
  /** Where AWS's zones of such names begin. */
  readonly apexes: RegExp;
  /** Whether an alias record may point there, and evaluate its health. */
  readonly takesAliases: boolean;
  /** The name that is meant, where there are several ways to write it. */
  readonly meant?: (name: string) => string;
}

/**
 * The console writes `dualstack.` before a load balancer's name in aliases; with it and without it the name is
 * the same balancer's ("Values specific for simple alias records", Amazon Route 53 Developer Guide).
 */
const withoutDualstack = (name: string): string => name.replace(/^dualstack\./, '');

/** All families. One more is an entry here, and a source of its names in `src/serving/names`. */
const families: readonly AwsNameFamily[] = [
  {
    // `name-123.us-east-1.elb.amazonaws.com.` and `name-1a2b.elb.us-east-1.amazonaws.com.`
    kind: 'balancer',
    names: /^[^.].*\.elb(?:\.[a-z0-9-]+)?\.amazonaws\.com\.$/,
    apexes: /^(?:(?:[a-z0-9-]+\.)?elb|elb\.[a-z0-9-]+)\.amazonaws\.com\.$/,
    takesAliases: true,
    meant: withoutDualstack,
  },
  {
    // `ec2-192-0-2-1.compute-1.amazonaws.com.` and `ip-10-0-1-7.eu-west-1.compute.internal.`
    kind: 'instance',
    names:
      /^[^.].*\.(?:compute-1\.amazonaws\.com|compute\.amazonaws\.com|ec2\.internal|compute\.internal)\.$/,
    apexes:
      /^(?:compute-1|(?:[a-z0-9-]+\.)?compute)\.amazonaws\.com\.$|^(?:ec2|(?:[a-z0-9-]+\.)?compute)\.internal\.$/,
    takesAliases: false,
  },
];

/** A name of AWS's own: one of a family, or the beginning of a zone of such names. */
export type AwsName =
  | {
      readonly kind: AwsNameKind;
      /** The name that is meant. */
      readonly name: string;
      readonly takesAliases: boolean;
    }
  | { readonly kind: 'apex' };

/** What a name is to AWS; undefined when it is none of AWS's own. */
export const awsNameOf = (name: string): AwsName | undefined => {
  if (families.some(({ apexes }) => apexes.test(name))) return { kind: 'apex' };
  const family = families.find(({ names }) => names.test(name));
  if (family === undefined) return undefined;
  const { kind, takesAliases, meant } = family;
  return { kind, name: meant?.(name) ?? name, takesAliases };
};

/** The name of AWS's that an alias points to; undefined for any other alias. */
export const aliasedAwsName = (
  name: string,
): Exclude<AwsName, { readonly kind: 'apex' }> | undefined => {
  const awsName = awsNameOf(name);
  return awsName === undefined || awsName.kind === 'apex' || !awsName.takesAliases
    ? undefined
    : awsName;
};

/** Whether a name is one inside a VPC, as `ip-10-0-1-7.ec2.internal.`: it stands for a private address. */
export const isInternalName = (name: string): boolean => name.endsWith('.internal.');

/** World time that addresses of AWS's own names may be kept ("How Elastic Load Balancing works", User Guide). */
export const awsNameTtlSeconds = 60;
