import { malformed } from './malformed.ts';

/** What an armored block says it holds, after `BEGIN PGP `. RFC 4880 §6.2. */
export type ArmorType = 'PUBLIC KEY BLOCK' | 'PRIVATE KEY BLOCK';

export interface ArmoredBlock {
  readonly type: string;
  readonly data: Buffer;
}

const LINE = /^-----(BEGIN|END) PGP ([A-Z ]+)-----[ \t]*$/;

/**
 * All armored blocks of a text, in order; text around them is ignored, as GnuPG does. A block that is not closed, or
 * whose content is not base64, is malformed: half a certificate must not pass for a whole one.
 */
export function readArmor(text: string): readonly ArmoredBlock[] {
  const blocks: ArmoredBlock[] = [];
  let open: { readonly type: string; readonly lines: string[] } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, edge, type] = LINE.exec(line) ?? [];
    if (edge === undefined || type === undefined) open?.lines.push(line);
    else if (edge === 'BEGIN' && open === undefined) open = { type, lines: [] };
    else if (edge === 'END' && open?.type === type) {
      blocks.push({ type, data: decode(open.lines) });
      open = undefined;
    } else throw malformed(`the end of PGP ${open?.type ?? 'nothing'}`, `${edge} PGP ${type}`);
  }
  if (open !== undefined) throw malformed(`the end of PGP ${open.type}`, 'the end of the text');
  return blocks;
}

/**
 * Headers, an empty line, base64, an optional checksum line. The checksum (§6.1) finds nothing that the signatures
 * inside do not find, and RFC 9580 §6.1 wants it ignored.
 */
function decode(lines: readonly string[]): Buffer {
  const empty = lines.findIndex((line) => line.trim() === '');
  const headers = lines.slice(0, Math.max(empty, 0));
  const body = headers.every((line) => /^[^ :]+: ?/.test(line)) ? lines.slice(empty + 1) : lines;
  const text = body.filter((line) => !/^=[A-Za-z0-9+/]{4}[ \t]*$/.test(line)).map((line) => line.trim());
  const base64 = text.join('');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    throw malformed('base64', `${JSON.stringify(text.find((line) => line !== '') ?? '')}…`);
  }
  return Buffer.from(base64, 'base64');
}

/** Armored, with the checksum: RFC 9580 §6.1 is against it, but GnuPG 2.2 may read past the end without one. */
export function writeArmor(type: ArmorType, data: Uint8Array): string {
  const base64 = Buffer.from(data).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  const end = [`=${checksum(data)}`, `-----END PGP ${type}-----`, ''];
  return [`-----BEGIN PGP ${type}-----`, '', ...lines, ...end].join('\n');
}

/** CRC-24. RFC 4880 §6.1. */
function checksum(data: Uint8Array): string {
  let crc = 0xb704ce;
  for (const octet of data) {
    crc ^= octet << 16;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ ((crc & 0x800000) === 0 ? 0 : 0x1864cfb);
  }
  return Buffer.of((crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff).toString('base64');
}

/** Whether the bytes are armored text rather than packets, whose first octet always has its highest bit set. */
export function isArmored(data: Uint8Array): boolean {
  return data.length > 0 && ((data[0] ?? 0) & 0x80) === 0;
}
