// main.js RUNTIME.wasm [--port N] [--state FOLDER] [--blocks instant|manual]: see scripts/localnet.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Chain } from './chain.js';
import { History } from './history.js';
import { serve } from './server.js';

/** Something that the caller got wrong. */
class BadInput extends Error {}

function options() {
  const flags = { port: { type: 'string' }, state: { type: 'string' }, blocks: { type: 'string' } };
  let parsed;
  try {
    parsed = parseArgs({ options: flags, allowPositionals: true });
  } catch (error) {
    throw new BadInput(error.message);
  }
  const { port = '9944', state, blocks = 'instant' } = parsed.values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new BadInput(`--port is \`${port}\`: expected a number from 0 (any free port) to 65535`);
  }
  if (!['instant', 'manual'].includes(blocks)) {
    throw new BadInput(`--blocks is \`${blocks}\`: expected instant or manual`);
  }
  const [runtime, ...rest] = parsed.positionals;
  if (rest.length > 0) throw new BadInput(`\`${rest[0]}\` is not expected`);
  return { port: Number(port), state, mode: blocks, runtime };
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Keeps a second chain off the folder; a lock whose owner is gone counts for nothing. */
function lock(folder) {
  const path = join(folder, 'lock');
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}`, { flag: 'wx' });
      process.on('exit', () => rmSync(path, { force: true }));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(readFileSync(path, 'utf8'));
    if (owner && owner !== process.pid && isAlive(owner)) {
      throw new BadInput(`--state is \`${folder}\`: another chain (process ${owner}) uses it`);
    }
    rmSync(path, { force: true });
  }
}

function openHistory(folder) {
  if (folder === undefined) return new History();
  try {
    mkdirSync(folder, { recursive: true });
    lock(folder);
    return new History(join(folder, 'blocks.jsonl'));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`--state is \`${folder}\`: ${error.message}`);
  }
}

async function main() {
  const { port, state, mode, runtime } = options();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(0));
  const code = `0x${readFileSync(runtime).toString('hex')}`;
  const chain = await Chain.open(openHistory(state), code, mode);
  const actual = await serve(chain, port).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw new BadInput(`--port is \`${port}\`: ${error.message}`);
    throw new BadInput(`--port is \`${port}\`: it is in use; expected a free port, or 0 for any`);
  });
  console.log(`ws://127.0.0.1:${actual}`);
}

main().catch((error) => {
  console.error(`localnet: ${error instanceof BadInput ? error.message : error.stack}`);
  process.exit(error instanceof BadInput ? 2 : 1);
});
