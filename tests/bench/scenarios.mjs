// Each scenario gets a started, empty server and returns a flat object of numbers.
import * as Y from 'yjs'
import { Client, OFFSET, Room, plain, typeFor, typing } from './lib/room.mjs'
import { Crowd } from './lib/crowd.mjs'
import { EMPTY_SV } from './lib/protocol.mjs'
import { Hist, median, r, sleep, until } from './lib/stats.mjs'
import { longDocument } from './lib/long.mjs'

const MB = 2 ** 20
const LIMIT = 250 // ms at p99: above it a server no longer holds the load

const metered = async (server, f) => {
  const c0 = server.cpu(), u0 = process.cpuUsage(), t0 = performance.now()
  await f()
  const s = (performance.now() - t0) / 1000, u = process.cpuUsage(u0)
  return { cpu: (server.cpu() - c0) / s, client: (u.user + u.system) / 1e6 / s }
}
const latency = (out, tag, h) => { const { p50, p95, p99, max } = h.summary(); Object.assign(out, { [tag + 'p50']: p50, [tag + 'p95']: p95, [tag + 'p99']: p99, [tag + 'max']: max }) }
const verdict = (out, tag, e) => { out[tag + 'ok'] = e.ok; if (!e.ok) Object.assign(out, { [tag + 'missing']: e.missing, [tag + 'differ']: e.differ.join(','), [tag + 'closed']: e.closed }) }

// edit to seen by every other participant; `saved` is edit to acknowledged as committed
const fanout = (n, rate, cursors, seconds = 6) => async server => {
  const out = {}
  const room = new Room(server, 'fan-out')
  if (!await room.fill(n, 20000, { awareness: cursors })) return { ok: false, unsynced: room.clients.filter(c => !c.synced).length }
  await sleep(n > 50 ? 1500 : 800)
  const hist = new Hist()
  const jobs = room.clients.map(c => ({ room, w: room.writer(c, { hist }), rate, cursors }))
  for (const { w } of jobs) typing(w.index, rate * (seconds + 1)) // made now, not while the clock runs
  room.savedHist = new Hist()
  const frames = room.clients.reduce((a, c) => a + c.ws.framesIn, 0)
  let end
  const m = await metered(server, () => typeFor(jobs, seconds * 1000))
  out.framesPerSecond = Math.round((room.clients.reduce((a, c) => a + c.ws.framesIn, 0) - frames) / seconds)
  end = await room.converge(8000)
  latency(out, '', hist)
  if (room.savedHist.n) latency(out, 'saved.', room.savedHist)
  Object.assign(out, { cpu: r(m.cpu), clientCpu: r(m.client), rssMB: r(server.peakRss / MB) })
  verdict(out, '', end)
  room.close()
  return out
}
export const typing2 = fanout(2, 7, false, 4)
export const typing10 = fanout(10, 7, false, 4)
export const typing2Presence = fanout(2, 7, true, 4)
export const typing10Presence = fanout(10, 7, true, 4)
export const typing50 = fanout(50, 7, false)
export const typing50Presence = fanout(50, 7, true)
export const typing200 = fanout(200, 5, false)
export const typing200Presence = fanout(200, 5, true)

// how many can type until p99 > LIMIT
const climb = async (server, steps, grow, press) => {
  const out = { held: 0 }
  for (const n of steps) {
    if (!await grow(n)) { out.failedAt = n; out.why = 'not synced'; break }
    let pressed
    const m = await metered(server, async () => { pressed = await press() })
    const p99 = pressed.hist.q(0.99), { missing } = pressed
    Object.assign(out, { [n + '.p99']: r(p99), [n + '.clientCpu']: r(m.client), [n + '.cpu']: r(m.cpu) })
    if (p99 === null || p99 > LIMIT || missing) { out.failedAt = n; out.why = missing ? `missing ${missing}` : 'p99'; break }
    out.held = n
  }
  return out
}
const SECONDS = 2.5, RATE = 5
export const oneRoom = async server => {
  const crowd = new Crowd(server, 'full')
  const steps = [100, 200, 280, 360, 420, 480, 540, 600, 660, 720, 780, 840, 900, 960, 1020]
  const grow = async n => { const ready = await crowd.grow(n); await sleep(300); return ready }
  try { return await climb(server, steps, grow, () => crowd.press(SECONDS * 1000, RATE)) } finally { crowd.close() }
}
export const roomsOf5 = async server => {
  const rooms = []
  const grow = async n => {
    let ready = true
    while (rooms.length < n) {
      const some = Array.from({ length: Math.min(20, n - rooms.length) }, (_, i) => new Room(server, 'many-' + (rooms.length + i)))
      rooms.push(...some)
      ready = (await Promise.all(some.map(room => room.fill(5, 10000)))).every(Boolean) && ready
      for (const room of some) for (const c of room.clients) room.writer(c)
    }
    await sleep(300)
    return ready
  }
  const press = async () => {
    const hist = new Hist()
    const jobs = rooms.flatMap(room => [...room.writers.values()].map(w => { w.hist = hist; return { room, w, rate: RATE } }))
    await typeFor(jobs, SECONDS * 1000)
    await until(() => rooms.every(room => room.missing() === 0), 1500, 50)
    return { hist, missing: rooms.reduce((a, room) => a + room.missing(), 0) }
  }
  const out = await climb(server, [80, 160, 240, 320], grow, press)
  for (const room of rooms) room.close()
  return out
}

// 100 tokens a second to 50 readers while 5 people type; then pastes of 256 KB; then one reader stops reading
export const slowReader = async server => {
  const out = {}
  const room = new Room(server, 'tokens')
  if (!await room.fill(56, 20000)) return { ok: false, unsynced: room.clients.filter(c => !c.synced).length }
  await sleep(800)
  const token = room.writer(room.clients[0], { size: 4 })
  const people = room.clients.slice(1, 6).map(c => room.writer(c))
  const paster = room.writer(room.clients[0], { size: 256 * 1024 })
  const slow = room.clients.at(-1)
  typing(paster.index, 60, paster.size) // made now, not while the clock runs
  const others = room.clients.filter(c => c !== slow)
  const stage = async (tag, s, pastes) => {
    const h = { people: new Hist(), tokens: new Hist() }
    for (const w of people) w.hist = h.people
    token.hist = h.tokens
    const jobs = [{ room, w: token, rate: 100 }, ...people.map(w => ({ room, w, rate: 7 }))]
    if (pastes) jobs.push({ room, w: paster, rate: 2 })
    await typeFor(jobs, s * 1000)
    await until(() => room.missing(others) === 0, 5000)
    latency(out, tag + 'people.', h.people)
    latency(out, tag + 'tokens.', h.tokens)
  }
  await stage('plain.', 4, false)
  await stage('paste.', 4, true)
  const rss = server.rss()
  server.peakRss = rss
  slow.ws.pause()
  await stage('slow.', 24, true)
  out.growthMB = r((server.peakRss - rss) / MB)
  slow.ws.resume()
  out.caughtUp = await until(() => slow.ws.closed || room.missing([slow]) === 0, 8000) && !slow.ws.closed
  verdict(out, '', await room.converge(3000))
  room.close()
  return out
}

// 300 of one room, with carets, drop and come back at once
export const reconnect300 = async server => {
  const out = {}
  const { state } = longDocument(20000)
  const room = new Room(server, 'storm', { base: state })
  if (!await room.fill(300, 20000, { awareness: true, keep: false })) return { ok: false, unsynced: room.clients.filter(c => !c.synced).length }
  await sleep(2500)
  for (const c of room.clients) c.ws.drop()
  const t0 = performance.now()
  for (const c of room.clients) c.connect()
  const back = await until(() => room.clients.every(c => c.synced), 30000, 5)
  out.allMs = back ? Math.round(performance.now() - t0) : null
  out.medianMs = r(median(room.clients.map(c => c.syncMs)))
  await sleep(1500)
  const w = room.writer(room.clients[0])
  await typeFor([{ room, w, rate: 10 }], 1000)
  verdict(out, '', await room.converge(6000))
  room.close()
  return out
}

// a long document: taken in, joined warm, and joined after a restart
export const longJoin = async server => {
  const out = {}
  const long = longDocument()
  const room = new Room(server, 'long')
  const whole = c => { c.onUpdate = u => { c.clock = Math.max(c.clock ?? 0, Y.parseUpdateMeta(u).to.get(long.id) ?? 0); if (c.clock >= long.clock) c.fullMs ??= performance.now() - c.t0 }; return c }
  const join = async () => {
    const c = whole(new Client(room, { keep: true, sv: EMPTY_SV }))
    await until(() => c.fullMs, 15000, 1)
    const same = plain(c.doc()) === long.text
    c.ws.close()
    await sleep(200)
    return { ms: c.fullMs, same }
  }
  const a = room.add(), b = whole(room.add({ keep: true }))
  await until(() => a.synced && b.synced, 8000)
  const t0 = performance.now()
  for (let i = 0; i < long.updates.length; i++) { a.ws.send(room.codec.update(long.updates[i])); if (i % 50 === 49) await sleep(1) }
  await until(() => b.fullMs, 30000, 2)
  out.takeInS = r((performance.now() - t0) / 1000)
  await sleep(1000)
  const warm = []
  for (let i = 0; i < 5; i++) warm.push(await join())
  out.warmMs = r(median(warm.map(j => j.ms)))
  await sleep(3500) // let a debounced store write
  room.close()
  await sleep(1500)
  await server.stop('SIGTERM')
  await server.start()
  const cold = await join()
  out.coldMs = cold.same ? r(cold.ms) : null
  out.ok = warm.every(j => j.same)
  return out
}

// kill -9 while 5 people type; all clients are gone; what does a newcomer find?
export const kill9 = async server => {
  const out = {}
  const room = new Room(server, 'durable')
  await room.fill(6, 8000)
  const jobs = room.clients.slice(0, 5).map(c => ({ room, w: room.writer(c), rate: 10 }))
  const witness = room.clients[5]
  await Promise.all([typeFor(jobs, 7000), sleep(6950).then(() => server.stop('SIGKILL'))])
  const saved = w => w.client.saved - (w.client.sentAt.length - w.sent) // the first content frame answered step 1
  room.close()
  await server.start()
  const c = new Client(new Room(server, 'durable'), { keep: true, sv: EMPTY_SV })
  await until(() => c.synced, 10000)
  await sleep(1000)
  const clocks = Y.decodeStateVector(Y.encodeStateVector(c.doc()))
  const found = w => Math.max(0, (clocks.get(w.id) ?? 0) - OFFSET)
  const sum = f => jobs.reduce((a, { w }) => a + f(w), 0)
  const seen = w => witness.seen.get(w)?.count ?? 0
  Object.assign(out, { sent: sum(w => w.sent), seen: sum(seen), found: sum(found), lostSeen: sum(w => Math.max(0, seen(w) - found(w))) })
  if (jobs.some(({ w }) => w.client.saved)) out.lostSaved = sum(w => Math.max(0, saved(w) - found(w)))
  c.ws.close()
  return out
}

// a thousand idle connections, each in a room of its own
export const idle1000 = async server => {
  const out = {}
  await sleep(500)
  const rss = server.rss(), t0 = performance.now(), rooms = []
  for (let i = 0; i < 1000; i += 50) {
    const some = Array.from({ length: 50 }, (_, k) => { const room = new Room(server, `idle-${i + k}`); room.add(); return room })
    rooms.push(...some)
    await until(() => some.every(room => room.clients[0].synced), 5000, 2)
  }
  out.synced = rooms.filter(room => room.clients[0].synced).length
  out.connectMs = Math.round(performance.now() - t0)
  await sleep(1500)
  out.rssMB = r((server.rss() - rss) / MB)
  const m = await metered(server, () => sleep(6000))
  out.idleCpuPercent = r(m.cpu * 100)
  out.closed = rooms.filter(room => room.clients[0].ws.closed).length
  for (const room of rooms) room.close()
  return out
}
