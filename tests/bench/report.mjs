// node report.mjs RESULTS.jsonl > RESULTS.md: one table, medians of the runs, our ratio to the better peer.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { median, r } from './lib/stats.mjs'

const lines = fs.readFileSync(process.argv[2], 'utf8').trim().split('\n').map(line => JSON.parse(line))
const OURS = 'scriptorium'
const PEERS = ['yws', 'hocus-sqlite']
const JUDGED = 10 // ms: above it the bare probe's fsync says that the disk had stalled

const AHEAD = true
// scenario, what it says, its key, the goal if any, and whether to be ahead of both is one
const ROWS = [
  ['typing2', '2 typing, p95 ms', 'p95'],
  ['typing2Presence', '2 typing with presence, p95 ms', 'p95'],
  ['typing10', '10 typing, p95 ms', 'p95'],
  ['typing10Presence', '10 typing with presence, p95 ms', 'p95'],
  ['typing50', '50 typing, p50 ms', 'p50'],
  ['typing50', '50 typing, p95 ms', 'p95'],
  ['typing50', '50 typing, saved p95 ms', 'saved.p95', 6],
  ['typing50Presence', '50 typing with presence, p50 ms', 'p50'],
  ['typing50Presence', '50 typing with presence, p95 ms', 'p95', 6],
  ['typing50Presence', '50 typing with presence, p99 ms', 'p99'],
  ['typing50Presence', '50 typing with presence, saved p95 ms', 'saved.p95', 6],
  ['typing200', '200 typing 5 keys/s, p50 ms', 'p50'],
  ['typing200', '200 typing 5 keys/s, p95 ms', 'p95'],
  ['typing200', '200 typing 5 keys/s, p99 ms', 'p99'],
  ['typing200Presence', '200 typing 5 keys/s with presence, p50 ms', 'p50', undefined, AHEAD],
  ['typing200Presence', '200 typing 5 keys/s with presence, p95 ms', 'p95', 25, AHEAD],
  ['typing200Presence', '200 typing 5 keys/s with presence, p99 ms', 'p99', undefined, AHEAD],
  ['typing200Presence', '200 typing 5 keys/s with presence, saved p95 ms', 'saved.p95'],
  ['oneRoom', 'people held in one room at 5 keys/s, p99 under 250 ms', 'held', -200, AHEAD],
  ['oneRoom', '600 in one room, p99 ms', '600.p99'],
  ['oneRoom', '600 in one room, the server’s share of a core', '600.cpu'],
  ['slowReader', '100 tokens/s to 50 readers, tokens p95 ms', 'plain.tokens.p95'],
  ['slowReader', 'the 5 who type meanwhile, p95 ms', 'plain.people.p95'],
  ['slowReader', 'people beside a stuck reader and pastes, p99 ms', 'slow.people.p99', undefined, AHEAD],
  ['slowReader', 'growth meanwhile, 12 MB of it pasted text, MB', 'growthMB'],
  ['reconnect300', '300 of one room come back, ms', 'allMs', undefined, AHEAD],
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
// The runs in which the disk had not stalled, where there are some
const judged = found => { const calm = found.filter(line => line['fsync.max'] <= JUDGED); return calm.length ? calm : found }
const value = (scenario, server, key) => median(judged(of(scenario, server)).map(line => line[key]))
const show = (scenario, server, key) => {
  const found = of(scenario, server)
  const v = value(scenario, server, key)
  const broken = found.some(line => line.ok === false || line.error || line.died)
  return (v === null ? '–' : String(r(v))) + (broken ? ' (not converged)' : '')
}
const disk = (scenario, what) => {
  const found = judged(of(scenario, OURS))
  return ['p50', 'p99', 'max'].map(key => r(median(found.map(line => line[`${what}.${key}`]))) ?? '–').join(' / ')
}
const stalled = scenario => of(scenario, OURS).every(line => line['fsync.max'] > JUDGED)
const ahead = (scenario, key) => { // how many times the better peer's figure ours is
  const ours = value(scenario, OURS, key)
  const peers = PEERS.filter(peer => !of(scenario, peer).some(line => line.ok === false)).map(peer => value(scenario, peer, key)).filter(v => v !== null)
  if (ours === null || !peers.length || key.startsWith('lost')) return null
  const better = key === 'held' ? Math.max(...peers) : Math.min(...peers)
  return better > 0 ? ours / better : null
}
const ratio = (scenario, key) => { const times = ahead(scenario, key); return times === null ? '–' : `×${r(times)}` }
const goal = (scenario, key, limit, isAhead) => {
  const ours = value(scenario, OURS, key)
  if (ours === null) return ''
  const verdicts = []
  if (limit !== undefined) verdicts.push(limit < 0 ? [`≥ ${-limit}`, ours >= -limit] : [`≤ ${limit}`, ours <= limit])
  const times = ahead(scenario, key)
  if (isAhead) verdicts.push(['ahead of both', times === null || (key === 'held' ? times > 1 : times < 1)])
  const noTime = key === 'held' || key.startsWith('lost')
  return verdicts.map(([what, met]) => `${what}: ${!noTime && stalled(scenario) ? 'not judged, the disk stalled' : met ? 'met' : times === 1 ? 'even' : 'missed'}`).join('; ')
}

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim()
const counts = [...new Set(lines.map(line => line.scenario))].map(scenario => of(scenario, OURS).length)
const [least, most] = [Math.min(...counts), Math.max(...counts)]
console.log(`# Measured beside its peers

By \`make bench\` at commit ${process.env.COMMIT || git('rev-parse', '--short', 'HEAD')} on ${new Date().toISOString().slice(0, 10)}: ${os.cpus().length} cores (${os.cpus()[0].model.trim()}), ${r(os.totalmem() / 2 ** 30)} GB, Linux ${os.release().split('-')[0]},
Node ${process.versions.node}. Medians of ${least === most ? most : `${least} to ${most}`} interleaved run${most > 1 ? 's' : ''}; each server is started afresh for each scenario. Scriptorium runs as in production (Daphne, SQLite with
\`synchronous=FULL\`, rights and content checked, every edit committed before anybody sees it); the peers write nothing to disk while
people type. One process a server; the clients share the two cores with it. Beside each figure stands how long the writer's commits
took and what a bare probe's fsync took meanwhile. A run whose probe waited over ${JUDGED} ms is left out of the medians; where that is every
run, the disk had stalled in all of them, and the goal is not judged. The writer's commit includes its wait for Python's lock.

| | Scriptorium | @y/websocket-server 0.1.1 | Hocuspocus 4.7 with SQLite | to the better peer | goal | writer's commit p50 / p99 / max ms | bare probe's fsync p50 / p99 / max ms |
|---|---|---|---|---|---|---|---|`)
for (const [scenario, title, key, limit, isAhead] of ROWS) {
  if (!of(scenario, OURS).length) continue
  console.log(`| ${title} | ${[OURS, ...PEERS].map(s => show(scenario, s, key)).join(' | ')} | ${ratio(scenario, key)} | ${goal(scenario, key, limit, isAhead)} | ${disk(scenario, 'commit')} | ${disk(scenario, 'fsync')} |`)
}
console.log('\nEach run of what differs most from run to run, in their order (calm or not):\n')
for (const [scenario, title, key, , isAhead] of ROWS) {
  if (of(scenario, OURS).length < 2 || !(isAhead || scenario === 'roomsOf5')) continue
  const runs = [OURS, ...PEERS].map(s => `${s} ${of(scenario, s).map(line => line[key] ?? '–').join(', ')}`)
  console.log(`- ${title}: ${runs.join('; ')}.`)
}
const postgres = lines.filter(line => line.server === 'scriptorium-postgres')
for (const line of postgres) console.log(`\nOn PostgreSQL, ${line.scenario}: p50 ${line.p50}, p95 ${line.p95} ms; saved p95 ${line['saved.p95']} ms.`)
