// A crowd of guests in one room, who by chance type, lose their network, leave, and come as somebody new.
//   node crowd.mjs '{"url": "..", "room": "..", "passes": [..], "seed": 1, "pause": 30}'
// A line `act SECONDS` on stdin lets them; once all are back, saved and have the same, a line of JSON tells what they did:
// `typed` maps each name to the numbers that it wrote, in a paragraph of its own, from 0 on.
import readline from 'node:readline'
import * as Y from '../../static/node_modules/yjs/dist/yjs.mjs'
import { Client } from './client.mjs'

const { url, room, passes, seed, pause } = JSON.parse(process.argv[2])
const [LOSES, LEAVES] = [0.03, 0.05]
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const chances = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const chance = chances(seed)

class Person extends Client {
  constructor (pass, name) {
    super(url, room, { pass })
    Object.assign(this, { pass, name, typed: 0, text: null })
  }

  // The first thing is a paragraph at the end, with one's name; then number after number.
  type () {
    if (!this.provider.synced && !this.text) return
    this.edit(this.typed, () => {
      if (this.text) this.text.insert(this.text.length, ` ${this.typed}`)
      else {
        const paragraph = new Y.XmlElement('paragraph')
        this.text = new Y.XmlText(`${this.name}: ${this.typed}`)
        paragraph.insert(0, [this.text])
        this.root.insert(this.root.length, [paragraph])
      }
    })
    this.typed++
    this.provider.awareness.setLocalState({ cursor: null, status: `wrote ${this.typed}` })
  }
}

const did = { typed: {}, edits: 0, lost: 0, left: 0 }
let names = 0
const come = (pass) => new Person(pass, `p${names++}`)
const people = passes.map(come)

const act = () => {
  const at = Math.floor(chance() * people.length)
  const person = people[at]
  const what = chance()
  if (what < LOSES) {
    person.lose()
    did.lost++
  } else if (what < LEAVES && person.unsaved.size === 0) {
    person.leave()
    people[at] = come(person.pass)
    did.left++
  } else {
    person.type()
    did.typed[person.name] = person.typed
  }
}

const allTheSame = () => {
  if (!people.every(({ provider, unsaved }) => provider.synced && unsaved.size === 0)) return false
  const [first, ...others] = people.map(({ doc }) => Y.snapshot(doc))
  return others.every((other) => Y.equalSnapshots(first, other))
}

while (!people.every(({ provider }) => provider.synced)) await sleep(20)
for await (const line of readline.createInterface({ input: process.stdin })) {
  const end = performance.now() + 1000 * Number(line.split(' ')[1])
  while (performance.now() < end) {
    act()
    await sleep(pause)
  }
  while (!allTheSame()) await sleep(100)
  const state = Buffer.from(Y.encodeStateAsUpdate(people[0].doc)).toString('hex')
  did.edits = Object.values(did.typed).reduce((sum, typed) => sum + typed, 0)
  process.stdout.write(JSON.stringify({ ...did, state }) + '\n') // a pipe takes 64 KB at once, a long crowd's state is more
}
process.exit(0)
