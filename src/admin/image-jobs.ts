/** Work on an image that takes a while, as `GET /_faultline/images/ID` shows it. */
export interface ImageJob {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed';
  /** What it is doing. */
  readonly phase: string;
  readonly progress: { readonly entries: number; readonly bytes: number };
  /** The image that an import made, or that an export reads. */
  readonly imageId: string | null;
  readonly error: string | null;
}
