import { statfs } from 'node:fs/promises';

/**
 * File systems by the `f_type` of Linux' statfs(2), man page statfs(2) and linux/magic.h, that take a watch and then say nothing of what
 * others change in them. (FUSE does for what this computer changes, but most of what is mounted by it is elsewhere.)
 */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x786f4256, 'a shared folder of VirtualBox'],
]);

/** Why the system will not tell of changes in a folder, or null where it should. */
export async function unwatchableReason(folder: string): Promise<string | null> {
  // \\server\share
  if (process.platform === 'win32' && folder.startsWith('\\\\')) return 'It is on a network drive.';
  if (process.platform !== 'linux') return null;
  const type = await statfs(folder).then(
    (stats) => stats.type,
    // gone meanwhile: the watch says so
    () => 0,
  );
  const name = REMOTE.get(type >>> 0);
  return name === undefined ? null : `It is on a network drive (${name}).`;
}
