import type { Volume } from '../instances/instance-entities.ts';

/** How a volume is attached to an instance. */
export type Attachment = NonNullable<Volume['attachment']>;

/** All attachments of a volume, the oldest first: one with Multi-Attach may have several. */
export const attachmentsOf = ({
  attachment,
  others = [],
}: Pick<Volume, 'attachment' | 'others'>): readonly Attachment[] =>
  attachment === null ? [] : [attachment, ...others];

/** How a volume is attached to that instance; undefined when it is not. */
export const attachmentTo = (
  volume: Pick<Volume, 'attachment' | 'others'>,
  instanceId: string,
): Attachment | undefined =>
  attachmentsOf(volume).find((attachment) => attachment.instanceId === instanceId);

/** The volume with these attachments. */
export const withAttachments = (volume: Volume, attachments: readonly Attachment[]): Volume => {
  const [attachment = null, ...others] = attachments;
  const { others: _, ...rest } = volume;
  return { ...rest, attachment, ...(others.length === 0 ? {} : { others }) };
};

/** The volume without its attachment to that instance. */
export const withoutAttachment = (volume: Volume, instanceId: string): Volume =>
  withAttachments(
    volume,
    attachmentsOf(volume).filter((attachment) => attachment.instanceId !== instanceId),
  );

/** The volume with that attachment changed; the same when there is none. */
export const withChangedAttachment = (
  volume: Volume,
  instanceId: string,
  changes: Partial<Attachment>,
): Volume =>
  withAttachments(
    volume,
    attachmentsOf(volume).map((attachment) =>
      attachment.instanceId === instanceId ? { ...attachment, ...changes } : attachment,
    ),
  );
