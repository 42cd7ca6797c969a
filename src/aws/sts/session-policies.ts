import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { countedCharacters, identityPolicyFault } from '../iam/policy-document.ts';
import { checkTags } from '../shared/tags.ts';
import { packedPolicyTooLarge, validationError } from './errors.ts';

/** What is passed with a session: policies that narrow it, and tags. */
export interface Passed {
  readonly Policy?: string | undefined;
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined;
  readonly Tags?:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined;
  readonly TransitiveTagKeys?: readonly string[] | undefined;
}

/** "You can provide up to 10 managed policy ARNs" (AssumeRole, AWS STS API Reference). */
const mostPolicyArns = 10;

/** "The plaintext that you use for both inline and managed session policies can't exceed 2,048 characters" (ditto). */
const mostPolicyCharacters = 2048;

/**
 * How many characters of policies and tags fill the space for them. AWS packs them in a way of its own that it does not tell;
 * this is as much as a policy and fifteen tags of usual length.
 */
const spaceCharacters = 4096;

const policyCharacters = ({ Policy: policy = '', PolicyArns: arns = [] }: Passed): number =>
  countedCharacters(policy) + arns.reduce((sum, { arn = '' }) => sum + arn.length, 0);

const tagCharacters = ({ Tags: tags = [] }: Passed): number =>
  tags.reduce((sum, { Key: key = '', Value: value = '' }) => sum + key.length + value.length, 0);

const percentOfSpace = (passed: Passed): number =>
  Math.ceil(((policyCharacters(passed) + tagCharacters(passed)) * 100) / spaceCharacters);

/** PackedPolicySize of the answer: there when policies or tags were passed. */
export const packedPolicySize = (passed: Passed): { readonly PackedPolicySize?: number } => {
  const percent = percentOfSpace(passed);
  return percent === 0 ? {} : { PackedPolicySize: percent };
};

const tagsFault = ({
  Tags: tags = [],
  TransitiveTagKeys: kept = [],
}: Passed): DomainError | undefined => {
  const checked = checkTags(tags);
  if (isDomainError(checked)) return validationError(checked.message);
  const keys = tags.map(({ Key: key = '' }) => key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    return validationError(
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  return kept.some((key) => !keys.includes(key.toLowerCase()))
    ? validationError('The specified transitive tag key must be included in the requested tags.')
    : undefined;
};

/** What is wrong with the policies and tags of a session. */
export const passedFault = (passed: Passed): DomainError | undefined => {
  const { Policy: policy, PolicyArns: arns = [] } = passed;
  if (policy !== undefined && policy !== '') {
    const fault = identityPolicyFault(policy);
    if (fault !== undefined) return fault;
  }
  if (arns.length > mostPolicyArns) {
    return validationError(`PolicyArns cannot have more than ${mostPolicyArns} members.`);
  }
  const wrong = arns.find(
    ({ arn = '' }) => !/^arn:aws[\w-]*:iam::(?:\d{12}|aws):policy\/.+$/.test(arn),
  );
  if (wrong !== undefined) return validationError(`ARN ${wrong.arn ?? ''} is not valid.`);
  const characters = policyCharacters(passed);
  const percent = Math.ceil((characters * 100) / mostPolicyCharacters);
  if (percent > 100) {
    return packedPolicyTooLarge(
      `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
    );
  }
  const fault = tagsFault(passed);
  if (fault !== undefined) return fault;
  const whole = percentOfSpace(passed);
  return whole > 100
    ? packedPolicyTooLarge(`Packed size of session tags consumes ${whole}% of allotted space.`)
    : undefined;
};
