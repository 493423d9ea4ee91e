// Random plans by stock clients: three of Yjs's documents over y-websocket, unchanged, in one room.
//   node plans.mjs COOKIE URL[,URL]     a line in: {"document", "seed", "restart"}; lines out: {"pause"} or {"result"}
import { createInterface } from 'node:readline'
import WebSocket from '../../static/node_modules/ws/wrapper.mjs'
import { WebsocketProvider } from '../../static/node_modules/y-websocket/src/y-websocket.js'
import * as Y from '../../static/node_modules/yjs/dist/yjs.mjs'

const [cookie, urls] = process.argv.slice(2)
const servers = urls.split(',')
const SAVED = 102
const PATIENCE = +(process.env.PLAN_PATIENCE ?? 60_000)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

class Socket extends WebSocket {
  constructor (address, protocols) {
    super(address, protocols, { headers: { Cookie: cookie }, perMessageDeflate: false })
  }
}

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const breath = (ms = 0) => new Promise((resolve) => (ms ? setTimeout(resolve, ms) : setImmediate(resolve)))

const chances = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

class Author {
  constructor (room, server) {
    this.doc = new Y.Doc()
    this.provider = new WebsocketProvider(server, room, this.doc, { WebSocketPolyfill: Socket, disableBc: true })
    // A stock client prints a line for each frame of a type that it does not know.
    this.provider.messageHandlers = this.provider.messageHandlers.slice()
    this.provider.messageHandlers[SAVED] = () => {}
    this.closed = []
    this.provider.on('connection-close', (event) => event && this.closed.push([event.code, event.reason]))
    this.online = true
    this.undone = new Y.UndoManager(this.root, { captureTimeout: 0 })
  }

  get root () { return this.doc.getXmlFragment('content') }
  text (block) { return this.root.get(block).get(0) }

  toggle () {
    this.online = !this.online
    this.online ? this.provider.connect() : this.provider.disconnect()
  }

  end () {
    this.undone.destroy()
    this.provider.destroy()
    this.doc.destroy()
  }
}

const WORDS = ['a', 'bc ', 'été', '日本', '😀', '👩‍🚀', 'é']

// Offsets never lie within a character: no editor puts them there.
const place = (words, at) => Array.from(words).slice(0, at).join('').length

function edit (author, chance) {
  const number = (below) => Math.floor(chance() * below)
  const { root } = author
  const count = root.length
  const what = number(16)
  if (what === 14) return author.undone.undo()
  if (what === 15) return author.undone.redo()
  if (!count || what === 0) {
    const block = new Y.XmlElement(chance() < 0.3 ? 'heading' : 'paragraph')
    block.insert(0, [new Y.XmlText()])
    root.insert(number(count + 1), [block])
    return
  }
  const block = number(count)
  const text = author.text(block)
  if (!text) return // undoing brought a block back whose words another took away
  const words = text.toString().replace(/<[^>]*>/g, '')
  const characters = Array.from(words).length
  const start = number(characters + 1)
  const from = place(words, start)
  const length = place(words, Math.min(characters, start + 1 + number(4))) - from
  if (what < 6) text.insert(from, WORDS[number(WORDS.length)], chance() < 0.2 ? { bold: {} } : {})
  else if (what < 8 && length) text.delete(from, length)
  else if (what === 8 && length) text.format(from, length, { bold: chance() < 0.5 ? {} : null })
  else if (what === 9 && length) text.format(from, length, { italic: {} })
  else if (what === 10 && root.get(block).nodeName === 'heading') root.get(block).setAttribute('level', 1 + number(6))
  else if (what === 11 && count > 1) root.delete(block, 1)
  else if (what === 12) author.doc.transact(() => split(root, block, from))
  else if (what === 13 && block + 1 < count) author.doc.transact(() => join(root, block))
}

// As an editor does when Enter is pressed: the words that follow go into a new block.
function split (root, block, from) {
  const text = root.get(block).get(0)
  const words = text.toDelta()
  const element = new Y.XmlElement('paragraph')
  const rest = new Y.XmlText()
  element.insert(0, [rest])
  root.insert(block + 1, [element])
  let at = 0
  for (const { insert, attributes } of words) {
    const piece = insert.slice(Math.max(0, from - at))
    if (piece) rest.insert(rest.length, piece, attributes ?? {})
    at += insert.length
  }
  if (at > from) text.delete(from, at - from)
}

function join (root, block) {
  const text = root.get(block).get(0)
  for (const { insert, attributes } of root.get(block + 1).get(0)?.toDelta() ?? []) text.insert(text.length, insert, attributes ?? {})
  root.delete(block + 1, 1)
}

const tree = (node) => {
  if (node instanceof Y.XmlText) return node.toDelta().map(({ insert, attributes }) => [insert, attributes ?? {}])
  const attributes = node instanceof Y.XmlElement ? node.getAttributes() : {}
  return [node instanceof Y.XmlElement ? node.nodeName : '', attributes, node.toArray().map(tree)]
}

const agree = (authors) => {
  const [first, ...others] = authors.map((author) => Y.snapshot(author.doc))
  return others.every((other) => Y.equalSnapshots(first, other))
}

async function until (what, ready) {
  const deadline = Date.now() + PATIENCE
  while (!ready()) {
    if (Date.now() > deadline) throw new Error(`waited for ${what}`)
    await breath(2)
  }
}

async function play ({ document, seed, restart }) {
  const chance = chances(seed)
  const authors = [0, 1, 2].map((index) => new Author(document, servers[index % servers.length]))
  let late
  try {
    await until('all to be let in', () => authors.every((author) => author.provider.synced))
    for (let step = 0; step < 40; step++) {
      const author = authors[Math.floor(chance() * authors.length)]
      if (chance() < 0.06) author.toggle()
      else if (chance() < 0.25) await breath(chance() < 0.3 ? 15 : 0)
      else edit(author, chance)
      if (restart && step === 20) {
        say({ pause: true })
        await lines.next()
      }
    }
    for (const author of authors) if (!author.online) author.toggle()
    await until('the three to agree', () => authors.every((author) => author.provider.synced) && agree(authors))
    late = new Author(document, servers[seed % servers.length])
    await until('a newcomer to agree', () => late.provider.synced && agree([late, ...authors]))
    return { tree: tree(late.root), state: hex(Y.encodeStateAsUpdate(late.doc)) }
  } catch (error) {
    return { error: String(error), closed: authors.map((author) => author.closed), trees: authors.map((author) => JSON.stringify(tree(author.root))) }
  } finally {
    for (const author of [...authors, late]) author?.end()
  }
}

for (;;) {
  const { value, done } = await lines.next()
  if (done) break
  say({ result: await play(JSON.parse(value)) })
}
