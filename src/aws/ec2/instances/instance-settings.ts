import { DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { LaunchImage } from '../images/launch-image.ts';
import { invalidParameterValue } from '../errors.ts';
import type { Instance } from './instance-entities.ts';
import { architecturesOf } from './instance-types.ts';
import { instanceTypeFacts } from './instance-type-facts.ts';
import { isOffered } from '../capacity/offerings.ts';

/** Checks that there is such a type, that this Region has it, and that it can run the image. */
export const checkInstanceType = (
  view: View,
  name: string,
  image: Pick<LaunchImage, 'architecture'>,
): DomainError | undefined => {
  if (instanceTypeFacts(name) === undefined) {
    return invalidParameterValue(`Invalid value '${name}' for InstanceType.`);
  }
  if (!isOffered(name, view.shard)) {
    return new DomainError(
      'Unsupported',
      `The requested configuration is currently not supported. The instance type ${name} is not offered in ${view.shard}; see DescribeInstanceTypeOfferings.`,
    );
  }
  const architectures = architecturesOf(name);
  return architectures.includes(image.architecture)
    ? undefined
    : invalidParameterValue(
        `The architecture '${architectures.join(',')}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
      );
};

/** What `shutdown` within the instance does: `stop` unless said otherwise. */
export const shutdownBehaviorOf = (
  asked: string | undefined,
): Instance['instanceInitiatedShutdownBehavior'] | DomainError => {
  const behavior = asked ?? 'stop';
  return behavior === 'stop' || behavior === 'terminate'
    ? behavior
    : invalidParameterValue(
        `Value (${behavior}) for parameter instanceInitiatedShutdownBehavior is invalid. Valid values are: stop, terminate.`,
      );
};
