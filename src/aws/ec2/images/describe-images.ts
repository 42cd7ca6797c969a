import type { DescribeImagesRequest, DescribeImagesResult } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';
import { tagsOf } from '../../shared/tags.ts';
import { baseImage, baseImagesOf, type BaseImage } from './base-images.ts';
import { checkIdForm, kinds } from '../errors.ts';
import { MachineImages } from '../storage/entities.ts';
import { isSharedWith } from '../storage/sharing.ts';
import {
  baseImageAnswer,
  imageFilterFields,
  ownedImageAnswer,
  type ImageAnswer,
} from './image-answer.ts';
import { visibleImage, type OwnedImage } from './launch-image.ts';

type Input = Plain<DescribeImagesRequest>;

/** An image of either kind. */
type Known =
  | { readonly kind: 'base'; readonly image: BaseImage }
  | ({ readonly kind: 'owned' } & OwnedImage);

const imagesNotFound = (ids: readonly string[]): DomainError =>
  new DomainError(
    'InvalidAMIID.NotFound',
    ids.length === 1
      ? `The image id '[${ids.join()}]' does not exist`
      : `The image ids '[${ids.join(', ')}]' do not exist`,
  );

const ownerOf = (known: Known): string =>
  known.kind === 'base' ? known.image.ownerId : known.ownerId;

const asOwned = (owned: OwnedImage): Known => ({ kind: 'owned', ...owned });

const asBase = (image: BaseImage): Known => ({ kind: 'base', image });

/** All images that the account may see in this Region, whatever their state. */
const allImages = (view: View): readonly Known[] => [
  ...baseImagesOf(view.shard).map(asBase),
  ...view.list(MachineImages).map((image) => asOwned({ image, ownerId: view.account })),
  ...view
    .accounts()
    .filter((ownerId) => ownerId !== view.account)
    .flatMap((ownerId) =>
      view
        .forAccount(ownerId)
        .list(MachineImages)
        .filter(({ sharing, state }) => state !== 'disabled' && isSharedWith(sharing, view.account))
        .map((image) => asOwned({ image, ownerId })),
    ),
];

const imagesByIds = (view: View, ids: readonly string[]): readonly Known[] | DomainError => {
  const found: Known[] = [];
  const missing: string[] = [];
  for (const id of new Set(ids)) {
    const malformed = checkIdForm(kinds.image, id);
    if (malformed !== undefined) return malformed;
    const base = baseImage(view.shard, id);
    const owned = visibleImage(view, id);
    if (base !== undefined) found.push(asBase(base));
    else if (owned !== undefined) found.push(asOwned(owned));
    else missing.push(id);
  }
  return missing.length > 0 ? imagesNotFound(missing) : found;
};

type ImageTest = (known: Known) => boolean;

const malformedUser = (user: string): DomainError =>
  new DomainError('InvalidUserID.Malformed', `Invalid user id: "${user}"`);

/** Whether an owner as a request names it is the image's. */
const ownerTest = (view: View, owner: string): ImageTest | DomainError => {
  if (owner === 'self') return (known) => ownerOf(known) === view.account;
  if (['amazon', 'aws-marketplace', 'aws-backup-vault'].includes(owner)) {
    return (known) => known.kind === 'base' && known.image.ownerAlias === owner;
  }
  return /^\d{12}$/.test(owner) ? (known) => ownerOf(known) === owner : malformedUser(owner);
};

/** Whether a user has been given the right to launch the image, as ExecutableUsers means it: by name, or as one of all. */
const executableTest = (view: View, user: string): ImageTest | DomainError => {
  if (user === 'all') return (known) => known.kind === 'base' || known.image.sharing.isPublic;
  const account = user === 'self' ? view.account : user;
  return /^\d{12}$/.test(account)
    ? (known) => known.kind === 'owned' && known.image.sharing.accounts.includes(account)
    : malformedUser(user);
};

/** A test that passes what any of the names stands for; everything when there are no names. */
const anyOf = (
  names: readonly string[],
  testOf: (name: string) => ImageTest | DomainError,
): ImageTest | DomainError => {
  const tests: ImageTest[] = [];
  for (const name of names) {
    const test = testOf(name);
    if (isDomainError(test)) return test;
    tests.push(test);
  }
  return (known) => tests.length === 0 || tests.some((test) => test(known));
};

/**
 * Whether an image is listed as it stands: a disabled one only on request, a deprecated one to others than its owner only on
 * request or by its id ("Deprecate an Amazon EC2 AMI", "Disable an Amazon EC2 AMI", Amazon EC2 User Guide).
 */
const isListed = (view: View, input: Input, known: Known): boolean => {
  if (known.kind === 'base') return true;
  const { image, ownerId } = known;
  if (image.state === 'disabled' && input.IncludeDisabled !== true) return false;
  const isDeprecated = image.deprecationTime !== null && image.deprecationTime <= view.now;
  return (
    !isDeprecated ||
    ownerId === view.account ||
    input.IncludeDeprecated === true ||
    (input.ImageIds ?? []).includes(image.id)
  );
};

const answer = (view: View, known: Known): ImageAnswer =>
  known.kind === 'base' ? baseImageAnswer(view, known.image) : ownedImageAnswer(view, known);

/** DescribeImages: base images, one's own, and those that are shared with one; ids of other Regions do not exist here. */
export const describeImages: Operation<DescribeImagesRequest, DescribeImagesResult> = (
  tx,
  input,
) => {
  const ids = input.ImageIds ?? [];
  const named = ids.length > 0 ? imagesByIds(tx, ids) : allImages(tx);
  if (isDomainError(named)) return named;
  const isOwners = anyOf(input.Owners ?? [], (owner) => ownerTest(tx, owner));
  if (isDomainError(isOwners)) return isOwners;
  const isUsers = anyOf(input.ExecutableUsers ?? [], (user) => executableTest(tx, user));
  if (isDomainError(isUsers)) return isUsers;
  const listed = named.filter(
    (known) => isListed(tx, input, known) && isOwners(known) && isUsers(known),
  );
  const filtered = applyFilters(
    listed.map((known) => answer(tx, known)),
    input.Filters,
    imageFilterFields,
    (image) => tagsOf(tx, image.ImageId ?? ''),
  );
  if (isDomainError(filtered)) return filtered;
  const page = paginate(
    filtered,
    { token: input.NextToken, maxResults: input.MaxResults },
    (image) => image.ImageId ?? '',
  );
  if (isDomainError(page)) return page;
  return { Images: page.items, NextToken: page.nextToken };
};
