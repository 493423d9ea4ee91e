// Stock y-websocket clients that keep typing whatever becomes of the servers, and keep what is not acknowledged.
//   node survivors.mjs '{"urls": [..], "room": "..", "cookie": "..", "clients": 6, "pause": 20}'
// Prints a line for each thing that happens: `ack EDIT`, `notice CODE`, `closed CODE`, `peers NUMBER`. A line `stop` on
// stdin ends the typing; the last line is then `end {texts, typed}`, once everybody has the same and all is acknowledged.
import fs from 'node:fs'
import readline from 'node:readline'
import WebSocket from '../../static/node_modules/ws/wrapper.mjs'
import { WebsocketProvider } from '../../static/node_modules/y-websocket/src/y-websocket.js'
import * as Y from '../../static/node_modules/yjs/dist/yjs.mjs'

const { urls, room, cookie, clients, pause } = JSON.parse(process.argv[2])
const [MESSAGE, SAVED] = [100, 102]
const say = (...words) => fs.writeSync(1, words.join(' ') + '\n')
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const fragment = (doc) => doc.getXmlFragment('content')
const text = (doc) => fragment(doc).get(0).get(0)

// Counts the content frames of one connection as the server does, and knows which edits each of them carries.
class Client {
  constructor (url) {
    this.doc = new Y.Doc()
    this.unsaved = new Set()
    this.carried = new Map()
    this.sent = 0
    this.typed = 0
    this.typing = null
    const client = this
    class Socket extends WebSocket {
      constructor (address, protocols) {
        super(address, protocols, { headers: { Cookie: cookie }, perMessageDeflate: false })
        client.sent = 0
        client.carried.clear()
        this.on('open', () => super.send(Buffer.concat([Buffer.from([MESSAGE]), Buffer.from('{"type":"hello","schema":1}')])))
        this.on('close', (code) => say('closed', code))
      }

      send (frame) {
        if (frame[0] === 0 && frame[1] > 0) {
          client.carried.set(++client.sent, frame[1] === 1 ? [...client.unsaved] : [client.typing])
        }
        super.send(frame)
      }
    }
    this.provider = new WebsocketProvider(url, room, this.doc, { WebSocketPolyfill: Socket, disableBc: true, maxBackoffTime: 500 })
    this.provider.messageHandlers = this.provider.messageHandlers.slice()
    this.provider.messageHandlers[SAVED] = (_encoder, decoder) => this.saved(varint(decoder))
    this.provider.messageHandlers[MESSAGE] = (_encoder, decoder) => {
      const message = JSON.parse(Buffer.from(decoder.arr.subarray(decoder.pos)).toString())
      decoder.pos = decoder.arr.length
      if (message.type === 'notice') say('notice', message.code)
    }
    this.provider.on('connection-error', () => {})
  }

  saved (n) {
    for (const [number, edits] of this.carried) {
      if (number > n) continue
      this.carried.delete(number)
      for (const edit of edits) if (this.unsaved.delete(edit)) say('ack', edit)
    }
  }

  type () {
    this.typing = `<${this.doc.clientID}.${this.typed++}>`
    this.unsaved.add(this.typing)
    text(this.doc).insert(text(this.doc).length, this.typing)
  }
}

const varint = (decoder) => {
  let n = 0
  for (let shift = 0; ; shift += 7) {
    const byte = decoder.arr[decoder.pos++]
    n += (byte & 127) * 2 ** shift
    if (byte < 128) return n
  }
}

const all = Array.from({ length: clients }, (_, i) => new Client(urls[i % urls.length]))
let typing = true
readline.createInterface({ input: process.stdin }).once('line', () => { typing = false })

await Promise.all(all.map(({ provider }) => provider.synced || new Promise((resolve) => provider.once('sync', resolve))))
if (fragment(all[0].doc).length === 0) {
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText()])
  fragment(all[0].doc).insert(0, [paragraph])
}
while (all.some(({ doc }) => fragment(doc).length === 0)) await sleep(10)
all.forEach(({ provider }, i) => provider.awareness.setLocalState({ cursor: null, status: `client ${i}` }))
let peers = 0
while (typing) {
  for (const client of all) client.type()
  const fewest = Math.min(...all.map(({ provider }) => provider.awareness.getStates().size))
  if (fewest !== peers) say('peers', peers = fewest)
  await sleep(pause)
}
const done = () => all.every(({ doc, unsaved }) => unsaved.size === 0 && text(doc).toString() === text(all[0].doc).toString())
while (!done()) await sleep(20)
say('end', JSON.stringify({
  texts: [...new Set(all.map(({ doc }) => text(doc).toString()))],
  typed: all.flatMap(({ doc, typed }) => Array.from({ length: typed }, (_, i) => `<${doc.clientID}.${i}>`))
}))
process.exit(0)
