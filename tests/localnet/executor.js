// Runs a runtime's functions in the Wasm executor of chopsticks.
import { calculate_state_root, get_runtime_version, run_task } from '@acala-network/chopsticks-executor';
import { compact } from './codec.js';

export class Runtime {
  #code;

  /** `code` is Wasm in hexadecimal. */
  constructor(code) {
    this.#code = code;
  }

  /**
   * Calls functions one after another on `state` ({ get, nextKey }). Each sees what those before it
   * wrote. Returns the last one's `result` and everybody's `diff`; throws if one of them traps.
   */
  async run(state, calls) {
    const task = {
      id: 0,
      wasm: this.#code,
      calls: calls.map(([name, argument]) => [name, [argument]]),
      storageProofSize: 0,
      mockSignatureHost: 0,
      allowUnresolvedImports: false,
      runtimeLogLevel: 0,
    };
    const response = await run_task(task, {
      getStorage: async (key) => state.get(key),
      getNextKey: async (prefix, key) => state.nextKey(prefix, key),
    });
    if (response.Error) throw new Error(response.Error);
    return { result: response.Call.result, diff: response.Call.storageDiff };
  }

  /** The result of one function. */
  async call(state, name, argument) {
    return (await this.run(state, [[name, argument]])).result;
  }

  async version() {
    const text = (hex) => Buffer.from(hex.slice(2), 'hex').toString();
    const version = await get_runtime_version(this.#code);
    return { ...version, specName: text(version.specName), implName: text(version.implName) };
  }
}

/** The root of a trie of key and value pairs, with the state version 0 or 1. */
export const trieRoot = (entries, version) => calculate_state_root(entries, version);

/** The root by which a header names its extrinsics. */
export const extrinsicsRoot = (extrinsics) =>
  trieRoot(extrinsics.map((extrinsic, index) => [compact(index), extrinsic]), 0);
