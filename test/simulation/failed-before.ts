export const failedBefore: readonly {
  readonly seed: number;
  readonly steps: number;
  readonly what: string;
}[] = [];
