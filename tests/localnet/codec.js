// The little SCALE that a node needs: whatever is inside a transaction stays the runtime's business.
import { blake2b } from '@noble/hashes/blake2b';
import { base58 } from '@scure/base';

export const toHex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
export const fromHex = (hex) => Buffer.from(hex.slice(2), 'hex');
export const hash = (hex) => toHex(blake2b(fromHex(hex), { dkLen: 32 }));
export const join = (...hexes) => `0x${hexes.map((hex) => hex.slice(2)).join('')}`;

/** A little-endian integer of `size` bytes. */
export function integer(value, size) {
  const bytes = [];
  for (let rest = BigInt(value), i = 0; i < size; i++, rest >>= 8n) bytes.push(Number(rest & 255n));
  return toHex(bytes);
}

/** A compact integer. */
export function compact(value) {
  if (value < 1 << 6) return integer(value << 2, 1);
  if (value < 1 << 14) return integer((value << 2) | 1, 2);
  if (value < 2 ** 30) return integer(value * 4 + 2, 4);
  const size = Math.ceil(BigInt(value).toString(16).length / 2);
  return join(integer(((size - 4) << 2) | 3, 1), integer(value, size));
}

/** Bytes with their length in front. */
export const bytes = (hex) => join(compact(hex.length / 2 - 1), hex);

/** Reads SCALE from the front. */
export class Reader {
  constructor(hex) {
    this.rest = fromHex(hex);
  }

  take(size) {
    if (size > this.rest.length) throw new Error('fewer bytes than expected');
    const taken = this.rest.subarray(0, size);
    this.rest = this.rest.subarray(size);
    return taken;
  }

  integer(size) {
    return BigInt(`0x${Buffer.from(this.take(size)).reverse().toString('hex')}`);
  }

  compact() {
    const mode = this.rest[0] & 3;
    if (mode < 3) return this.integer(1 << mode) >> 2n;
    return this.integer((Number(this.integer(1)) >> 2) + 4);
  }
}

/** A header's fields from and to SCALE. A digest is a list of SCALE items, empty here. */
export const header = {
  encode: ({ parentHash, number, stateRoot, extrinsicsRoot }) =>
    join(parentHash, compact(number), stateRoot, extrinsicsRoot, compact(0)),

  decode(hex) {
    const reader = new Reader(hex);
    const parentHash = toHex(reader.take(32));
    const number = Number(reader.compact());
    const [stateRoot, extrinsicsRoot] = [toHex(reader.take(32)), toHex(reader.take(32))];
    return { parentHash, number, stateRoot, extrinsicsRoot };
  },
};

/** The public key of an SS58 address or of 32 bytes in hexadecimal; throws on anything else. */
export function publicKey(address) {
  if (/^0x[0-9a-f]{64}$/i.test(address)) return address.toLowerCase();
  const decoded = base58.decode(address);
  const prefix = decoded[0] < 64 ? 1 : 2;
  if (decoded.length !== prefix + 34) throw new Error('not an address');
  return toHex(decoded.slice(prefix, -2));
}

/** The public key of who signed a transaction, if it is signed by a plain account. */
export function signer(extrinsic) {
  const reader = new Reader(extrinsic);
  reader.compact();
  const [version, kind] = reader.take(2);
  return version >= 128 && kind === 0 ? toHex(reader.take(32)) : undefined;
}
