import type { View } from '../../world/transaction.ts';
import { baseImagesOf } from '../ec2/images/base-images.ts';
import {
  infrastructureParameter,
  infrastructurePrefix,
  infrastructureUnder,
} from './global-infrastructure.ts';
import type { PublicParameter } from './public-parameter.ts';

/** Who knows the public parameters below a path. */
interface PublicParameterProvider {
  /** Ends with a slash. */
  readonly prefix: string;
  /** The parameters of the view's Region whose names begin with a text that begins with the prefix, in their order. */
  readonly under: (view: View, start: string) => readonly PublicParameter[];
  readonly find: (view: View, name: string) => PublicParameter | undefined;
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

const byName = (a: PublicParameter, b: PublicParameter): number => (a.name < b.name ? -1 : 1);

const imageProvider = (
  prefix: string,
  dataType: PublicParameter['dataType'],
): PublicParameterProvider => {
  const all = imageParameters(prefix, dataType);
  return {
    prefix,
    under: (view, start) =>
      all(view)
        .filter(({ name }) => name.startsWith(start))
        .toSorted(byName),
    find: (view, name) => all(view).find((parameter) => parameter.name === name),
  };
};

const infrastructureProvider: PublicParameterProvider = {
  prefix: infrastructurePrefix,
  under: (view, start) => infrastructureUnder(view.geography, start),
  find: (view, name) => infrastructureParameter(view.geography, name),
};

/** A new kind of public parameter is a provider here. */
const providers: readonly PublicParameterProvider[] = [
  imageProvider('/aws/service/ami-amazon-linux-latest/', 'text'),
  imageProvider('/aws/service/canonical/', 'aws:ec2:image'),
  infrastructureProvider,
].toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1));

/** All public parameters below a path without a slash at its end, in the order of their names. */
export const publicParametersUnder = (view: View, path: string): readonly PublicParameter[] => {
  const start = `${path}/`;
  return providers.flatMap((provider) => {
    if (start.startsWith(provider.prefix)) return provider.under(view, start);
    return provider.prefix.startsWith(start) ? provider.under(view, provider.prefix) : [];
  });
};

/** The public parameter of that name. */
export const publicParameter = (view: View, name: string): PublicParameter | undefined =>
  providers.find(({ prefix }) => name.startsWith(prefix))?.find(view, name);
