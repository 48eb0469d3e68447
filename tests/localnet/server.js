// JSON-RPC over WebSocket, and over HTTP for what answers once.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { methods, RpcError, subscriptions } from './rpc.js';

const INTERNAL = -32603;
const PAYLOAD_MAX = 64 * 1024 * 1024;

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new RpcError(-32700, 'Parse error');
  }
}

function failure(id, error) {
  const known = error instanceof RpcError;
  const { code = INTERNAL, message, data } = known ? error : { message: `${error.message}` };
  return { jsonrpc: '2.0', id: id ?? null, error: { code, message, data } };
}

/** Answers a request, or a list of them, by `handle(method, params)`. */
async function answer(text, handle) {
  const one = async (request) => {
    try {
      const { id, method, params = [] } = request ?? {};
      if (typeof method !== 'string' || !Array.isArray(params)) {
        throw new RpcError(-32600, 'Invalid request');
      }
      return { jsonrpc: '2.0', id: id ?? null, result: await handle(method, params) };
    } catch (error) {
      return failure(request?.id, error);
    }
  };
  try {
    const requests = parse(text);
    return Array.isArray(requests) ? await Promise.all(requests.map(one)) : await one(requests);
  } catch (error) {
    return failure(null, error);
  }
}

async function once(chain, method, params) {
  const respond = Object.hasOwn(methods, method) && methods[method];
  if (!respond) throw new RpcError(-32601, `Method not found: ${method}`);
  return respond(chain, params);
}

/** One client: its subscriptions end with it. */
function connect(chain, socket) {
  const running = new Map();
  const send = (message) => socket.readyState === socket.OPEN && socket.send(JSON.stringify(message));
  let count = 0;

  async function handle(method, params) {
    const subscription = Object.hasOwn(subscriptions, method) && subscriptions[method];
    if (!subscription) return once(chain, method, params);
    if (subscription === 'end') {
      running.get(params[0])?.();
      return running.delete(params[0]);
    }
    const id = `${(count += 1)}`;
    // A client learns a subscription's name before it hears from it.
    const early = [];
    let notify = (result) => early.push(result);
    const end = await subscription.start(chain, params, (result) => notify(result));
    running.set(id, end);
    const emit = (result) =>
      running.has(id) &&
      send({ jsonrpc: '2.0', method: subscription.name, params: { subscription: id, result } });
    setImmediate(() => {
      early.forEach(emit);
      notify = emit;
    });
    return id;
  }

  socket.on('message', async (data) => send(await answer(data.toString(), handle)));
  socket.on('error', () => {});
  socket.on('close', () => {
    running.forEach((end) => end());
    running.clear();
  });
}

async function post(chain, request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const reply = await answer(text, (method, params) => once(chain, method, params));
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(reply));
}

/** Serves on the loopback; `port` 0 is any free one. Resolves to the port and a way to stop. */
export function serve(chain, port) {
  const http = createServer((request, response) => post(chain, request, response));
  const sockets = new WebSocketServer({ server: http, maxPayload: PAYLOAD_MAX });
  sockets.on('connection', (socket) => connect(chain, socket));
  return new Promise((resolve, reject) => {
    sockets.on('error', reject);
    http.listen(port, '127.0.0.1', () => resolve(http.address().port));
  });
}
