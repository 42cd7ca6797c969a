/**
 * Names under which volumes are attached ("Device names for volumes on Amazon EC2 instances", Amazon EC2 User Guide):
 * `/dev/sd[a-z]` with a partition from 1 to 15 or without, `/dev/xvd[a-z]` and `/dev/xvd[a-d][a-z]`. The operations take
 * them without `/dev/` too.
 */
const deviceName =
  /^(?:\/dev\/)?(?:sd[a-z](?:[1-9]|1[0-5])?|xvd(?:[a-z]|[a-d][a-z])(?:[1-9]|1[0-5])?)$/;

/** Whether a volume can be attached under this name. */
export const isDeviceName = (name: string): boolean => deviceName.test(name);

const lastComponent = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** Whether two names are the same device: `/dev/sdf` and `sdf` are. */
export const isSameDevice = (a: string, b: string): boolean =>
  lastComponent(a) === lastComponent(b);

/**
 * The environment variable that tells an instance's programs where the directory of an attached volume is: `VOLUME_SDF`
 * for `/dev/sdf`, `VOLUME_XVDBA` for `xvdba`.
 */
export const volumeVariable = (name: string): string =>
  `VOLUME_${lastComponent(name)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')}`;
