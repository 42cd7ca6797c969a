import type {
  DisableImageBlockPublicAccessResult,
  DisableImageDeprecationRequest,
  DisableImageDeprecationResult,
  DisableImageDeregistrationProtectionRequest,
  DisableImageDeregistrationProtectionResult,
  DisableImageRequest,
  DisableImageResult,
  EnableImageBlockPublicAccessRequest,
  EnableImageBlockPublicAccessResult,
  EnableImageDeprecationRequest,
  EnableImageDeprecationResult,
  EnableImageDeregistrationProtectionRequest,
  EnableImageDeregistrationProtectionResult,
  EnableImageRequest,
  EnableImageResult,
  GetImageBlockPublicAccessStateResult,
} from '@aws-sdk/client-ec2';
import { isDomainError } from '../../../world/domain-error.ts';
import type { Operation } from '../../operation.ts';
import { invalidParameterValue, missingParameter } from '../errors.ts';
import { MachineImages, unshared } from '../storage/entities.ts';
import { PublicAccessBlocks, publicAccessState } from '../storage/sharing.ts';
import { isoText } from '../../shared/utc-text.ts';
import { ownImage } from './image-names.ts';
import { imageUnavailable } from './launch-image.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const yearMs = 365 * dayMs;

/** EnableImageDeprecation: ten years from now at most, two from its creation for a public image (API Reference). */
export const enableImageDeprecation: Operation<
  EnableImageDeprecationRequest,
  EnableImageDeprecationResult
> = (tx, input) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  if (input.DeprecateAt === undefined) return missingParameter('deprecateAt');
  // "If you specify a value for seconds, Amazon EC2 rounds the seconds to the nearest minute."
  const deprecationTime = Math.round(input.DeprecateAt / minuteMs) * minuteMs;
  const latest = image.sharing.isPublic ? image.createdAt + 2 * yearMs : tx.now + 10 * yearMs;
  if (deprecationTime <= tx.now || deprecationTime > latest) {
    return invalidParameterValue(
      `Value (${isoText(input.DeprecateAt)}) for parameter deprecateAt is invalid. It must lie in the future, and not after ${isoText(latest)}.`,
    );
  }
  tx.put(MachineImages, { ...image, deprecationTime });
  return { Return: true };
};

/** DisableImageDeprecation */
export const disableImageDeprecation: Operation<
  DisableImageDeprecationRequest,
  DisableImageDeprecationResult
> = (tx, input) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  tx.put(MachineImages, { ...image, deprecationTime: null });
  return { Return: true };
};

/** DisableImage: nobody can launch it or sees it unless they ask for it, and it is shared with nobody any more. */
export const disableImage: Operation<DisableImageRequest, DisableImageResult> = (tx, input) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  if (image.state !== 'available') return imageUnavailable(image);
  tx.put(MachineImages, { ...image, state: 'disabled', sharing: unshared });
  return { Return: true };
};

/** EnableImage: one that is available already stays as it is. */
export const enableImage: Operation<EnableImageRequest, EnableImageResult> = (tx, input) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  if (image.state !== 'disabled' && image.state !== 'available') return imageUnavailable(image);
  tx.put(MachineImages, { ...image, state: 'available' });
  return { Return: true };
};

/** EnableImageDeregistrationProtection: with a cooldown it holds a day longer than it is switched on. */
export const enableImageDeregistrationProtection: Operation<
  EnableImageDeregistrationProtectionRequest,
  EnableImageDeregistrationProtectionResult
> = (tx, input) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  const deregistrationProtection =
    input.WithCooldown === true ? 'enabled-with-cooldown' : 'enabled';
  tx.put(MachineImages, { ...image, deregistrationProtection, protectedUntil: null });
  return { Return: 'true' };
};

/** DisableImageDeregistrationProtection */
export const disableImageDeregistrationProtection: Operation<
  DisableImageDeregistrationProtectionRequest,
  DisableImageDeregistrationProtectionResult
> = (tx, input) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  const hasCooldown = image.deregistrationProtection === 'enabled-with-cooldown';
  tx.put(MachineImages, {
    ...image,
    deregistrationProtection: 'disabled',
    protectedUntil: hasCooldown ? tx.now + dayMs : (image.protectedUntil ?? null),
  });
  return { Return: 'true' };
};

/** GetImageBlockPublicAccessState */
export const getImageBlockPublicAccessState: Operation<
  Record<string, never>,
  GetImageBlockPublicAccessStateResult
> = (tx) => ({ ImageBlockPublicAccessState: publicAccessState(tx, 'image'), ManagedBy: 'account' });

/** EnableImageBlockPublicAccess: images that are public already stay so. */
export const enableImageBlockPublicAccess: Operation<
  EnableImageBlockPublicAccessRequest,
  EnableImageBlockPublicAccessResult
> = (tx) => {
  const state = 'block-new-sharing';
  tx.put(PublicAccessBlocks, { id: 'image', state });
  return { ImageBlockPublicAccessState: state };
};

/** DisableImageBlockPublicAccess */
export const disableImageBlockPublicAccess: Operation<
  Record<string, never>,
  DisableImageBlockPublicAccessResult
> = (tx) => {
  tx.delete(PublicAccessBlocks, 'image');
  return { ImageBlockPublicAccessState: 'unblocked' };
};
