// The data of the page: facts, an overview of every frame, and parts that come when they are needed.

const KINDS = {
  u1: Uint8Array, i1: Int8Array, i2: Int16Array, u2: Uint16Array,
  u4: Uint32Array, i4: Int32Array, f4: Float32Array, f8: Float64Array,
};
const ABSENT = -32768; // of int16: not known
const UNKNOWN = 255; // of a share: not known
const HELD = 16; // parts in memory: about a quarter of an hour

const told = (id) => document.getElementById(id)?.textContent;
const element = (id) => document.getElementById(id);

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

// {"c": [[name, kind, length], ...], "z": text} -> {name: typed array}
async function unpack(packed) {
  const stream = new Blob([bytesOf(packed.z)]).stream();
  const inflated = stream.pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(inflated).arrayBuffer();
  const columns = {};
  let at = 0;
  for (const [name, kind, length] of packed.c) {
    columns[name] = new KINDS[kind](buffer, at, length);
    at = Math.ceil((at + columns[name].byteLength) / 8) * 8;
  }
  return columns;
}

class Data {
  constructor(facts, overview) {
    Object.assign(this, { facts, overview });
    this.count = overview.number.length;
    this.parts = new Map(); // number -> columns, the latest used last
    this.coming = new Map(); // number -> promise
    this.rowOf = new Map(); // track -> row of the table of tracks
    overview.trackId.forEach((id, row) => this.rowOf.set(id, row));
    this.arrived = new Map();
    // Called by the scripts beside the page: a page of a file may load those, and nothing else.
    window.touchlinePart = (key, number, packed) => this.arrived.get(number)?.(key, packed);
  }

  static async open() {
    return new Data(JSON.parse(told("facts")), await unpack(JSON.parse(told("overview"))));
  }

  // The columns of a part if they are here; else null, and they are on their way.
  held(number) {
    const found = this.parts.get(number);
    if (!found) {
      this.part(number).catch(() => {});
      return null;
    }
    this.parts.delete(number);
    this.parts.set(number, found);
    return found;
  }

  part(number) {
    if (number < 0 || number >= this.facts.parts) return Promise.reject(new RangeError("no such part"));
    if (this.parts.has(number)) return Promise.resolve(this.parts.get(number));
    if (!this.coming.has(number)) {
      const read = this.facts.inside ? Promise.resolve(JSON.parse(told(`part-${number}`))) : this.load(number);
      const ready = read.then(unpack).then((columns) => this.keep(number, columns));
      this.coming.set(number, ready.finally(() => this.coming.delete(number)));
    }
    return this.coming.get(number);
  }

  keep(number, columns) {
    this.parts.set(number, columns);
    while (this.parts.size > HELD) this.parts.delete(this.parts.keys().next().value);
    return columns;
  }

  load(number) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const name = `report-data/${String(number).padStart(3, "0")}.js`;
      this.arrived.set(number, (key, packed) => {
        if (key === this.facts.key) resolve(packed);
        else reject(new Error(`${name} is of another report: write both anew`));
      });
      script.onerror = () => reject(new Error(`${name} is missing: keep the folder report-data beside the page`));
      script.onload = () => { script.remove(); this.arrived.delete(number); };
      script.src = name;
      document.head.append(script);
    }).catch((error) => { say(error.message); throw error; });
  }

  // One frame: {part, from, to, local}, rows from..to of the columns; null while it comes.
  frame(index) {
    const number = Math.floor(index / this.facts.part);
    const part = this.held(number);
    if (!part) return null;
    const local = index - number * this.facts.part;
    return { part, from: part.start[local], to: part.start[local + 1], local };
  }

  async ready(index) {
    await this.part(Math.floor(index / this.facts.part));
    return this.frame(index);
  }

  // The row of a track in a frame, or -1.
  row(frame, id) {
    if (!frame || id === null) return -1;
    for (let row = frame.from; row < frame.to; row++) if (frame.part.id[row] === id) return row;
    return -1;
  }

  // The frame that is shown at a time of the video, in seconds from its first frame.
  at(seconds) {
    const time = this.overview.time;
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (time[middle] <= seconds) low = middle; else high = middle - 1;
    }
    return low;
  }

  // The place of a frame by its number: the last that is not beyond it.
  near(number) {
    const numbers = this.overview.number;
    let [low, high] = [0, this.count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (numbers[middle] <= number) low = middle; else high = middle - 1;
    }
    return low;
  }

  indexOf(number) {
    const index = this.near(number);
    return this.overview.number[index] === number ? index : -1;
  }

  // Seconds in the middle of a frame's time on screen: no rounding leads to its neighbour.
  middle(index) {
    const time = this.overview.time;
    const next = index + 1 < this.count ? time[index + 1] : time[index] + this.step(index);
    return (time[index] + Math.min(next, time[index] + 1)) / 2;
  }

  step(index) {
    const time = this.overview.time;
    return index > 0 ? time[index] - time[index - 1] : 1 / (this.facts.summary.video.fps || 25);
  }
}

// A box as [left, top, right, bottom] in pixels.
function boxOf(part, row) {
  const n = part.id.length;
  return [part.box[row] / 4, part.box[n + row] / 4, part.box[2 * n + row] / 4, part.box[3 * n + row] / 4];
}

// A place in metres, or null.
function placeOf(part, row) {
  const n = part.id.length;
  const [x, y] = [part.place[row], part.place[n + row]];
  return x === ABSENT || y === ABSENT ? null : [x / 100, y / 100];
}

const shareOf = (column, row) => (column[row] === UNKNOWN ? null : column[row] / 254);
const speedOf = (part, row) => (part.speed[row] === ABSENT ? null : part.speed[row] / 100);

function say(text) {
  element("said").textContent = text;
}

function clockText(seconds, digits = 2) {
  const hundredths = Math.round(Math.max(0, seconds) * 10 ** digits) / 10 ** digits;
  const minutes = Math.floor(hundredths / 60);
  const rest = (hundredths - 60 * minutes).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${String(minutes % 60).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

// A small tree of elements: make("p", {class: "quiet"}, "text", child). Text is never read as HTML.
function make(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((each) => each !== null && each !== undefined));
  return made;
}
