// How long the disk takes: a thread that appends 4 KB and calls fdatasync every 20 ms, beside what is measured.
import fs from 'node:fs'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { Hist } from './stats.mjs'

export class Probe {
  constructor (folder) {
    this.hist = new Hist()
    this.worker = new Worker(fileURLToPath(import.meta.url), { workerData: folder })
    this.worker.on('message', ms => this.hist.add(ms))
  }

  async end () {
    await this.worker.terminate()
    const { p50, p99, max } = this.hist.summary()
    return { 'fsync.p50': p50, 'fsync.p99': p99, 'fsync.max': max }
  }
}

if (!isMainThread) {
  const file = fs.openSync(workerData + '/probe', 'w')
  const page = Buffer.alloc(4096, 1)
  let size = 0
  setInterval(() => {
    const t0 = performance.now()
    fs.writeSync(file, page, 0, page.length, size++ % 256 * 4096)
    fs.fdatasyncSync(file)
    parentPort.postMessage(performance.now() - t0)
  }, 20)
}
