// A replica that is Yjs itself: one JSON request a line in, one answer a line out. Bytes are hexadecimal.
import { createInterface } from "node:readline";
import * as Y from "../../static/node_modules/yjs/dist/yjs.mjs";

let doc = new Y.Doc();
let made = [];

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));

function begin({ client }) {
  doc.destroy();
  doc = new Y.Doc({ gc: true });
  doc.clientID = client;
  made = [];
  doc.on("update", (update, origin) => {
    if (origin !== "remote") made.push(hex(update));
  });
  return {};
}

const block = (index) => doc.getXmlFragment("content").get(index);
const text = (index) => block(index).get(0);

const edits = {
  block({ at, name }) {
    const element = new Y.XmlElement(name);
    element.insert(0, [new Y.XmlText()]);
    doc.getXmlFragment("content").insert(at, [element]);
  },
  insert: ({ block, at, words, marks }) => text(block).insert(at, words, marks),
  delete: ({ block, at, length }) => text(block).delete(at, length),
  format: ({ block, at, length, marks }) => text(block).format(at, length, marks),
  attribute: ({ block: index, name, value }) => block(index).setAttribute(name, value),
  remove: ({ at }) => doc.getXmlFragment("content").delete(at, 1),
};

function edit(request) {
  doc.transact(() => edits[request.edit](request));
  return taken();
}

/** Yjs answers some remote changes with an update of its own: it deletes marks that begin and end at once. */
function apply({ update }) {
  Y.applyUpdate(doc, bytes(update), "remote");
  return taken();
}

function taken() {
  const updates = made;
  made = [];
  return { updates };
}

function view() {
  const blocks = doc.getXmlFragment("content").toArray();
  return {
    pending: doc.store.pendingStructs !== null || doc.store.pendingDs !== null,
    clocks: Object.fromEntries(Y.decodeStateVector(Y.encodeStateVector(doc))),
    blocks: blocks.map((block) => ({
      name: block.nodeName,
      attributes: block.getAttributes(),
      runs: block.get(0).toDelta().map(({ insert, attributes }) => [insert, attributes ?? {}]),
    })),
  };
}

const run = ({ insert, attributes }) => [typeof insert === "string" ? insert : "#stray", attributes ?? {}];

/** The whole tree: [name, attributes, children], a text its runs. What no editor puts there is a "#stray". */
function tree(node = doc.getXmlFragment("content")) {
  if (!(node instanceof Y.AbstractType)) return ["#stray", {}, []];
  if (node instanceof Y.XmlText) return node.toDelta().map(run);
  const attributes = node instanceof Y.XmlElement ? node.getAttributes() : {};
  if ([...node._map.values()].some((item) => !item.deleted && !item.content.arr)) attributes["#stray"] = true;
  return [node.nodeName ?? "", attributes, node.toArray().map((child) => tree(child))];
}

/** What Yjs's own reader says is in an update. */
function decode({ update }) {
  const { structs, ds } = Y.decodeUpdate(bytes(update));
  return {
    structs: structs.map((s) => [s.id.client, s.id.clock, s.length, s.content?.getRef?.() ?? (s instanceof Y.GC ? 0 : 10)]),
    deletes: [...ds.clients].flatMap(([client, ranges]) => ranges.map(({ clock, len }) => [client, clock, len])),
  };
}

const requests = {
  begin,
  edit,
  view,
  decode,
  apply,
  tree: () => ({ tree: tree(), pending: doc.store.pendingStructs !== null || doc.store.pendingDs !== null }),
  vector: () => ({ update: hex(Y.encodeStateVector(doc)) }),
  diff: ({ vector }) => ({ update: hex(Y.encodeStateAsUpdate(doc, bytes(vector))) }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = requests[request.do](request);
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
