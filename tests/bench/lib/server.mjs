// Starts, measures and ends the servers of ours.json and peers.json. Only processes started here are signalled.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { RawWS } from './ws.mjs'
import { Hist, sleep } from './stats.mjs'

const HERE = path.dirname(path.dirname(new URL(import.meta.url).pathname))
export const PEERS = path.join(HERE, '.peers')
const read = name => JSON.parse(fs.readFileSync(path.join(HERE, name), 'utf8'))
export const registry = () => ({ ...read('ours.json'), ...read('peers.json') })
process.env.SCRIPTORIUM = path.dirname(path.dirname(HERE))
const TICK = 100 // clock ticks a second in /proc (getconf CLK_TCK)

const freePort = () => new Promise((resolve, reject) => {
  const s = net.createServer()
  s.on('error', reject)
  s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)) })
})

const stat = pid => {
  try {
    const s = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    const f = s.slice(s.lastIndexOf(')') + 2).split(' ')
    return { ppid: +f[1], cpu: (+f[11] + +f[12] + +f[13] + +f[14]) / TICK, rss: +f[21] * 4096 }
  } catch { return null }
}

const tree = roots => { // the roots and all their descendants
  const kids = new Map()
  for (const d of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(d)) continue
    const s = stat(d)
    if (s) kids.has(s.ppid) ? kids.get(s.ppid).push(+d) : kids.set(s.ppid, [+d])
  }
  const out = []
  const walk = pid => { out.push(pid); for (const k of kids.get(pid) ?? []) walk(k) }
  roots.forEach(walk)
  return out
}

export class Server {
  constructor (name, spec = registry()[name]) {
    if (!spec) throw new Error(`no server ${name} in the registry`)
    this.name = name
    this.spec = spec
    this.flavour = spec.flavour ?? 'y-websocket'
    this.data = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-data-'))
    this.procs = []
    this.peakRss = 0
  }

  #fill (s) { return s.replace(/\$\{(\w+)\}/g, (_, k) => ({ PORT: this.port, PORT2: this.port2, DATA: this.data, PEERS, HERE }[k])) }
  url (room) { return this.#fill(this.spec.url).replace('{room}', encodeURIComponent(room)) }

  #spawn (cmd) {
    const log = fs.openSync(path.join(this.data, 'log'), 'a')
    const env = { ...process.env }
    for (const [k, v] of Object.entries(this.spec.env ?? {})) env[k] = this.#fill(v)
    const p = spawn(this.#fill(cmd[0]), cmd.slice(1).map(a => this.#fill(a)), { cwd: this.#fill(this.spec.cwd ?? '${HERE}'), env, stdio: ['ignore', log, log] })
    fs.closeSync(log)
    p.done = new Promise(resolve => { p.on('exit', resolve); p.on('error', resolve) })
    this.procs.push(p)
    return p
  }

  async start () {
    this.port ??= await freePort()
    this.port2 ??= await freePort()
    const t0 = performance.now()
    this.procs = []
    this.#spawn(this.spec.cmd)
    for (;;) {
      const ok = await new Promise(resolve => {
        const ws = new RawWS(this.url('ready-check'), { onopen: () => { resolve(true); setTimeout(() => ws.close(), 100) }, onmessage () {}, onclose: () => resolve(false) })
      })
      if (ok) break
      if (performance.now() - t0 > 40000 || this.procs.at(-1).exitCode !== null) throw new Error(`${this.name} did not start: ${this.log()}`)
      await sleep(100)
    }
    this.startMs = performance.now() - t0
    this.peakRss = 0
    this.timer = setInterval(() => this.rss(), 250)
    return this
  }

  log () { return fs.readFileSync(path.join(this.data, 'log'), 'utf8').slice(0, 20000) }
  commits () { // how long the writer's commits took, where a server writes it down
    const file = path.join(this.data, 'scriptorium', 'commits')
    if (!fs.existsSync(file)) return {}
    const hist = new Hist()
    for (const line of fs.readFileSync(file, 'utf8').split('\n')) if (line) hist.add(Number(line))
    const { p50, p99, max } = hist.summary()
    return { 'commit.p50': p50, 'commit.p99': p99, 'commit.max': max }
  }

  logLines () { return fs.readFileSync(path.join(this.data, 'log'), 'utf8').split('\n').length - 1 }
  get pids () { return tree(this.procs.filter(p => p.pid && p.exitCode === null && p.signalCode === null).map(p => p.pid)) }
  rss () { const sum = this.pids.reduce((a, p) => a + (stat(p)?.rss ?? 0), 0); if (sum > this.peakRss) this.peakRss = sum; return sum }
  cpu () { return this.pids.reduce((a, p) => a + (stat(p)?.cpu ?? 0), 0) }
  get alive () { const p = this.procs.at(-1); return p.exitCode === null && p.signalCode === null }

  async stop (signal = 'SIGTERM') {
    clearInterval(this.timer)
    const all = this.pids
    for (const p of [...this.procs].reverse()) p.kill(signal)
    const gone = Promise.all(this.procs.map(p => p.done))
    await Promise.race([gone, sleep(signal === 'SIGKILL' ? 2000 : 6000)])
    for (const p of this.procs) if (p.exitCode === null && p.signalCode === null) p.kill('SIGKILL')
    await gone
    for (const pid of all) try { if (!this.procs.some(p => p.pid === pid)) process.kill(pid, 'SIGKILL') } catch {}
  }

  async end () { await this.stop(this.spec.end ?? 'SIGKILL'); fs.rmSync(this.data, { recursive: true, force: true }) }
}
