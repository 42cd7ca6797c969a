import {
  disableEbsEncryptionByDefault,
  enableEbsEncryptionByDefault,
  getEbsDefaultKmsKeyId,
  getEbsEncryptionByDefault,
  modifyEbsDefaultKmsKeyId,
  resetEbsDefaultKmsKeyId,
} from './ebs-encryption.ts';
import { attachVolume, detachVolume } from './volume-attachments.ts';
import { describeVolumesModifications, modifyVolume } from './volume-modifications.ts';
import {
  describeVolumeAttribute,
  describeVolumeStatus,
  enableVolumeIO,
  modifyVolumeAttribute,
} from './volume-status.ts';
import { createVolume, deleteVolume, describeVolumes } from './volumes.ts';

/** The operations on volumes and on their encryption. */
export const volumeOperations = {
  AttachVolume: attachVolume,
  CreateVolume: createVolume,
  DeleteVolume: deleteVolume,
  DescribeVolumeAttribute: describeVolumeAttribute,
  DescribeVolumeStatus: describeVolumeStatus,
  DescribeVolumes: describeVolumes,
  DescribeVolumesModifications: describeVolumesModifications,
  DetachVolume: detachVolume,
  DisableEbsEncryptionByDefault: disableEbsEncryptionByDefault,
  EnableEbsEncryptionByDefault: enableEbsEncryptionByDefault,
  EnableVolumeIO: enableVolumeIO,
  GetEbsDefaultKmsKeyId: getEbsDefaultKmsKeyId,
  GetEbsEncryptionByDefault: getEbsEncryptionByDefault,
  ModifyEbsDefaultKmsKeyId: modifyEbsDefaultKmsKeyId,
  ModifyVolume: modifyVolume,
  ModifyVolumeAttribute: modifyVolumeAttribute,
  ResetEbsDefaultKmsKeyId: resetEbsDefaultKmsKeyId,
} as const;
