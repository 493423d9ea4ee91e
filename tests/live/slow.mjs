// Somebody writes 100 updates a second, and ten times a second pastes 256 KB, which is deleted again: in seconds that is
// more than the buffers of the system hold.
//   node slow.mjs '{"url": "..", "room": "..", "cookie": ".."}'
// Reads lines on stdin: `write SECONDS` prints `wrote {"late": MS}`, the slowest that an edit took to be seen by another
// client; `stuck` joins a client and stops reading from its socket, prints `stuck`; `read` lets it read again and prints
// `same` once it has what the writer has.
import fs from 'node:fs'
import readline from 'node:readline'
import WebSocket from '../../static/node_modules/ws/wrapper.mjs'
import { WebsocketProvider } from '../../static/node_modules/y-websocket/src/y-websocket.js'
import * as Y from '../../static/node_modules/yjs/dist/yjs.mjs'

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
const { url, room, cookie } = JSON.parse(process.argv[2])
const say = (...words) => fs.writeSync(1, words.join(' ') + '\n')
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (what) => { while (!what()) await sleep(10) }
const fragment = (doc) => doc.getXmlFragment('content')
const text = (doc) => fragment(doc).get(0).get(0)

const sockets = []
class Socket extends WebSocket {
  constructor (address, protocols) {
    super(address, protocols, { headers: { Cookie: cookie }, perMessageDeflate: false })
    sockets.push(this)
  }
}
const join = async () => {
  const doc = new Y.Doc()
  const provider = new WebsocketProvider(url, room, doc, { WebSocketPolyfill: Socket, disableBc: true, maxBackoffTime: 500 })
  provider.on('connection-error', () => {})
  provider.on('closed', ({ code }) => { throw new Error(`closed for good with ${code}`) })
  provider.messageHandlers = provider.messageHandlers.slice()
  provider.messageHandlers[102] = () => {}
  // Also who reads nothing says that it is here.
  let beat = 0
  setInterval(() => provider.awareness.setLocalStateField('status', `here ${beat++}`), 500)
  await new Promise((resolve) => provider.once('sync', resolve))
  return { doc, provider }
}

const writer = await join()
const other = await join()
const paragraph = new Y.XmlElement('paragraph')
paragraph.insert(0, [new Y.XmlText()])
fragment(writer.doc).insert(0, [paragraph])
await until(() => fragment(other.doc).length)
const waits = new Map()
let late = 0
let number = 0
other.doc.on('update', () => {
  const seen = text(other.doc)?.length
  for (const [length, began] of waits) {
    if (length !== seen) continue
    late = Math.max(late, performance.now() - began)
    waits.delete(length)
  }
})

const write = async (seconds) => {
  const end = performance.now() + seconds * 1000
  late = 0
  while (performance.now() < end) {
    const began = performance.now()
    if (number++ % 10 === 0) {
      text(writer.doc).insert(0, 'p'.repeat(256 * 1024))
      text(writer.doc).delete(0, 256 * 1024)
    }
    text(writer.doc).insert(text(writer.doc).length, 'k')
    waits.set(text(writer.doc).length, began)
    await sleep(Math.max(0, 10 - (performance.now() - began)))
  }
  await until(() => text(other.doc).length === text(writer.doc).length)
  waits.clear()
  say('wrote', JSON.stringify({ late: Math.round(late) }))
}

let slow = null
let stuck = null
const commands = {
  write,
  stuck: async () => {
    slow = await join()
    stuck = sockets.at(-1)
    stuck._socket.pause()
    say('stuck')
  },
  read: async () => {
    stuck._socket?.resume()
    await until(() => text(slow.doc)?.toString() === text(writer.doc).toString())
    say('same')
  }
}
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [command, argument] = line.split(' ')
  await commands[command](Number(argument))
}
process.exit(0)
