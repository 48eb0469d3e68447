// All blocks and the state after each of them, in memory and, if wanted, in a journal.
//
// A key's values are kept with the block that wrote them, so that every old state can be read at the
// price of the newest. The journal is one line of JSON per block, written before anyone hears of it;
// a line that a killed process left unfinished is dropped when the journal is read again.
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

const CHILD = '0x3a6368696c645f73746f726167653a64656661756c743a';
/** The length of a child trie's name: contracts' are of 32 bytes. */
const CHILD_LENGTH = CHILD.length + 64;

export const isChild = (key) => key.startsWith(CHILD);

/** The first index of the sorted `list` for which `after` holds. */
function firstIndex(list, after) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (after(list[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

export class History {
  #blocks = [];
  #byHash = new Map();
  #writes = new Map();
  #keys = [];
  #journal;

  /** With a `path`, the blocks of the journal there. */
  constructor(path) {
    if (!path) return;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    whole.split('\n').slice(0, -1).forEach((line) => this.#add(JSON.parse(line)));
    this.#journal = openSync(path, 'a');
    ftruncateSync(this.#journal, Buffer.byteLength(whole));
  }

  close() {
    if (this.#journal) closeSync(this.#journal);
  }

  /** The newest block; undefined before the genesis. */
  get head() {
    return this.#blocks.at(-1);
  }

  /** The block of a number, of a hash, or the newest. */
  block(id) {
    if (id === undefined || id === null) return this.head;
    return typeof id === 'number' ? this.#blocks[id] : this.#byHash.get(id);
  }

  /** Appends `{ hash, header, extrinsics, diff }`; a diff is a list of keys with their value or null. */
  push(block) {
    if (this.#journal) writeSync(this.#journal, `${JSON.stringify(block)}\n`);
    this.#add(block);
  }

  #add({ hash, header, extrinsics, diff }) {
    const number = this.#blocks.length;
    const changed = diff.filter(([key, value]) => this.#write(number, key, value ?? null));
    const block = { hash, number, header, extrinsics, changed };
    this.#blocks.push(block);
    this.#byHash.set(hash, block);
  }

  #write(number, key, value) {
    const writes = this.#writes.get(key);
    if ((writes?.at(-1).value ?? null) === value) return false;
    if (writes) {
      writes.push({ number, value });
    } else {
      this.#writes.set(key, [{ number, value }]);
      this.#keys.splice(firstIndex(this.#keys, (other) => other > key), 0, key);
    }
    return true;
  }

  /** The value of `key` after block `number`, or undefined. */
  get(number, key) {
    const writes = this.#writes.get(key);
    if (!writes) return undefined;
    const index = firstIndex(writes, (write) => write.number > number) - 1;
    return writes[index]?.value ?? undefined;
  }

  /** At most `count` keys that begin with `prefix` and follow `start`. Child tries list themselves only. */
  keys(number, prefix, start, count) {
    const found = [];
    let index = firstIndex(this.#keys, (key) => key > start && key >= prefix);
    for (; found.length < count && index < this.#keys.length; index++) {
      const key = this.#keys[index];
      if (!key.startsWith(prefix)) break;
      if (isChild(key) === isChild(prefix) && this.get(number, key) !== undefined) found.push(key);
    }
    return found;
  }

  /** The state after block `number`. */
  state(number) {
    return {
      get: (key) => this.get(number, key),
      // The executor names child tries in front of their keys and wants the rest of the answer only.
      nextKey: (prefix, key) => {
        const [next] = this.keys(number, prefix, key, 1);
        return next && isChild(next) ? `0x${next.slice(CHILD_LENGTH)}` : next;
      },
    };
  }
}
