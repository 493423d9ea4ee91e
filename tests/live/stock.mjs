// Stock clients: the npm package y-websocket, unchanged, in Node with a session cookie.
//   node stock.mjs converge URL DOCUMENT COOKIE        two clients type at once, one is cut off and comes back
//   node stock.mjs trace URL DOCUMENT COOKIE FILE      two authors' recorded keystrokes, as fast as they go
//   node stock.mjs watch URL DOCUMENT COOKIE PASS      a bold word is written and deleted while a reader looks on
//   node stock.mjs comeBack URL DOCUMENT COOKIE        one leaves and comes back, and looks whom it sees
import fs from 'node:fs'
import zlib from 'node:zlib'
import WebSocket from '../../static/node_modules/ws/wrapper.mjs'
import { WebsocketProvider } from '../../static/node_modules/y-websocket/src/y-websocket.js'
import * as Y from '../../static/node_modules/yjs/dist/yjs.mjs'

const [mode, url, room, cookie, file] = process.argv.slice(2)

class Socket extends WebSocket {
  constructor (address, protocols) {
    super(address, protocols, { headers: { Cookie: cookie }, perMessageDeflate: false })
  }
}

const join = (doc) => {
  const provider = new WebsocketProvider(url, room, doc, { WebSocketPolyfill: Socket, disableBc: true })
  provider.on('closed', ({ code, reason }) => { throw new Error(`closed for good with ${code} ${reason}`) })
  return provider
}
const synced = (provider) => new Promise((resolve) => provider.once('sync', resolve))
const text = (doc) => doc.getXmlFragment('content').get(0).get(0)
const begin = (doc) => {
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText()])
  doc.getXmlFragment('content').insert(0, [paragraph])
}
const until = async (what) => {
  for (const began = performance.now(); !what();) {
    if (performance.now() - began > 100_000) throw new Error(`100 s have passed and not yet ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
const finish = (result) => {
  process.stdout.write(JSON.stringify(result) + '\n', () => process.exit(0))
}

const converge = async () => {
  const [a, b] = [new Y.Doc(), new Y.Doc()]
  const [pa, pb] = [join(a), join(b)]
  await Promise.all([synced(pa), synced(pb)])
  const before = a.getXmlFragment('content').length
  begin(a)
  await until(() => b.getXmlFragment('content').length > before)
  pa.awareness.setLocalState({ user: { name: 'Forged', id: 'me' }, cursor: null })
  for (let i = 0; i < 50; i++) {
    text(a).insert(0, 'a😀')
    text(b).insert(text(b).length, 'bé')
    if (i % 10 === 5) text(b).delete(text(b).length - 2, 2) // its own: at the start it might divide an emoji
    await new Promise((resolve) => setImmediate(resolve))
  }
  pb.disconnect()
  text(a).insert(0, 'while you were away ')
  text(b).insert(0, 'offline ')
  pb.connect()
  await until(() => text(a).toString() === text(b).toString() && text(a).toString().includes('offline'))
  await until(() => pb.awareness.getStates().get(a.clientID)?.user)
  finish({ a: text(a).toString(), b: text(b).toString(), seen: pb.awareness.getStates().get(a.clientID) })
}

// The updates of a recorded concurrent trace, each author's from a replica that saw just what the author had seen.
const recorded = (base) => {
  const { txns, endContent, numAgents } = JSON.parse(zlib.gunzipSync(fs.readFileSync(file)))
  const docs = Array.from({ length: numAgents }, (_, i) => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, base)
    doc.clientID = 0x60000100 + i
    return doc
  })
  const has = docs.map(() => new Set())
  const out = []
  let last
  for (const doc of docs) doc.on('update', (update, origin) => { if (origin === 'local') last = update })
  const bring = (agent, index) => {
    const todo = [index]
    const need = []
    while (todo.length) {
      const j = todo.pop()
      if (has[agent].has(j)) continue
      has[agent].add(j)
      need.push(j)
      todo.push(...txns[j].parents)
    }
    for (const j of need.sort((x, y) => x - y)) if (out[j].update) Y.applyUpdate(docs[agent], out[j].update)
  }
  txns.forEach((txn, index) => {
    for (const parent of txn.parents) bring(txn.agent, parent)
    last = null
    const needs = Y.encodeStateVector(docs[txn.agent])
    const doc = docs[txn.agent]
    doc.transact(() => {
      for (const [at, deleted, inserted] of txn.patches) {
        if (deleted) text(doc).delete(at, deleted)
        if (inserted) text(doc).insert(at, inserted)
      }
    }, 'local')
    has[txn.agent].add(index)
    out.push({ agent: txn.agent, update: last, needs })
  })
  return { updates: out.filter((one) => one.update), agents: numAgents, end: endContent }
}

const knows = (doc, needs) => {
  for (const [client, clock] of needs) if (Y.getState(doc.store, client) < clock) return false
  return true
}

const trace = async () => {
  const first = new Y.Doc()
  first.clientID = 1
  begin(first)
  const base = Y.encodeStateAsUpdate(first)
  const { updates, agents, end } = recorded(base)
  const docs = Array.from({ length: agents }, () => new Y.Doc())
  const providers = docs.map(join)
  await Promise.all(providers.map(synced))
  Y.applyUpdate(docs[0], base)
  await until(() => docs.every((doc) => doc.getXmlFragment('content').length === 1))
  const began = performance.now()
  await Promise.all(docs.map(async (doc, agent) => {
    let sent = 0
    for (const one of updates) {
      if (one.agent !== agent) continue
      const needs = Y.decodeStateVector(one.needs)
      while (!knows(doc, needs)) await new Promise((resolve) => setTimeout(resolve, 1))
      Y.applyUpdate(doc, one.update, 'keys')
      if (++sent % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }))
  await until(() => docs.every((doc) => text(doc).toString() === text(docs[0]).toString()))
  await until(() => docs.every((doc) => text(doc).toString().length === end.length))
  const ms = Math.round(performance.now() - began)
  finish({ texts: docs.map((doc) => text(doc).toString()), end, updates: updates.length, ms })
}

// Yjs deletes, by itself and also at a reader's, the marks that stood round a word that somebody else has deleted.
const watch = async () => {
  const [writer, reader] = [new Y.Doc(), new Y.Doc()]
  const writing = join(writer)
  const reading = new WebsocketProvider(url, room, reader, {
    WebSocketPolyfill: WebSocket, disableBc: true, protocols: ['scriptorium', `guest.${file}`]
  })
  await Promise.all([synced(writing), synced(reading)])
  const made = []
  let closed = 0
  reader.on('update', (_, origin) => { if (origin !== reading) made.push(origin) })
  reading.on('connection-close', (event) => { closed = event.code })
  begin(writer)
  text(writer).insert(0, 'plain bold plain')
  text(writer).format(6, 4, { bold: {} })
  await until(() => reader.getXmlFragment('content').length && text(reader).toDelta().length === 3)
  // As the server deletes: the word alone. Yjs's own `delete` takes the marks with it.
  let word = text(writer)._start
  while (word.content.str !== 'bold') word = word.right
  writer.transact((transaction) => word.delete(transaction))
  await until(() => closed || text(reader).toString() === 'plain  plain')
  await new Promise((resolve) => setTimeout(resolve, 300))
  finish({ text: text(reader).toString(), made: made.length, closed })
}

// Whether a client that comes back sees who has stayed before that one has said anything more.
const comeBack = async () => {
  const [stays, goes] = [join(new Y.Doc()), join(new Y.Doc())]
  const sees = () => goes.awareness.getStates().has(stays.doc.clientID)
  await Promise.all([synced(stays), synced(goes)])
  await until(sees)
  let said = 0
  stays.awareness.on('update', (_, origin) => { if (origin === 'local') said += 1 })
  for (let i = 0; i < 3; i++) {
    goes.disconnect()
    await until(() => !sees())
    goes.connect()
    await until(sees)
  }
  finish({ said })
}

await { converge, trace, watch, comeBack }[mode]()
