/** A value and where it comes from, so that whoever shows it can say how far to trust it. */
export interface Sourced<Value> {
  readonly value: Value;
  /**
   * `published` by AWS, itself or as others copied it; `measured` by others; `derived` from a published value by a
   * rule; `estimated` by a model; `assumed` where nobody says.
   */
  readonly basis: 'published' | 'measured' | 'derived' | 'estimated' | 'assumed';
  readonly source: string;
  /** Of the data: YYYY, YYYY-MM or YYYY-MM-DD; null where nobody tells. */
  readonly date: string | null;
}
