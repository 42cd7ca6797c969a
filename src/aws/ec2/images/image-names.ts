import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { MachineImages, type MachineImage } from '../storage/entities.ts';
import { imageById, visibleImage } from './launch-image.ts';
import { missingParameter } from '../errors.ts';

/** "3-128 alphanumeric characters, parentheses, square brackets, spaces, …" (CreateImage, Amazon EC2 API Reference). */
const nameForm = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;

/**
 * Checks the name of an image to be. Errors: MissingParameter, InvalidAMIName.Malformed, InvalidAMIName.Duplicate when the
 * account has one of that name in this Region.
 */
export const checkImageName = (view: View, name: string | undefined): string | DomainError => {
  if (name === undefined || name === '') return missingParameter('name');
  if (!nameForm.test(name)) {
    return new DomainError(
      'InvalidAMIName.Malformed',
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '[', ']', ' ', '.', '/', '-', ''', '@' and '_'",
    );
  }
  const [other] = view.find(MachineImages, 'name', name);
  return other === undefined
    ? name
    : new DomainError(
        'InvalidAMIName.Duplicate',
        `AMI name ${name} is already in use by AMI ${other.id}`,
      );
};

const notAuthorized = (id: string): DomainError =>
  new DomainError('AuthFailure', `Not authorized for image:${id}`);

/** The image of the view's own account; AuthFailure for one that others own, be it shared or a base image. */
export const ownImage = (view: View, id: string | undefined): MachineImage | DomainError => {
  if (id === undefined || id === '') return missingParameter('imageId');
  const owned = visibleImage(view, id);
  if (owned?.ownerId === view.account) return owned.image;
  if (owned !== undefined) return notAuthorized(id);
  const other = imageById(view, id);
  return isDomainError(other) ? other : notAuthorized(id);
};
