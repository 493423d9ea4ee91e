// One thread's share of a crowd in one room: its clients, its writers, and what it has seen of everybody's keys.
import { parentPort, workerData } from 'node:worker_threads'
import { Room, typeFor } from './room.mjs'
import { Hist, until } from './stats.mjs'

process.on('uncaughtException', e => { if (!['EPIPE', 'ECONNRESET'].includes(e.code)) throw e })

const { url, flavour, name, half, halves, keys, times, counts } = workerData
const room = new Room({ url: () => url, flavour }, name)
const at = new Float64Array(times), sent = new Int32Array(counts)

const grow = async n => {
  const ready = await room.fill(Math.floor((n + halves - 1 - half) / halves))
  while (room.writers.size < n) {
    const index = room.writers.size
    const w = room.writer(index % halves === half ? room.clients[Math.floor(index / halves)] : null)
    w.at = at.subarray(index * keys, (index + 1) * keys)
    Object.defineProperty(w, 'sent', { get: () => sent[index], set: count => { sent[index] = count } })
  }
  return { ready }
}

const press = async (ms, rate) => {
  const hist = new Hist()
  const jobs = []
  for (const w of room.writers.values()) { w.hist = hist; if (w.own) jobs.push({ room, w, rate }) }
  await typeFor(jobs, ms)
  await until(() => room.missing() === 0, 1500, 50)
  return { counts: hist.b, n: hist.n, max: hist.max, missing: room.missing() }
}

parentPort.on('message', async ([what, ...args]) => parentPort.postMessage(await { grow, press }[what](...args)))
