import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { SecurityGroups } from '../ec2/entities.ts';
import { launchedImage } from '../ec2/images/launch-image.ts';
import { askedProfile } from '../ec2/instance-profiles/profiles.ts';
import { checkInstanceType } from '../ec2/instances/instance-settings.ts';
import { checkLaunch } from '../ec2/instances/instances.ts';
import { keyNameOf } from '../ec2/launch/launch-request.ts';
import type { AutoScalingGroup, LaunchConfiguration } from './entities.ts';
import { validation } from './errors.ts';
import { subnetsIn } from './group-members.ts';
import { notFullyFormed } from './group-source.ts';
import { choicesOf } from './launch-pools.ts';
import { groupLaunch, profileOfConfiguration } from './launch-request.ts';

/** A policy says itself what is Spot; its template must not. */
const spotTemplate = (): DomainError =>
  validation(
    'Incompatible launch template: You cannot use a launch template that is set to request Spot Instances (InstanceMarketOptions) when you configure an Auto Scaling group with a mixed instances policy.',
  );

/** A group is refused when EC2 would refuse to launch what it names, as AWS does with launch templates. */
export const checkLaunches = (
  view: View,
  group: Pick<AutoScalingGroup, 'launch' | 'tags' | 'subnetIds' | 'zoneIds'>,
): DomainError | undefined => {
  if (group.launch.kind === 'configuration') return undefined;
  const [subnet] = group.zoneIds.flatMap((zoneId) => subnetsIn(view, group, zoneId));
  if (subnet === undefined) return undefined;
  const choices = choicesOf(view, group);
  if (choices.length === 0) {
    return validation(
      'No instance type of this Region has the attributes of InstanceRequirements.',
    );
  }
  // Of the many types of one override the first stands for all: they differ in nothing that is checked.
  const first = [...Map.groupBy(choices, ({ priority }) => priority).values()].flatMap(
    ([choice]) => choice ?? [],
  );
  for (const choice of first) {
    const launch = groupLaunch(view, group, choice, subnet.id);
    const checked = isDomainError(launch) ? launch : checkLaunch(view, launch.request);
    if (isDomainError(checked)) return notFullyFormed(checked);
    if (group.launch.kind === 'mixed' && checked.spot !== null) return spotTemplate();
  }
  return undefined;
};

/**
 * A launch configuration names what there is: its image, type, key pair, security groups and instance profile. Messages are
 * those that users of AWS see; programs wait for a profile that is new while they read `Invalid IamInstanceProfile`.
 */
export const checkConfiguration = (
  view: View,
  configuration: Pick<
    LaunchConfiguration,
    'imageId' | 'instanceType' | 'keyName' | 'securityGroups' | 'iamInstanceProfile'
  >,
): DomainError | undefined => {
  const { imageId, instanceType, keyName, securityGroups, iamInstanceProfile } = configuration;
  const image = launchedImage(view, imageId);
  if (isDomainError(image)) return validation(`AMI ${imageId} is invalid: ${image.message}`);
  const unknownType = checkInstanceType(view, instanceType, image);
  if (unknownType !== undefined) return validation(unknownType.message);
  const key = keyNameOf(view, keyName ?? undefined);
  if (isDomainError(key)) return validation(key.message);
  const group = securityGroups.find(
    (id) => id.startsWith('sg-') && view.get(SecurityGroups, id) === undefined,
  );
  if (group !== undefined) return validation(`The security group '${group}' does not exist`);
  const profile = askedProfile(view, profileOfConfiguration(configuration));
  return isDomainError(profile)
    ? validation(`Invalid IamInstanceProfile: ${iamInstanceProfile}`)
    : undefined;
};
