import type { View } from '../../world/transaction.ts';
import { baseImagesOf } from '../ec2/base-images.ts';

/** A parameter that AWS publishes in every Region; it belongs to no account. */
export interface PublicParameter {
  /** Begins with `/aws/service/`. */
  readonly name: string;
  readonly value: string;
  readonly dataType: 'text' | 'aws:ec2:image';
  readonly version: number;
  /** World time, milliseconds since 1970. */
  readonly lastModifiedMs: number;
}

/** Who knows the public parameters below a path. */
interface PublicParameterProvider {
  /** Ends with a slash. */
  readonly prefix: string;
  /** All parameters below the prefix in the view's Region. */
  readonly parameters: (view: View) => readonly PublicParameter[];
}

/** Ids of images; Amazon's own have the data type `text`, Canonical's say what they are. */
const imageParameters =
  (prefix: string, dataType: PublicParameter['dataType']) =>
  (view: View): readonly PublicParameter[] =>
    baseImagesOf(view.shard).flatMap((image) =>
      image.parameterNames
        .filter((name) => name.startsWith(prefix))
        .map((name) => ({
          name,
          value: image.imageId,
          dataType,
          version: 1,
          lastModifiedMs: image.createdAtMs,
        })),
    );

const imageProvider = (
  prefix: string,
  dataType: PublicParameter['dataType'],
): PublicParameterProvider => ({ prefix, parameters: imageParameters(prefix, dataType) });

/** A new kind of public parameter is a provider here. */
const providers: readonly PublicParameterProvider[] = [
  imageProvider('/aws/service/ami-amazon-linux-latest/', 'text'),
  imageProvider('/aws/service/canonical/', 'aws:ec2:image'),
];

/** All public parameters at or below a path without a slash at its end, in the order of their names. */
export const publicParametersUnder = (view: View, path: string): readonly PublicParameter[] =>
  providers
    .filter(({ prefix }) => prefix.startsWith(`${path}/`) || `${path}/`.startsWith(prefix))
    .flatMap((provider) => provider.parameters(view))
    .filter(({ name }) => name.startsWith(`${path}/`))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** The public parameter of that name. */
export const publicParameter = (view: View, name: string): PublicParameter | undefined =>
  providers
    .filter(({ prefix }) => name.startsWith(prefix))
    .flatMap((provider) => provider.parameters(view))
    .find((parameter) => parameter.name === name);
