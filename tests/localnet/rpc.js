// The JSON-RPC methods of a node that its clients ask for, and two of `dev_` to drive blocks by.
import { fromHex, hash, header, integer, join, publicKey, Reader } from './codec.js';
import { isInChild } from './history.js';
import { Refused } from './chain.js';

export class RpcError extends Error {
  constructor(code, message, data) {
    super(message);
    Object.assign(this, { code, data });
  }
}

const BAD_PARAMS = -32602;
const PAGE_MAX = 1_000;

function check(holds, expected) {
  if (!holds) throw new RpcError(BAD_PARAMS, `Invalid params: expected ${expected}`);
}

function hex(value, what) {
  const isHex = typeof value === 'string' && value.length % 2 === 0 && /^0x[0-9a-f]*$/i.test(value);
  check(isHex, `${what} in hexadecimal`);
  return value.toLowerCase();
}

function blockAt(chain, id) {
  const block = chain.block(id && hex(id, 'the hash of a block'));
  if (!block) throw new RpcError(-32000, `Client error: block ${id} is not known`);
  return block;
}

function headerJson(block) {
  const { parentHash, number, stateRoot, extrinsicsRoot } = header.decode(block.header);
  const digest = { logs: [] };
  return { parentHash, number: `0x${number.toString(16)}`, stateRoot, extrinsicsRoot, digest };
}

function keys(chain, prefix, count, start, at) {
  check(Number.isInteger(count) && count >= 0 && count <= PAGE_MAX, `at most ${PAGE_MAX} keys`);
  const block = blockAt(chain, at);
  return chain.keys(block, hex(prefix, 'a prefix'), start ? hex(start, 'a key') : '', count);
}

function changes(chain, wanted, block) {
  return wanted.map((key) => [key, chain.get(block, key) ?? null]);
}

function keyList(wanted) {
  check(Array.isArray(wanted), 'a list of keys');
  return wanted.map((key) => hex(key, 'a key'));
}

function account(address) {
  try {
    return publicKey(address);
  } catch {
    return check(false, 'the address of an account');
  }
}

/** The key of a child trie's entry, as state and executor spell it. */
function childKey(child, key) {
  check(isInChild(hex(child, 'the name of a child trie')), 'the name of a child trie');
  return join(child.toLowerCase(), hex(key, 'a key'));
}

const size = (value) => (value ? value.length / 2 - 1 : null);
const digest = (value) => (value ? hash(value) : null);

const state = {
  state_getRuntimeVersion: (chain) => chain.version,
  state_getMetadata: (chain) => chain.metadata,
  state_getStorage: (chain, [key, at]) => chain.get(blockAt(chain, at), hex(key, 'a key')) ?? null,
  state_getStorageHash: (chain, params) => digest(state.state_getStorage(chain, params)),
  state_getStorageSize: (chain, params) => size(state.state_getStorage(chain, params)),
  state_getKeysPaged: (chain, [prefix, count, start, at]) => keys(chain, prefix, count, start, at),
  state_queryStorageAt(chain, [wanted, at]) {
    const block = blockAt(chain, at);
    return [{ block: block.hash, changes: changes(chain, keyList(wanted), block) }];
  },
  state_call: (chain, [name, argument, at]) =>
    chain.call(name, hex(argument, 'an argument'), blockAt(chain, at)),
};

const childstate = {
  childstate_getStorage: (chain, [child, key, at]) =>
    chain.get(blockAt(chain, at), childKey(child, key)) ?? null,
  childstate_getStorageHash: (chain, params) => digest(childstate.childstate_getStorage(chain, params)),
  childstate_getStorageSize: (chain, params) => size(childstate.childstate_getStorage(chain, params)),
  childstate_getStorageEntries: (chain, [child, wanted, at]) =>
    keyList(wanted).map((key) => chain.get(blockAt(chain, at), childKey(child, key)) ?? null),
  childstate_getKeysPaged(chain, [child, prefix, count, start, at]) {
    const from = start ? childKey(child, start) : undefined;
    const found = keys(chain, childKey(child, prefix ?? '0x'), count, from, at);
    return found.map((key) => `0x${key.slice(child.length)}`);
  },
};

const blocks = {
  chain_getBlockHash(chain, [number]) {
    const one = (each) => chain.block(each === null ? null : Number(each))?.hash ?? null;
    return Array.isArray(number) ? number.map(one) : one(number ?? null);
  },
  chain_getFinalizedHead: (chain) => chain.head.hash,
  chain_getHeader: (chain, [at]) => headerJson(blockAt(chain, at)),
  chain_getBlock(chain, [at]) {
    const block = blockAt(chain, at);
    const { extrinsics } = block;
    return { block: { header: headerJson(block), extrinsics }, justifications: null };
  },
};

async function refusable(job) {
  try {
    return await job();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new RpcError(1010, 'Invalid Transaction', error.message);
  }
}

const author = {
  author_submitExtrinsic: (chain, [extrinsic]) =>
    refusable(() => chain.submit(hex(extrinsic, 'a transaction'))),
  author_pendingExtrinsics: (chain) => chain.pending,
};

async function feeQuery(chain, name, [extrinsic, at]) {
  const length = integer(fromHex(hex(extrinsic, 'a transaction')).length, 4);
  const argument = join(extrinsic, length);
  return new Reader(await chain.call(`TransactionPaymentApi_${name}`, argument, blockAt(chain, at)));
}

const payment = {
  async payment_queryInfo(chain, params) {
    const answer = await feeQuery(chain, 'query_info', params);
    const weight = { ref_time: Number(answer.compact()), proof_size: Number(answer.compact()) };
    const kind = ['normal', 'operational', 'mandatory'][answer.integer(1)];
    return { weight, class: kind, partialFee: answer.integer(16).toString() };
  },
  async payment_queryFeeDetails(chain, params) {
    const answer = await feeQuery(chain, 'query_fee_details', params);
    if (answer.integer(1) === 0n) return { inclusionFee: null };
    const [baseFee, lenFee, adjustedWeightFee] = [0, 0, 0].map(() => answer.integer(16).toString());
    return { inclusionFee: { baseFee, lenFee, adjustedWeightFee } };
  },
};

const system = {
  system_chain: () => 'Carrots Localnet',
  system_name: () => 'carrots-localnet',
  system_version: (chain) => `${chain.version.specVersion}`,
  system_chainType: () => 'Development',
  system_properties: () => ({ ss58Format: 42, tokenDecimals: 12, tokenSymbol: 'UNIT' }),
  system_health: () => ({ peers: 0, isSyncing: false, shouldHavePeers: false }),
  system_nodeRoles: () => ['Full'],
  system_peers: () => [],
  system_accountNextIndex: (chain, [address]) => chain.nextNonce(account(address)),
};

const dev = {
  /** `{ count, to, transactions }`, all optional: see the README. Returns the last block's hash. */
  async dev_newBlock(chain, [{ count = 1, to, transactions } = {}]) {
    const wanted = to === undefined ? count : to - chain.head.number;
    check(Number.isInteger(wanted) && wanted >= 1, 'a number of blocks, or one above the head');
    check(transactions === undefined || Array.isArray(transactions), 'a list of transactions');
    const included = transactions?.map((each) => hex(each, 'a transaction'));
    let last = await refusable(() => chain.newBlock(included));
    for (let made = 1; made < wanted; made++) last = await chain.newBlock();
    return last;
  },
  dev_setBlockBuildMode(chain, [mode]) {
    check(['Instant', 'Manual'].includes(mode), '"Instant" or "Manual"');
    chain.mode = mode.toLowerCase();
    return null;
  },
};

/** Method -> (chain, params) -> the answer. */
export const methods = {
  ...state,
  state_getStorageAt: state.state_getStorage,
  state_getKeysPagedAt: state.state_getKeysPaged,
  state_callAt: state.state_call,
  chain_getRuntimeVersion: state.state_getRuntimeVersion,
  ...childstate,
  ...blocks,
  chain_getHead: blocks.chain_getBlockHash,
  ...author,
  ...payment,
  ...system,
  account_nextIndex: system.system_accountNextIndex,
  ...dev,
  rpc_methods: () => ({ methods: [...Object.keys(methods), ...Object.keys(subscriptions)].sort() }),
};

function heads(name) {
  return {
    name,
    start(chain, _params, notify) {
      const listener = (block) => notify(headerJson(block));
      chain.on('block', listener);
      notify(headerJson(chain.head));
      return () => chain.off('block', listener);
    },
  };
}

const storage = {
  name: 'state_storage',
  start(chain, [wanted], notify) {
    const watched = keyList(wanted ?? []);
    const listener = (block) => {
      const changed = block.changed.filter(([key]) => watched.includes(key));
      if (changed.length > 0) notify({ block: block.hash, changes: changed });
    };
    chain.on('block', listener);
    notify({ block: chain.head.hash, changes: changes(chain, watched, chain.head) });
    return () => chain.off('block', listener);
  },
};

const runtimeVersion = {
  name: 'state_runtimeVersion',
  start(chain, _params, notify) {
    // The runtime has no call that changes it.
    notify(chain.version);
    return () => {};
  },
};

const extrinsicUpdate = {
  name: 'author_extrinsicUpdate',
  async start(chain, [extrinsic], notify) {
    notify('ready');
    const watcher = {
      onBlock(block) {
        notify({ inBlock: block });
        notify({ finalized: block });
      },
      onRefused: () => notify('invalid'),
    };
    await refusable(() => chain.submit(hex(extrinsic, 'a transaction'), watcher));
    return () => {};
  },
};

/** Method -> what it is heard under and how it starts; starting returns how it ends. */
const starts = {
  chain_subscribeAllHeads: heads('chain_allHead'),
  chain_subscribeFinalizedHeads: heads('chain_finalizedHead'),
  chain_subscribeNewHead: heads('chain_newHead'),
  chain_subscribeNewHeads: heads('chain_newHead'),
  state_subscribeStorage: storage,
  state_subscribeRuntimeVersion: runtimeVersion,
  chain_subscribeRuntimeVersion: runtimeVersion,
  author_submitAndWatchExtrinsic: extrinsicUpdate,
};

const ends = { author_submitAndWatchExtrinsic: 'author_unwatchExtrinsic' };

/** Method -> what it does on a connection. */
export const subscriptions = Object.fromEntries(
  Object.entries(starts).flatMap(([method, subscription]) => [
    [method, subscription],
    [ends[method] ?? method.replace('subscribe', 'unsubscribe'), 'end'],
  ]),
);
