import { copyImage } from './copy-image.ts';
import { createImage } from './create-image.ts';
import { describeImages } from './describe-images.ts';
import {
  describeImageAttribute,
  modifyImageAttribute,
  resetImageAttribute,
} from './image-attributes.ts';
import {
  disableImage,
  disableImageBlockPublicAccess,
  disableImageDeprecation,
  disableImageDeregistrationProtection,
  enableImage,
  enableImageBlockPublicAccess,
  enableImageDeprecation,
  enableImageDeregistrationProtection,
  getImageBlockPublicAccessState,
} from './image-states.ts';
import { deregisterImage, registerImage } from './register-image.ts';

/** The operations on images. */
export const imageOperations = {
  CopyImage: copyImage,
  CreateImage: createImage,
  DeregisterImage: deregisterImage,
  DescribeImageAttribute: describeImageAttribute,
  DescribeImages: describeImages,
  DisableImage: disableImage,
  DisableImageBlockPublicAccess: disableImageBlockPublicAccess,
  DisableImageDeprecation: disableImageDeprecation,
  DisableImageDeregistrationProtection: disableImageDeregistrationProtection,
  EnableImage: enableImage,
  EnableImageBlockPublicAccess: enableImageBlockPublicAccess,
  EnableImageDeprecation: enableImageDeprecation,
  EnableImageDeregistrationProtection: enableImageDeregistrationProtection,
  GetImageBlockPublicAccessState: getImageBlockPublicAccessState,
  ModifyImageAttribute: modifyImageAttribute,
  RegisterImage: registerImage,
  ResetImageAttribute: resetImageAttribute,
};
