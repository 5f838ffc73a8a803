/** Archives written byte by byte, hostile ones included. */
import { crc32, gzipSync } from 'node:zlib';
import { Header } from 'tar';

export interface Member {
  path: string;
  content?: string;
  /** Default a file. */
  type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice';
  linkpath?: string;
}

/** A tar archive, gzipped unless told otherwise. */
export function tarBytes(members: readonly Member[], { gzip = true } = {}): Buffer {
  const blocks = members.flatMap(({ path, content = '', type = 'File', linkpath }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    const size = type === 'File' ? body.length : 0;
    new Header({ path, type, linkpath, size, mode: 0o644, mtime: new Date(0) }).encode(header);
    const padding = Buffer.alloc((512 - (size % 512)) % 512);
    return size > 0 ? [header, body, padding] : [header];
  });
  const bytes = Buffer.concat([...blocks, Buffer.alloc(1024)]);
  return gzip ? gzipSync(bytes) : bytes;
}

const modes = { File: 0o100644, Directory: 0o40755, SymbolicLink: 0o120777 };

/** A zip archive, members stored (PKWARE APPNOTE 6.3, §4.3); a link's content is where it leads. */
export function zipBytes(
  members: readonly (Member & { type?: keyof typeof modes })[],
  { claimedSize }: { claimedSize?: number } = {},
): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { path, content = '', type = 'File' } of members) {
    const name = Buffer.from(path);
    const body = Buffer.from(content);
    const fields = Buffer.alloc(26); // what both headers share, from "version needed" on
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(body), 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(claimedSize ?? body.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, body]);
    const tail = Buffer.alloc(14); // comment, disk, attributes, offset
    tail.writeUInt32LE((modes[type] << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, 3]); // Unix
    central.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, fields, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
