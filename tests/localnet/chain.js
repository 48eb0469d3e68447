// The chain: its genesis, the transactions that wait, and the making of blocks.
//
// Nothing depends on the wall clock. A block's time is its number times six seconds after `EPOCH_MS`,
// and the genesis depends on the runtime alone.
import { EventEmitter } from 'node:events';
import { bytes, compact, fromHex, hash, header, join, Reader, signer, toHex } from './codec.js';
import { extrinsicsRoot, Runtime, trieRoot } from './executor.js';

const EPOCH_MS = Date.UTC(2026, 0);
const BLOCK_TIME_MS = 6_000;
const ZERO = `0x${'00'.repeat(32)}`;
const CODE = toHex(Buffer.from(':code'));
/** In 10^-12 of a token. */
const ENDOWMENT = 1_000_000n * 10n ** 12n;
/** //Alice, //Bob, //Charlie, //Dave, //Eve and //Ferdie. */
const ENDOWED = [
  '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
  '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y',
  '5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy',
  '5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw',
  '5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL',
];

const INVALID = [
  'Transaction call is not expected',
  'Inability to pay some fees (e.g. account balance too low)',
  'Transaction will be valid in the future',
  'Transaction is outdated',
  'Transaction has a bad signature',
  'Transaction has an ancient birth block',
  'Transaction would exhaust the block limits',
];
const [FUTURE, EXHAUSTS] = [2, 6];

/** Why the runtime does not take a transaction, from its answer; undefined if it does. */
export function refusal(answer) {
  const [isRefused, kind, variant] = fromHex(answer);
  if (!isRefused) return undefined;
  const invalid = kind === 0;
  return {
    message: (invalid && INVALID[variant]) || `Transaction is not valid (${answer})`,
    passes: invalid && (variant === FUTURE || variant === EXHAUSTS),
  };
}

export class Refused extends Error {}

async function genesis(runtime, code) {
  const empty = { get: () => undefined, nextKey: () => undefined };
  const preset = new Reader(await runtime.call(empty, 'GenesisBuilder_get_preset', '0x00'));
  preset.take(1);
  const config = JSON.parse(preset.take(Number(preset.compact())).toString());
  config.balances.balances = ENDOWED.map((address) => [address, 'ENDOWMENT']);
  // The amount is beyond what JavaScript writes as a number.
  const json = JSON.stringify(config).replaceAll('"ENDOWMENT"', ENDOWMENT);
  const built = await runtime.run(empty, [['GenesisBuilder_build_state', bytes(toHex(Buffer.from(json)))]]);
  if (built.result !== '0x00') throw new Error(`the genesis is refused: ${built.result}`);
  const diff = [...built.diff, [CODE, code]];
  const first = header.encode({
    parentHash: ZERO,
    number: 0,
    stateRoot: await trieRoot(diff, 1),
    extrinsicsRoot: await extrinsicsRoot([]),
  });
  return { hash: hash(first), header: first, extrinsics: [], diff };
}

/** Emits `block` for every new one. */
export class Chain extends EventEmitter {
  #history;
  #pool = [];
  #turn = Promise.resolve();

  constructor(history, runtime, mode) {
    super();
    this.setMaxListeners(0);
    this.#history = history;
    this.runtime = runtime;
    this.mode = mode;
  }

  /**
   * The chain of a history; an empty one begins with the genesis of the runtime `code`. Its `mode` is
   * `instant`, a block for each transaction, or `manual`, blocks when they are asked for.
   */
  static async open(history, code, mode) {
    if (!history.head) history.push(await genesis(new Runtime(code), code));
    const runtime = new Runtime(history.get(history.head.number, CODE));
    const chain = new Chain(history, runtime, mode);
    chain.version = await runtime.version();
    chain.metadata = new Reader(await chain.call('Metadata_metadata', '0x'));
    chain.metadata = toHex(chain.metadata.take(Number(chain.metadata.compact())));
    return chain;
  }

  get head() {
    return this.#history.head;
  }

  block(id) {
    return this.#history.block(id);
  }

  get({ number }, key) {
    return this.#history.get(number, key);
  }

  keys({ number }, prefix, start, count) {
    return this.#history.keys(number, prefix, start, count);
  }

  /** The result of a runtime function on the state after a block. */
  call(name, argument, block = this.head) {
    return this.runtime.call(this.#history.state(block.number), name, argument);
  }

  get pending() {
    return this.#pool.map(({ extrinsic }) => extrinsic);
  }

  /** The nonce of an account's next transaction, those that wait included. */
  async nextNonce(account) {
    const nonce = new Reader(await this.call('AccountNonceApi_account_nonce', account)).integer(4);
    return Number(nonce) + this.pending.filter((extrinsic) => signer(extrinsic) === account).length;
  }

  /**
   * Takes a transaction; an instant chain has tried it in a block when this returns. `onBlock` hears
   * of its block, `onRefused` of its end when it loses its validity while it waits.
   */
  async submit(extrinsic, { onBlock, onRefused } = {}) {
    const entry = { extrinsic, onBlock, onRefused };
    if (this.mode === 'manual') {
      const reason = await this.#validity(extrinsic);
      if (reason && !reason.passes) throw new Refused(reason.message);
      this.#pool.push(entry);
    } else {
      this.#pool.push(entry);
      await this.#inTurn(() => this.#blockAtOnce(entry));
      if (entry.reason) throw new Refused(entry.reason);
    }
    return hash(extrinsic);
  }

  /** Why the runtime does not take `extrinsic` on top of the head. */
  #validity(extrinsic) {
    const external = '0x02';
    const argument = join(external, extrinsic, this.head.hash);
    return this.#answer([['TaggedTransactionQueue_validate_transaction', argument]]);
  }

  /** Why the runtime does not take `extrinsic` in a block after the `accepted` ones. */
  #reason(accepted, extrinsic) {
    const calls = [...accepted, extrinsic].map((each) => ['BlockBuilder_apply_extrinsic', each]);
    return this.#answer([...this.#opening().calls, ...calls]);
  }

  async #answer(calls) {
    try {
      const { result } = await this.runtime.run(this.#history.state(this.head.number), calls);
      return refusal(result);
    } catch {
      return { message: 'Transaction cannot be decoded', passes: false };
    }
  }

  /** Makes a block of `extrinsics`, all or none; without them, of the pool. Returns its hash. */
  newBlock(extrinsics) {
    return this.#inTurn(async () => {
      const entries = extrinsics?.map((extrinsic) => ({ extrinsic })) ?? [...this.#pool];
      const { block, refused } = await this.#make(entries);
      if (extrinsics && refused.size > 0) {
        const [index, { message }] = refused.entries().next().value;
        throw new Refused(`transaction ${index}: ${message}`);
      }
      this.#append(block);
      this.#settle(entries, refused);
      return block.hash;
    });
  }

  /** Makes a block for `entry`, and whoever waits with it, unless one before took it along. */
  async #blockAtOnce(entry) {
    if (!this.#pool.includes(entry)) return;
    const entries = [...this.#pool];
    const { block, refused } = await this.#make(entries);
    if (refused.size < entries.length) this.#append(block);
    this.#settle(entries, refused);
  }

  #inTurn(job) {
    const done = this.#turn.then(job);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Ends the waiting of what is in the head now and of what was refused for good. */
  #settle(entries, refused) {
    entries.forEach((entry, index) => {
      const reason = refused.get(index);
      if (reason?.passes) return;
      this.#pool = this.#pool.filter((other) => other !== entry);
      entry.reason = reason?.message;
      if (reason) entry.onRefused?.();
      else entry.onBlock?.(this.head.hash);
    });
  }

  #append(block) {
    this.#history.push(block);
    this.emit('block', this.head);
  }

  /** A block on top of the head, and the refused transactions' reasons by their index. */
  async #make(entries) {
    const extrinsics = entries.map(({ extrinsic }) => extrinsic);
    const refused = new Map();
    let accepted = [];
    let rest = [...extrinsics.keys()];
    const pick = (indices) => indices.map((index) => extrinsics[index]);
    let block = await this.#execute(pick(rest));
    while (!block) {
      // The first `fits` of the rest are all taken, the first `fails` are not.
      let [fits, fails] = [0, rest.length];
      while (fails - fits > 1) {
        const middle = (fits + fails) >> 1;
        if (await this.#execute(pick([...accepted, ...rest.slice(0, middle)]))) fits = middle;
        else fails = middle;
      }
      accepted = [...accepted, ...rest.slice(0, fits)];
      refused.set(rest[fits], await this.#reason(pick(accepted), extrinsics[rest[fits]]));
      rest = rest.slice(fits + 1);
      block = await this.#execute(pick([...accepted, ...rest]));
    }
    return { block, refused };
  }

  #opening() {
    const { hash: parentHash, number: parent } = this.head;
    const number = parent + 1;
    const opened = { parentHash, number, stateRoot: ZERO, extrinsicsRoot: ZERO };
    const [unsigned, timestampSet] = ['0x04', '0x0100'];
    const moment = compact(EPOCH_MS + number * BLOCK_TIME_MS);
    const inherent = bytes(join(unsigned, timestampSet, moment));
    const apply = ['BlockBuilder_apply_extrinsic', inherent];
    return { inherent, calls: [['Core_initialize_block', header.encode(opened)], apply] };
  }

  /** The block of all `extrinsics`, or undefined if the runtime does not take each of them. */
  async #execute(extrinsics) {
    const { inherent, calls } = this.#opening();
    const applied = extrinsics.map((extrinsic) => ['BlockBuilder_apply_extrinsic', extrinsic]);
    const all = [...calls, ...applied, ['BlockBuilder_finalize_block', '0x']];
    const state = this.#history.state(this.head.number);
    const built = await this.runtime.run(state, all).catch((error) => {
      // Bytes that are no transaction make the runtime trap; anything else that does is its fault.
      if (extrinsics.length === 0) throw error;
    });
    if (!built) return undefined;
    const included = [inherent, ...extrinsics];
    // The header names what was taken: cheaper to compare than to ask for every single outcome.
    const isWhole = header.decode(built.result).extrinsicsRoot === (await extrinsicsRoot(included));
    if (!isWhole && extrinsics.length === 0) throw new Error('the runtime refused its own inherent');
    if (!isWhole) return undefined;
    return { hash: hash(built.result), header: built.result, extrinsics: included, diff: built.diff };
  }
}
