// Rooms of light clients. A client keeps no Y.Doc: a typist sends updates that were computed
// beforehand, and every client ticks off which characters (writer, clock) it has seen, so that
// each delivery gives one latency and nothing lost goes unnoticed. Some clients also keep
// all that they received, to be replayed into a real Y.Doc at the end.
import * as Y from 'yjs'
import { RawWS } from './ws.mjs'
import { codec, readVar, AWARENESS, EMPTY_SV, EMPTY_UPDATE, SAVED, STEP1 } from './protocol.mjs'
import { Hist, until } from './stats.mjs'

const FIRST_ID = 0x70000000
// Each writer types in a paragraph of its own, which takes two clock ticks, under the root fragment of a ProseMirror editor.
export const OFFSET = 2
export const ROOT = 'content'

export const ownText = doc => {
  const paragraph = new Y.XmlElement('paragraph')
  const text = new Y.XmlText()
  doc.getXmlFragment(ROOT).push([paragraph])
  paragraph.push([text])
  return text
}

// a document's text, the same for equal documents
export const plain = doc => doc.getXmlFragment(ROOT).toArray().map(p => p.toArray().map(t => t.toString()).join('')).join('\n')

// milliseconds by a clock that all threads share
const clock = () => performance.timeOrigin + performance.now()

const made = new Map()

// what writer w sends: n updates, each one insertion of `size` characters after its last one
export const typing = (w, n, size = 1) => {
  const key = w + ':' + size
  let m = made.get(key)
  if (!m) {
    const doc = new Y.Doc()
    doc.clientID = FIRST_ID + w
    made.set(key, m = { doc, updates: [], text: null })
    doc.on('update', u => m.updates.push(u))
  }
  while (m.updates.length < n) {
    const k = m.updates.length
    const text = size === 1 ? String.fromCharCode(97 + (w * 7 + k * 11) % 26) : 'lorem ipsum '.repeat(Math.ceil(size / 12)).slice(0, size)
    m.doc.transact(() => { m.text ??= ownText(m.doc); m.text.insert(m.text.length, text) })
  }
  return m.updates
}

export class Room {
  constructor (server, name, { base = null } = {}) {
    this.server = server
    this.name = name
    this.codec = codec(server.flavour, name)
    this.base = base // an update that every client is taken to hold already
    this.baseSv = base ? Y.encodeStateVectorFromUpdate(base) : EMPTY_SV
    this.clients = []
    this.writers = new Map() // client id -> writer
    this.cache = new Map()
    this.answers = new Map()
  }

  meta (u) { // which characters of which writers an update holds: [[writer, from, to], ...]
    // the same update comes to every client: a large one is known again by its length and its beginning, the first key
    const n = u.length
    const key = n < 128 ? u.latin1Slice(0, n) : n + u.latin1Slice(0, 64)
    let m = this.cache.get(key)
    if (!m) {
      m = []
      try {
        const { from, to } = Y.parseUpdateMeta(u)
        for (const [id, f] of from) { const w = this.writers.get(id); if (w) m.push([w, f, to.get(id)]) }
      } catch (e) { this.badUpdates = (this.badUpdates ?? 0) + 1 }
      if (this.cache.size > 20000) this.cache.clear()
      this.cache.set(key, m)
    }
    return m
  }

  // what a client answers to step 1
  answer (sv) {
    if (!this.base) return EMPTY_UPDATE
    const key = sv.latin1Slice(0, sv.length)
    if (!this.answers.has(key)) this.answers.set(key, Y.diffUpdate(this.base, sv))
    return this.answers.get(key)
  }

  add (opts) { const c = new Client(this, opts); this.clients.push(c); return c }

  // all of them connected and synced?
  async fill (n, ms = 15000, opts = {}) {
    while (this.clients.length < n) this.add({ keep: this.clients.length < 2, ...opts })
    return until(() => this.clients.every(c => c.synced), ms)
  }

  writer (client, { size = 1, hist = new Hist() } = {}) {
    const index = this.writers.size
    const w = { client, size, hist, index, id: FIRST_ID + index, sent: 0, at: [], own: client }
    this.writers.set(w.id, w)
    return w
  }

  type (w, n = 1) { // n keys, now
    const us = typing(w.index, w.sent + n, w.size)
    for (; n > 0; n--) {
      w.at[w.sent] = clock()
      w.client.content(this.codec.update(us[w.sent++]))
    }
  }

  missing (clients = this.clients) { // characters sent but not seen, over all clients
    let sum = 0
    for (const w of this.writers.values()) for (const c of clients) if (c !== w.own) sum += w.sent - (c.seen.get(w)?.count ?? 0)
    return sum
  }

  expected () { // the state that all should reach
    const doc = new Y.Doc()
    if (this.base) Y.applyUpdate(doc, this.base)
    for (const w of this.writers.values()) { const us = typing(w.index, w.sent, w.size); doc.transact(() => { for (let i = 0; i < w.sent; i++) Y.applyUpdate(doc, us[i]) }) }
    return doc
  }

  // waits for the stragglers; then compares the real documents of the keeping clients and of a newcomer
  async converge (ms = 6000) {
    const t0 = performance.now()
    await until(() => this.missing() === 0, ms)
    const drainMs = performance.now() - t0
    const want = fingerprint(this.expected())
    const bad = []
    this.clients.forEach((c, i) => {
      if (!c.kept) return
      const doc = new Y.Doc()
      if (this.base) Y.applyUpdate(doc, this.base)
      for (const w of this.writers.values()) if (w.own === c) for (const u of typing(w.index, w.sent, w.size).slice(0, w.sent)) Y.applyUpdate(doc, u)
      for (const u of c.kept) Y.applyUpdate(doc, u)
      if (fingerprint(doc) !== want) bad.push('client ' + i)
    })
    const fresh = new Client(this, { keep: true, sv: EMPTY_SV })
    let same = false
    await until(() => fresh.synced && (same = fingerprint(fresh.doc()) === want), 4000, 200)
    if (!same) bad.push(fresh.synced ? 'newcomer' : 'newcomer not synced')
    fresh.ws.close()
    const closed = this.clients.filter(c => c.ws.closed).length
    return { missing: this.missing(), drainMs: Math.round(drainMs), differ: bad, closed, ok: this.missing() === 0 && !bad.length && !closed }
  }

  close () { for (const c of this.clients) c.ws.close() }
}

const fingerprint = doc => JSON.stringify([...Y.decodeStateVector(Y.encodeStateVector(doc))].sort()) + plain(doc)

export class Client {
  constructor (room, { keep = false, sv = room.baseSv, awareness = false, id = Math.floor(Math.random() * 2 ** 31) } = {}) {
    this.room = room
    this.kept = keep ? [] : null
    this.sv = sv
    this.id = id
    this.awareness = awareness
    this.seen = new Map()
    this.updates = this.dups = this.disorder = this.awarenessIn = 0
    this.synced = false
    this.connect()
  }

  doc () { // what a keeping client has received, as a real document
    const doc = new Y.Doc()
    for (const u of this.kept) Y.applyUpdate(doc, u)
    return doc
  }

  connect () {
    const { codec } = this.room
    this.t0 = performance.now()
    this.synced = false
    this.sentAt = [] // of each content frame: the server counts them in `saved`
    this.saved = 0
    this.ws = new RawWS(this.room.server.url(this.room.name), {
      onopen: () => {
        if (codec.hello) this.ws.send(codec.hello)
        this.ws.send(codec.step1(this.sv))
        if (this.awareness) this.cursor(0)
      },
      onmessage: b => this.#message(b),
      onclose: why => { this.why = why }
    })
  }

  cursor (at) { this.clock = (this.clock ?? 0) + 1; this.ws.send(this.room.codec.awareness(this.id, this.clock, { user: { name: 'User ' + this.id, color: '#30bced' }, cursor: { anchor: at, head: at } })) }

  content (frame) { this.sentAt.push(performance.now()); this.ws.send(frame) }

  #saved (n) {
    const now = performance.now()
    const { savedHist } = this.room
    if (savedHist) for (let k = this.saved; k < n; k++) savedHist.add(now - this.sentAt[k])
    this.saved = n
  }

  #message (b) {
    const { codec } = this.room
    let p = codec.skip(b)
    const type = b[p++]
    if (!codec.isSync(type)) {
      if (type === AWARENESS) this.awarenessIn++
      else if (type === SAVED) this.#saved(readVar(b, p))
      return
    }
    const step = b[p++]
    const n = readVar(b, p)
    p = readVar.p
    const body = b.subarray(p, p + n)
    if (step === STEP1) { this.content(codec.step2(this.room.answer(body))); return }
    if (step === 1 && !this.synced) { this.synced = true; this.syncMs = performance.now() - this.t0; this.syncBytes = n }
    if (n <= 2) return
    if (this.kept) this.kept.push(Uint8Array.prototype.slice.call(body))
    this.onUpdate?.(body)
    this.updates++
    const now = clock()
    for (const [w, from, to] of this.room.meta(body)) {
      if (w.own === this) continue
      let s = this.seen.get(w)
      if (!s) this.seen.set(w, s = { bits: new Uint8Array(256), count: 0, next: 0 })
      const a = Math.floor(Math.max(0, from - OFFSET) / w.size), z = Math.ceil((to - OFFSET) / w.size)
      if (z > s.bits.length) { const bits = new Uint8Array(z * 2); bits.set(s.bits); s.bits = bits }
      if (a > s.next) this.disorder++
      for (let k = a; k < z; k++) {
        if (s.bits[k]) { this.dups++; continue }
        s.bits[k] = 1
        s.count++
        if (step === 2) w.hist.add(now - w.at[k]) // not what a join or a resync brings
      }
      if (z > s.next) s.next = z
    }
  }
}

// types with all the writers at `rate` keys a second each, open loop, for ms milliseconds
export const typeFor = (jobs, ms) => new Promise(resolve => {
  const t0 = performance.now()
  const plan = jobs.map(({ room, w, rate, cursors }) => ({ room, w, cursors, period: 1000 / rate, next: t0 + Math.random() * 1000 / rate }))
  const timer = setInterval(() => {
    const now = performance.now()
    if (now - t0 > ms) { clearInterval(timer); resolve(); return }
    for (const j of plan) while (j.next <= now) { j.next += j.period; j.room.type(j.w); if (j.cursors) j.w.client.cursor(j.w.sent) }
  }, 4)
})
