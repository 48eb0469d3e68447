// All blocks and the state after each of them, in memory and, if wanted, in a journal.
//
// A key's values are kept with the block that wrote them, so that every old state can be read at the
// price of the newest. The journal is one line of JSON per block, written before anyone hears of it;
// a line that a killed process left unfinished is dropped when the journal is read again.
import { existsSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';

// A child trie's entries stand under `:child_storage:default:`, its name (contracts' are of 32 bytes)
// and their key; the bare name is an entry of the state itself, the child's root.
const CHILD = '0x3a6368696c645f73746f726167653a64656661756c743a';
const CHILD_LENGTH = CHILD.length + 64;

/** Whether `prefix` leads into a child trie. */
export const isInChild = (prefix) => prefix.startsWith(CHILD) && prefix.length >= CHILD_LENGTH;
const isChildEntry = (key) => key.startsWith(CHILD) && key.length > CHILD_LENGTH;

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
  #journalSize;

  /** With a `path`, the blocks of the journal there. */
  constructor(path) {
    if (!path) return;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    whole.split('\n').slice(0, -1).forEach((line, index) => this.#read(path, line, index + 1));
    this.#journal = openSync(path, 'a');
    this.#journalSize = Buffer.byteLength(whole);
    ftruncateSync(this.#journal, this.#journalSize);
  }

  #read(path, line, number) {
    try {
      this.#add(JSON.parse(line));
    } catch {
      throw new Error(`${path}:${number}: expected a block`);
    }
  }

  #record(block) {
    const line = `${JSON.stringify(block)}\n`;
    try {
      writeFileSync(this.#journal, line);
    } catch (error) {
      // What did get to the disk would spoil the next line.
      ftruncateSync(this.#journal, this.#journalSize);
      throw error;
    }
    this.#journalSize += Buffer.byteLength(line);
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
  push({ hash, header, extrinsics, diff }) {
    const old = (key) => this.#writes.get(key)?.at(-1).value ?? null;
    const changed = diff.filter(([key, value]) => (value ?? null) !== old(key));
    const block = { hash, header, extrinsics, changed };
    if (this.#journal) this.#record(block);
    this.#add(block);
  }

  #add(block) {
    const number = this.#blocks.length;
    block.changed.forEach(([key, value]) => this.#write(number, key, value ?? null));
    this.#blocks.push({ ...block, number });
    this.#byHash.set(block.hash, this.head);
  }

  #write(number, key, value) {
    const writes = this.#writes.get(key);
    if (writes) {
      writes.push({ number, value });
    } else {
      this.#writes.set(key, [{ number, value }]);
      this.#keys.splice(firstIndex(this.#keys, (other) => other > key), 0, key);
    }
  }

  /** The value of `key` after block `number`, or undefined. */
  get(number, key) {
    const writes = this.#writes.get(key);
    if (!writes) return undefined;
    const index = firstIndex(writes, (write) => write.number > number) - 1;
    return writes[index]?.value ?? undefined;
  }

  /** At most `count` keys after `start` that begin with `prefix`, of the state or of one child trie. */
  keys(number, prefix, start, count) {
    const found = [];
    const inChild = isInChild(prefix);
    let index = firstIndex(this.#keys, (key) => key > start && key >= prefix);
    for (; found.length < count && index < this.#keys.length; index++) {
      const key = this.#keys[index];
      if (!key.startsWith(prefix)) break;
      if (isChildEntry(key) === inChild && this.get(number, key) !== undefined) found.push(key);
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
        return next && isChildEntry(next) ? `0x${next.slice(CHILD_LENGTH)}` : next;
      },
    };
  }
}
