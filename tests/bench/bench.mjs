// node bench.mjs [--servers a,b] [--scenarios x,y] [--runs 1] [--out FILE]
// Each scenario against all servers in turn, each started afresh with empty data, every second run backwards, so that
// neighbours in time are compared. One line of JSON for each run, scenario and server.
import fs from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Probe } from './lib/probe.mjs'
import { Server, registry } from './lib/server.mjs'
import { r } from './lib/stats.mjs'
import * as scenarios from './scenarios.mjs'

const arg = (name, otherwise) => { const i = process.argv.indexOf('--' + name); return i < 0 ? otherwise : process.argv[i + 1] }
const servers = arg('servers', Object.keys(registry()).join(',')).split(',')
const names = arg('scenarios', Object.keys(scenarios).join(',')).split(',')
const runs = Number(arg('runs', 1))
const out = arg('out', '')
const LIMIT = 120000

process.on('uncaughtException', e => { if (!['EPIPE', 'ECONNRESET'].includes(e.code)) throw e })

const measure = async (name, scenario) => {
  const server = new Server(name)
  const lag = monitorEventLoopDelay({ resolution: 10 })
  let result
  try {
    await server.start()
    const probe = new Probe(server.data)
    lag.enable()
    result = await Promise.race([scenarios[scenario](server), new Promise((resolve, reject) => setTimeout(() => reject(new Error('over the time limit')), LIMIT).unref())])
    lag.disable()
    Object.assign(result, await probe.end())
    Object.assign(result, server.commits())
    if (!server.alive) result.died = true
  } catch (e) { result = { error: String(e.message ?? e).slice(0, 500) } }
  if (process.env.KEEP_LOG) fs.copyFileSync(`${server.data}/log`, `${process.env.KEEP_LOG}/${name}-${scenario}.log`)
  await server.end()
  return { ...result, clientLagP99: r((lag.percentile(99) - 10e6) / 1e6) }
}

for (let run = 1; run <= runs; run++) {
  for (const scenario of names) {
    for (const name of run % 2 ? servers : [...servers].reverse()) {
      const line = JSON.stringify({ run, scenario, server: name, ...await measure(name, scenario) })
      if (out) fs.appendFileSync(out, line + '\n')
      console.log(line)
    }
  }
}
process.exit(0)
