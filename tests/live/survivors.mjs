// Stock y-websocket clients that keep typing whatever becomes of the servers, and keep what is not acknowledged.
//   node survivors.mjs '{"urls": [..], "room": "..", "cookie": "..", "clients": 6, "pause": 20}'
// Prints a line for each thing that happens: `ack EDIT`, `notice CODE`, `closed CODE`, `peers NUMBER`. A line `stop` on
// stdin ends the typing; the last line is then `end {texts, typed}`, once everybody has the same and all is acknowledged.
import fs from 'node:fs'
import readline from 'node:readline'
import * as Y from '../../static/node_modules/yjs/dist/yjs.mjs'
import { Client } from './client.mjs'

const { urls, room, cookie, clients, pause } = JSON.parse(process.argv[2])
const say = (...words) => fs.writeSync(1, words.join(' ') + '\n')
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const fragment = (doc) => doc.getXmlFragment('content')
const text = (doc) => fragment(doc).get(0).get(0)

const type = (client) => {
  const edit = `<${client.doc.clientID}.${client.typed++}>`
  client.edit(edit, () => text(client.doc).insert(text(client.doc).length, edit))
}

const all = Array.from({ length: clients }, (_, i) => Object.assign(new Client(urls[i % urls.length], room, { cookie }, say), { typed: 0 }))
let typing = true
readline.createInterface({ input: process.stdin }).once('line', () => { typing = false })

await Promise.all(all.map(({ provider }) => provider.synced || new Promise((resolve) => provider.once('sync', resolve))))
if (fragment(all[0].doc).length === 0) {
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText()])
  fragment(all[0].doc).insert(0, [paragraph])
}
while (all.some(({ doc }) => fragment(doc).length === 0)) await sleep(10)
all.forEach(({ provider }, i) => provider.awareness.setLocalState({ cursor: null, status: `client ${i}` }))
let peers = 0
while (typing) {
  for (const client of all) type(client)
  const fewest = Math.min(...all.map(({ provider }) => provider.awareness.getStates().size))
  if (fewest !== peers) say('peers', peers = fewest)
  await sleep(pause)
}
const done = () => all.every(({ doc, unsaved }) => unsaved.size === 0 && text(doc).toString() === text(all[0].doc).toString())
while (!done()) await sleep(20)
say('end', JSON.stringify({
  texts: [...new Set(all.map(({ doc }) => text(doc).toString()))],
  typed: all.flatMap(({ doc, typed }) => Array.from({ length: typed }, (_, i) => `<${doc.clientID}.${i}>`))
}))
process.exit(0)
