// A crowd in one room that two threads play, since one core of clients would be the bound before the server's is.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Hist } from './stats.mjs'

const HALVES = 2
const MOST = 2000, KEYS = 512 // people, and what each may type

export class Crowd {
  constructor (server, name) {
    const times = new SharedArrayBuffer(MOST * KEYS * 8), counts = new SharedArrayBuffer(MOST * 4)
    const common = { url: server.url(name), flavour: server.flavour, name, halves: HALVES, keys: KEYS, times, counts }
    const file = new URL('./half.mjs', import.meta.url)
    this.halves = Array.from({ length: HALVES }, (_, half) => new Worker(file, { workerData: { ...common, half } }))
  }

  #ask (...what) { return Promise.all(this.halves.map(async half => { half.postMessage(what); return (await once(half, 'message'))[0] })) }

  // so many people connected and synced?
  async grow (n) { return (await this.#ask('grow', n)).every(half => half.ready) }

  // all of them type: how long each key took to each of the others, and how many have not come
  async press (ms, rate) {
    const hist = new Hist()
    let missing = 0
    for (const half of await this.#ask('press', ms, rate)) { hist.merge(half); missing += half.missing }
    return { hist, missing }
  }

  close () { for (const half of this.halves) half.terminate() }
}
