import { accessOf, askAws, type AwsAccess } from '../atlas/aws-call.ts';

/** EC2 as the commands about images ask it, as an account, else with the credentials of the environment. */
export class ImageCalls {
  readonly #access: AwsAccess;

  constructor(endpoint: string, account: string | undefined) {
    // The key of an account is its number, and its secret any.
    this.#access =
      account === undefined
        ? accessOf(endpoint, process.env)
        : { endpoint, credentials: { accessKeyId: account, secretAccessKey: 'test' } };
  }

  /** Begins a copy to a Region; answers the new image's id. Rejects with an AwsRefusal. */
  async copyImage(
    toRegion: string,
    input: { readonly imageId: string; readonly fromRegion: string; readonly name: string },
  ): Promise<string> {
    const answer = await this.#ask(toRegion, 'CopyImage', {
      SourceImageId: input.imageId,
      SourceRegion: input.fromRegion,
      Name: input.name,
    });
    const imageId = /<imageId>([^<]+)</.exec(answer)?.[1];
    if (imageId === undefined) throw new Error('CopyImage answered no image id.');
    return imageId;
  }

  /** The state of an image, and why it is in it. */
  async imageState(
    region: string,
    imageId: string,
  ): Promise<{ readonly state: string; readonly reason: string }> {
    const answer = await this.#ask(region, 'DescribeImages', { 'ImageId.1': imageId });
    return {
      state: /<imageState>([^<]+)</.exec(answer)?.[1] ?? 'unknown',
      reason: /<stateReason>[^]*?<message>([^<]+)</.exec(answer)?.[1] ?? '',
    };
  }

  #ask(
    region: string,
    operation: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<string> {
    const body = new URLSearchParams({ Action: operation, Version: '2016-11-15', ...parameters });
    return askAws(this.#access, {
      service: 'ec2',
      region,
      operation,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: body.toString(),
    });
  }
}
