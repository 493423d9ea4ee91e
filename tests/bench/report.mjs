// node report.mjs RESULTS.jsonl > RESULTS.md: one table, medians of the runs, our ratio to the better peer.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { median, r } from './lib/stats.mjs'

const lines = fs.readFileSync(process.argv[2], 'utf8').trim().split('\n').map(line => JSON.parse(line))
const OURS = 'scriptorium'
const PEERS = ['yws', 'hocus-sqlite']
const JUDGED = 10 // ms: above it the bare probe's fsync says that the disk had stalled

// scenario, what it says, its key, the goal if any
const ROWS = [
  ['typing2', '2 typing, p95 ms', 'p95'],
  ['typing10', '10 typing, p95 ms', 'p95'],
  ['typing50', '50 typing, p50 ms', 'p50'],
  ['typing50', '50 typing, p95 ms', 'p95'],
  ['typing50', '50 typing, saved p95 ms', 'saved.p95', 6],
  ['typing50Presence', '50 typing with presence, p50 ms', 'p50'],
  ['typing50Presence', '50 typing with presence, p95 ms', 'p95', 6],
  ['typing50Presence', '50 typing with presence, p99 ms', 'p99'],
  ['typing50Presence', '50 typing with presence, saved p95 ms', 'saved.p95', 6],
  ['typing200Presence', '200 typing 5 keys/s with presence, p50 ms', 'p50'],
  ['typing200Presence', '200 typing 5 keys/s with presence, p95 ms', 'p95', 25],
  ['typing200Presence', '200 typing 5 keys/s with presence, p99 ms', 'p99'],
  ['oneRoom', 'people held in one room at 5 keys/s, p99 under 250 ms', 'held', -200],
  ['slowReader', '100 tokens/s to 50 readers, tokens p95 ms', 'plain.tokens.p95'],
  ['slowReader', 'the 5 who type meanwhile, p95 ms', 'plain.people.p95'],
  ['slowReader', 'people beside a stuck reader and pastes, p99 ms', 'slow.people.p99'],
  ['slowReader', 'growth meanwhile, 6 MB of it pasted text, MB', 'growthMB'],
  ['reconnect300', '300 of one room come back, ms', 'allMs'],
  ['longJoin', '260,000 edits taken in, s', 'takeInS'],
  ['longJoin', 'joining them, warm, ms', 'warmMs'],
  ['longJoin', 'joining them, after a restart, ms', 'coldMs'],
  ['kill9', 'keys that others had seen, lost by kill -9', 'lostSeen', 0],
  ['kill9', 'keys acknowledged as saved, lost by kill -9', 'lostSaved', 0],
  ['idle1000', '1,000 idle rooms, MB', 'rssMB'],
  ['idle1000', '1,000 idle rooms, % of a core', 'idleCpuPercent'],
  ['roomsOf5', 'rooms of 5 held at 5 keys/s each, p99 under 250 ms', 'held'],
  ['roomsOf5', '160 rooms of 5, p99 ms', '160.p99']
]

const of = (scenario, server) => lines.filter(line => line.scenario === scenario && line.server === server)
const value = (scenario, server, key) => median(of(scenario, server).map(line => line[key]))
const show = (scenario, server, key) => {
  const found = of(scenario, server)
  const v = value(scenario, server, key)
  const broken = found.some(line => line.ok === false || line.error || line.died)
  return (v === null ? '–' : String(r(v))) + (broken ? ' (not converged)' : '')
}
const probe = scenario => {
  const found = of(scenario, OURS)
  const of_ = key => r(median(found.map(line => line[key])))
  const stalled = found.some(line => line['fsync.max'] > JUDGED)
  return `${of_('fsync.p50')} / ${of_('fsync.p99')} / ${of_('fsync.max')}${stalled ? ', stalled' : ''}`
}
const ratio = (scenario, key) => {
  const ours = value(scenario, OURS, key)
  const peers = PEERS.filter(peer => !of(scenario, peer).some(line => line.ok === false)).map(peer => value(scenario, peer, key)).filter(v => v !== null)
  if (ours === null || !peers.length || key.startsWith('lost')) return '–'
  const better = key === 'held' ? Math.max(...peers) : Math.min(...peers)
  return better > 0 ? `×${r(ours / better)}` : '–'
}
const goal = (scenario, key, limit) => {
  const ours = value(scenario, OURS, key)
  if (limit === undefined || ours === null) return ''
  return limit < 0 ? `≥ ${-limit}: ${ours >= -limit ? 'met' : 'missed'}` : `≤ ${limit}: ${ours <= limit ? 'met' : 'missed'}`
}

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim()
const runs = Math.max(...lines.map(line => line.run))
console.log(`# Measured beside its peers

By \`make bench\` at commit ${process.env.COMMIT || git('rev-parse', '--short', 'HEAD')} on ${new Date().toISOString().slice(0, 10)}: ${os.cpus().length} cores (${os.cpus()[0].model.trim()}), ${r(os.totalmem() / 2 ** 30)} GB, Linux ${os.release().split('-')[0]},
Node ${process.versions.node}. Medians of ${runs} interleaved run${runs > 1 ? 's' : ''}; each server is started afresh for each scenario. Scriptorium runs as in production (Daphne, SQLite with
\`synchronous=FULL\`, rights and content checked, every edit committed before anybody sees it); the peers write nothing to disk while
people type. One process a server; the clients share the two cores with it. Beside each figure stands what a bare probe's fsync took
meanwhile; where it was over ${JUDGED} ms the disk had stalled, and the figure is not to be judged by.

| | Scriptorium | @y/websocket-server 0.1.1 | Hocuspocus 4.7 with SQLite | to the better peer | goal | fsync p50 / p99 / max ms |
|---|---|---|---|---|---|---|`)
for (const [scenario, title, key, limit] of ROWS) {
  if (!of(scenario, OURS).length) continue
  console.log(`| ${title} | ${[OURS, ...PEERS].map(s => show(scenario, s, key)).join(' | ')} | ${ratio(scenario, key)} | ${goal(scenario, key, limit)} | ${probe(scenario)} |`)
}
const postgres = lines.filter(line => line.server === 'scriptorium-postgres')
for (const line of postgres) console.log(`\nOn PostgreSQL, ${line.scenario}: p50 ${line.p50}, p95 ${line.p95} ms; saved p95 ${line['saved.p95']} ms.`)
