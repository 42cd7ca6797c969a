import type { Product } from './products.ts';

/** What AWS calls its on-demand offer and that offer's one rate, in every price list ("Reading the price list files"). */
const onDemandOffer = 'JRTCKXETXF';
const onDemandRate = '6YS6EN2CT7';

/**
 * The newest day of the prices: on it the greater part, on-demand instances, was compared with AWS's own list for
 * us-east-1. Prices of other days say so beside them.
 */
const publicationDate = '2026-07-20T00:00:00Z';
const version = '20260720000000';

/** AWS gives prices with ten decimals. */
const usd = (value: number): string => value.toFixed(10);

/**
 * A product with its price, as GetProducts gives it: JSON in AWS's form. `dataSource` is ours: where this price is from,
 * whether it was published or derived, and of which time it is.
 */
export const priceListItem = (product: Product): string => {
  const { sku, serviceCode, productFamily, attributes, price, unit, endRange } = product;
  const offer = `${sku}.${onDemandOffer}`;
  const rate = `${offer}.${onDemandRate}`;
  return JSON.stringify({
    product: { productFamily, attributes, sku },
    serviceCode,
    terms: {
      OnDemand: {
        [offer]: {
          priceDimensions: {
            [rate]: {
              unit,
              endRange,
              description: `$${price.value} per ${product.per}`,
              appliesTo: [],
              rateCode: rate,
              beginRange: '0',
              pricePerUnit: { USD: usd(price.value) },
            },
          },
          sku,
          effectiveDate: publicationDate,
          offerTermCode: onDemandOffer,
          termAttributes: {},
        },
      },
    },
    version,
    publicationDate,
    dataSource: { date: price.date ?? 'unknown', basis: price.basis, source: price.source },
  });
};
