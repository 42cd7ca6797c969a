import { isOurs, routeOf, type BehindRoute } from '../aws/behind/routes.ts';
import { allAwsServices } from '../wire/aws-operations.ts';

/**
 * The operations of a service that goes behind, or of all that do; undefined when it does not. A service that AWS's list does
 * not have has none that are known.
 */
export const operationsBehind = async (
  routes: readonly BehindRoute[],
  service: string | undefined,
): Promise<ReadonlySet<string> | undefined> => {
  const listed = await allAwsServices();
  const behind = listed.filter(
    ({ scope }) =>
      (service === undefined || scope === service) &&
      !isOurs(scope) &&
      routeOf(routes, scope) !== undefined,
  );
  if (service !== undefined && behind.length === 0) return undefined;
  return new Set(behind.flatMap(({ operations }) => Object.keys(operations)));
};
