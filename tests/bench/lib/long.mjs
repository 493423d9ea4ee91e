// A document with the history of a paper's writing: 260,000 edits by one author, who goes on where they last wrote, jumps
// now and then, and takes back every eighth character. The same each time: its chances come from a fixed seed.
import * as Y from 'yjs'
import { ownText, plain } from './room.mjs'

const PER = 100
const made = new Map()

const chances = seed => () => {
  seed = seed + 0x6d2b79f5 | 0
  let t = Math.imul(seed ^ seed >>> 15, 1 | seed)
  t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
  return ((t ^ t >>> 14) >>> 0) / 2 ** 32
}

export const longDocument = (edits = 260000) => {
  if (made.has(edits)) return made.get(edits)
  const random = chances(1)
  const doc = new Y.Doc()
  doc.clientID = 0x60000001
  const updates = []
  doc.on('update', u => updates.push(u))
  const text = doc.transact(() => ownText(doc))
  let at = 0
  for (let i = 0; i < edits; i += PER) {
    doc.transact(() => {
      for (let k = i; k < Math.min(edits, i + PER); k++) {
        if (random() < 0.012) at = Math.floor(random() * (text.length + 1))
        if (at > 0 && random() < 0.125) text.delete(--at, 1)
        else text.insert(at++, random() < 0.16 ? ' ' : String.fromCharCode(97 + Math.floor(random() * 26)))
      }
    })
  }
  const long = { updates, text: plain(doc), state: Y.encodeStateAsUpdate(doc), id: doc.clientID, clock: Y.getState(doc.store, doc.clientID) }
  made.set(edits, long)
  return long
}
