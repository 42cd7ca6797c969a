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
