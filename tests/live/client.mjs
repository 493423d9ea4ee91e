// A stock y-websocket client that knows which of its edits are saved: it counts the content frames of one connection as
// the server does, and remembers which edits each of them carries. `heard` is told of `ack EDIT`, `notice CODE`, `closed CODE`.
import WebSocket from '../../static/node_modules/ws/wrapper.mjs'
import { WebsocketProvider } from '../../static/node_modules/y-websocket/src/y-websocket.js'
import * as Y from '../../static/node_modules/yjs/dist/yjs.mjs'

const [MESSAGE, SESSION, SAVED] = [100, 101, 102]
const HELLO = Buffer.concat([Buffer.from([MESSAGE]), Buffer.from('{"type":"hello","schema":1}')])

export class Client {
  constructor (url, room, { cookie, pass }, heard = () => {}) {
    this.doc = new Y.Doc()
    this.unsaved = new Set()
    this.carried = new Map()
    this.sent = 0
    this.editing = null
    this.heard = heard
    const client = this
    class Socket extends WebSocket {
      constructor (address, protocols) {
        super(address, protocols, { headers: cookie ? { Cookie: cookie } : {}, perMessageDeflate: false })
        client.sent = 0
        client.carried.clear()
        this.on('open', () => super.send(HELLO))
        this.on('close', (code) => heard('closed', code))
      }

      send (frame) {
        if (frame[0] === 0 && frame[1] > 0) {
          client.carried.set(++client.sent, frame[1] === 1 ? [...client.unsaved] : [client.editing])
        }
        super.send(frame)
      }
    }
    const protocols = pass ? ['scriptorium', `guest.${pass}`] : []
    const options = { WebSocketPolyfill: Socket, disableBc: true, maxBackoffTime: 500, protocols }
    this.provider = new WebsocketProvider(url, room, this.doc, options)
    this.provider.messageHandlers = this.provider.messageHandlers.slice()
    this.provider.messageHandlers[SAVED] = (_encoder, decoder) => this.saved(varint(decoder))
    this.provider.messageHandlers[SESSION] = () => {}
    this.provider.messageHandlers[MESSAGE] = (_encoder, decoder) => {
      const message = JSON.parse(Buffer.from(decoder.arr.subarray(decoder.pos)).toString())
      decoder.pos = decoder.arr.length
      if (message.type === 'notice') heard('notice', message.code)
    }
    this.provider.on('connection-error', () => {})
    this.provider.on('closed', ({ code }) => { throw new Error(`closed for good with ${code}`) })
  }

  get root () { return this.doc.getXmlFragment('content') }

  saved (n) {
    for (const [number, edits] of this.carried) {
      if (number > n) continue
      this.carried.delete(number)
      for (const edit of edits) if (this.unsaved.delete(edit)) this.heard('ack', edit)
    }
  }

  // One change, which goes out as one frame, under a name.
  edit (name, change) {
    this.editing = name
    this.unsaved.add(name)
    this.doc.transact(change)
  }

  // The network goes without a word; the client comes back by itself.
  lose () {
    this.provider.ws?.terminate()
  }

  leave () {
    this.provider.destroy()
    this.doc.destroy()
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
