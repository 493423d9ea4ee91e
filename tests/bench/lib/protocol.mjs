// Encoding of the two wire flavours. A message is [type, ...]; hocuspocus puts the
// document name before it, and wants an auth message first.
import * as enc from 'lib0/encoding'

export const SYNC = 0, AWARENESS = 1, AUTH = 2, SAVED = 102
export const STEP1 = 0, STEP2 = 1, UPDATE = 2
export const EMPTY_SV = new Uint8Array([0])
export const EMPTY_UPDATE = new Uint8Array([0, 0])

const build = (prefix, f) => {
  const e = enc.createEncoder()
  if (prefix !== null) enc.writeVarString(e, prefix)
  f(e)
  return enc.toUint8Array(e)
}

// read a varuint at p: returns value, and leaves the next position in readVar.p
export const readVar = (b, p) => {
  let v = 0, m = 1
  for (;;) {
    const x = b[p++]
    v += (x & 127) * m
    if (x < 128) { readVar.p = p; return v }
    m *= 128
  }
}
readVar.p = 0

export const codec = (flavour, room) => {
  const prefix = flavour === 'hocuspocus' ? room : null
  return {
    hello: flavour === 'hocuspocus'
      ? build(prefix, e => { enc.writeVarUint(e, AUTH); enc.writeVarUint(e, 0); enc.writeVarString(e, 'token'); enc.writeVarString(e, '4.7.0') })
      : null,
    step1: sv => build(prefix, e => { enc.writeVarUint(e, SYNC); enc.writeVarUint(e, STEP1); enc.writeVarUint8Array(e, sv) }),
    step2: u => build(prefix, e => { enc.writeVarUint(e, SYNC); enc.writeVarUint(e, STEP2); enc.writeVarUint8Array(e, u) }),
    update: u => build(prefix, e => { enc.writeVarUint(e, SYNC); enc.writeVarUint(e, UPDATE); enc.writeVarUint8Array(e, u) }),
    awareness: (client, clock, state) => build(prefix, e => {
      enc.writeVarUint(e, AWARENESS)
      enc.writeVarUint8Array(e, build(null, a => {
        enc.writeVarUint(a, 1); enc.writeVarUint(a, client); enc.writeVarUint(a, clock); enc.writeVarString(a, JSON.stringify(state))
      }))
    }),
    // where the message starts
    skip: flavour === 'hocuspocus' ? b => { const n = readVar(b, 0); return readVar.p + n } : () => 0,
    // hocuspocus: 4 is "sync, but do not answer with step 1"
    isSync: flavour === 'hocuspocus' ? t => t === 0 || t === 4 : t => t === 0
  }
}
