import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));

/** Debian's package, installed or unpacked somewhere by whoever runs these tests. */
const nginx = [process.env['FAULTLINE_TEST_NGINX'], '/usr/sbin/nginx']
  .filter((path) => path !== undefined)
  .find((path) => existsSync(path));

/** An image that a test can make here without a registry. */
export interface TestImage {
  readonly name: string;
  /** Why it cannot be made. */
  readonly why: string | undefined;
  /** Makes it in a directory and gives it to the engine; the answer is its reference there. */
  readonly build: (directory: string) => Promise<string>;
}

const put = async (root: string, path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};

/** A root file system with a shell and the usual tools. */
const makeRoot = async (root: string): Promise<void> => {
  for (const name of ['bin', 'dev', 'proc', 'sys', 'tmp', 'run', 'etc', 'usr/sbin', 'var/log'])
    await mkdir(join(root, name), { recursive: true });
  await copyFile(busybox ?? '', join(root, 'bin', 'busybox'));
  for (const name of ['sh', 'cat', 'hostname', 'httpd', 'wget', 'kill', 'sleep', 'timeout'])
    await symlink('busybox', join(root, 'bin', name));
  await put(root, 'etc/passwd', 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n');
  await put(root, 'etc/group', 'root:x:0:\nnogroup:x:65534:\n');
};

const importRoot = async (
  directory: string,
  name: string,
  command: readonly string[],
): Promise<string> => {
  const archive = join(directory, `${name}.tar`);
  await execute('tar', ['-C', join(directory, name), '-cf', archive, '.']);
  const reference = `localhost/faultline-test-${name}:1`;
  const change = `CMD ${JSON.stringify(command)}`;
  const url = process.env['CONTAINER_HOST'] ?? '';
  await execute('podman', ['--url', url, 'import', '--change', change, archive, reference]);
  return reference;
};

const buildBusybox = async (directory: string): Promise<string> => {
  await makeRoot(join(directory, 'httpd'));
  await mkdir(join(directory, 'httpd', 'www'));
  const script = 'echo "httpd on $(hostname)" > /www/index.html; exec httpd -f -p 80 -h /www';
  return await importRoot(directory, 'httpd', ['/bin/sh', '-c', script]);
};

/** Why `buildPeerTeller` cannot make its image; undefined when it can. */
export const peerTellerMissing = busybox === undefined ? 'busybox is not there' : undefined;

/** Makes an image whose server says at /cgi-bin/peer who asks it. */
export const buildPeerTeller = async (directory: string): Promise<string> => {
  await makeRoot(join(directory, 'peer'));
  const script = 'www/cgi-bin/peer';
  const text = '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n$REMOTE_ADDR"\n';
  await put(join(directory, 'peer'), script, text);
  await chmod(join(directory, 'peer', script), 0o755);
  return await importRoot(directory, 'peer', [
    '/bin/httpd',
    '-f',
    '-p',
    '0.0.0.0:80',
    '-h',
    '/www',
  ]);
};

const nginxConfiguration = `user nobody nogroup;
error_log stderr;
pid /run/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 80;
    location / { return 200 "nginx on $hostname\\n"; }
  }
}
`;

const buildNginx = async (directory: string): Promise<string> => {
  const root = join(directory, 'nginx');
  await makeRoot(root);
  const program = nginx ?? '';
  await copyFile(program, join(root, 'usr/sbin/nginx'));
  await chmod(join(root, 'usr/sbin/nginx'), 0o755);
  const { stdout } = await execute('ldd', [program]);
  for (const [, library = ''] of stdout.matchAll(/(\/\S+) \(0x/g)) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
  await put(root, 'etc/nginx/nginx.conf', nginxConfiguration);
  await mkdir(join(root, 'var/log/nginx'), { recursive: true });
  await mkdir(join(root, 'usr/share/nginx'), { recursive: true });
  return await importRoot(directory, 'nginx', [
    '/usr/sbin/nginx',
    '-c',
    '/etc/nginx/nginx.conf',
    '-g',
    'daemon off;',
  ]);
};

/** The images that are tried. */
export const testImages: readonly TestImage[] = [
  {
    name: 'nginx',
    why:
      nginx === undefined || busybox === undefined
        ? 'neither /usr/sbin/nginx nor FAULTLINE_TEST_NGINX is there, or no busybox'
        : undefined,
    build: buildNginx,
  },
  {
    name: 'httpd',
    why: busybox === undefined ? 'busybox is not there' : undefined,
    build: buildBusybox,
  },
];
