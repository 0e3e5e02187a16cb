// One track: where it ran, how fast, what it looked like, and why each box of it is there.

const CROPS = 6;

class Person {
  constructor(data, root, clock) {
    Object.assign(this, { data, root, clock, id: null, track: null });
  }

  // Everything of a track, from all parts that it lies in.
  async collect(id) {
    const { data } = this;
    const at = data.rowOf.get(id);
    const [begin, end] = [data.overview.trackBegin[at], data.overview.trackEnd[at]];
    const track = { id, at, begin, end, frames: [], places: [], speeds: [], boxes: [], looks: [] };
    const size = data.facts.part;
    for (let number = Math.floor(begin / size); number <= Math.floor(end / size); number++) {
      const part = await data.part(number);
      for (let local = 0; local + 1 < part.start.length; local++) {
        for (let row = part.start[local]; row < part.start[local + 1]; row++) {
          if (part.id[row] === id) this.take(track, number * size + local, part, row);
        }
      }
    }
    return track;
  }

  take(track, index, part, row) {
    track.frames.push(index);
    track.places.push(placeOf(part, row));
    track.speeds.push(speedOf(part, row));
    track.boxes.push(boxOf(part, row));
    const verified = shareOf(part.verified, row);
    if (verified !== null) track.looks.push([index, verified]);
  }

  async show(id) {
    this.id = id;
    this.track = null;
    this.chart?.destroy();
    this.chart = null;
    this.root.hidden = id === null;
    if (id === null) return null;
    const track = await this.collect(id);
    if (this.id !== id) return null;
    this.track = track;
    this.build(track);
    return track;
  }

  build(track) {
    const { overview, facts } = this.data;
    const [classId, team] = [overview.trackClass[track.at], overview.trackTeam[track.at]];
    const name = make("h2", { id: "person-name" }, markOf(classId, team, 0),
      `${ROLES[classId]} ${track.id}`, make("span", { class: "quiet" }, sideOf(classId, team, facts)),
      make("button", { type: "button", class: "plain", onclick: () => this.close() }, "Close"));
    this.now = make("ul", { class: "why", id: "why" });
    this.holder = make("div", { class: "chart" });
    this.crops = make("div", { class: "crops" });
    this.root.replaceChildren(name, this.figures(track), this.holder, this.now, this.crops);
    this.plot(track);
    this.cropAll(track);
  }

  figures(track) {
    const known = track.speeds.filter((each) => each !== null);
    const { trackLost, trackRows } = this.data.overview;
    const seen = 1 - trackLost[track.at] / trackRows[track.at];
    const seconds = this.data.overview.time[track.end] - this.data.overview.time[track.begin];
    const told = [["in the picture", seconds.toFixed(1), "s"], ["seen in", `${Math.round(100 * seen)}`, "% of it"]];
    if (known.length) told.push(["fastest", (3.6 * Math.max(...known)).toFixed(1), "km/h"]);
    const way = this.way(track);
    if (way !== null) told.push(["ran", way < 1000 ? Math.round(way) : (way / 1000).toFixed(2), way < 1000 ? "m" : "km"]);
    return make("dl", { class: "figures" }, ...told.map(([name, value, unit]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, `${value} `, make("small", {}, unit)))));
  }

  // Metres by the speeds that are known, which are smoothed; places alone would add their tremble.
  way(track) {
    let way = null;
    track.speeds.forEach((speed, at) => {
      if (speed !== null) way = (way ?? 0) + speed * this.data.step(track.frames[at]);
    });
    return way;
  }

  plot(track) {
    const { time } = this.data.overview;
    if (!track.speeds.some((each) => each !== null) || typeof uPlot === "undefined") {
      this.holder.append(make("p", { class: "quiet" }, this.data.facts.has.analytics
        ? "No speed: too little of the run is seen." : "No speed: run with --format …,analytics."));
      return;
    }
    const axis = { stroke: INKS.quiet, grid: { stroke: INKS.rule, width: 1 }, ticks: { show: false }, font: "11px ui-sans-serif, system-ui, sans-serif" };
    const series = [track.frames.map((frame) => time[frame]), track.speeds.map((speed) => (speed === null ? null : 3.6 * speed))];
    this.chart = new uPlot({
      width: Math.max(200, this.root.clientWidth - 20), height: 118, legend: { show: false }, padding: [6, 8, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 5 } },
      scales: { x: { time: false }, y: { range: (_, least, most) => [0, Math.max(10, most * 1.1)] } },
      axes: [
        { ...axis, size: 20, gap: 2, space: 56, values: (_, marks) => marks.map((each) => clockText(each, 0)) },
        { ...axis, gap: 4, values: (_, marks) => marks.map((each, at) => (at === marks.length - 1 ? `${each} km/h` : `${each}`)), space: 26, size: 58 },
      ],
      series: [{}, { stroke: INKS.accent, width: 1.5, points: { show: false } }],
      hooks: { draw: [(chart) => this.drawNow(chart)] },
    }, series, this.holder);
    this.chart.over.addEventListener("click", () => {
      const at = this.chart.cursor.idx;
      if (at !== null && at !== undefined) this.clock.go(track.frames[at]);
    });
  }

  drawNow(chart) {
    const x = chart.valToPos(this.data.overview.time[this.clock.frame], "x", true);
    if (x < chart.bbox.left || x > chart.bbox.left + chart.bbox.width) return;
    chart.ctx.fillStyle = INKS.ink;
    chart.ctx.fillRect(x - 1, chart.bbox.top, 2, chart.bbox.height);
  }

  // What is said of the frame that is shown.
  tell(index) {
    if (!this.track) return;
    const frame = this.data.frame(index);
    if (!frame) return;
    const row = this.data.row(frame, this.id);
    const words = row < 0 ? this.absent(index) : this.reasons(frame.part, row, index);
    this.now.replaceChildren(...words.map((each) => make("li", {}, each)));
    this.chart?.redraw(false);
  }

  absent(index) {
    const { track, data } = this;
    const clock = (frame) => clockText(data.overview.time[frame]);
    if (index < track.begin) return [`Not there yet: seen first at ${clock(track.begin)}.`];
    if (index > track.end) return [`Dropped after ${clock(track.end)}: ${this.ending()}.`];
    return [`Not told here: unseen for too long to say where, between ${clock(track.begin)} and ${clock(track.end)}.`];
  }

  ending() {
    const { track, data } = this;
    const { shot } = data.overview;
    const [w, h] = data.facts.size;
    const [x1, y1, x2, y2] = track.boxes[track.boxes.length - 1];
    if (track.end === data.count - 1) return "the clip ends";
    if (shot[track.end + 1] !== shot[track.end]) return "the shot ends, and ids are not carried over a cut";
    if (x1 < 0.02 * w || x2 > 0.98 * w || y1 < 0.02 * h || y2 > 0.98 * h) return "left the picture";
    return "not seen again surely enough to say that it is the same one";
  }

  reasons(part, row, index) {
    const words = [this.kept(part, row, index)];
    const verified = shareOf(part.verified, row);
    if (verified !== null) {
      words.push(verified < 0.5 ? `Second look: ${percent(verified)} sure, which is doubtful. Kept for the looks around it.` : `Second look at this very box: ${percent(verified)} sure.`);
    } else if (this.track.looks.length) {
      const [nearest, share] = this.track.looks.reduce((a, b) => (Math.abs(b[0] - index) < Math.abs(a[0] - index) ? b : a));
      words.push(`Second look at ${clockText(this.data.overview.time[nearest])}: ${percent(share)} sure; none at this box.`);
    }
    const [role, side, identity] = ["role", "sure", "identity"].map((name) => shareOf(part[name], row));
    const sure = [role !== null && `role ${percent(role)}`, side !== null && `team ${percent(side)}`, identity !== null && `one and the same ${percent(identity)}`].filter(Boolean);
    if (sure.length) words.push(`Sure of: ${sure.join(", ")}.`);
    const place = placeOf(part, row);
    if (place) words.push(`At ${place[0].toFixed(1)}, ${place[1].toFixed(1)} m from the centre spot${speedOf(part, row) === null ? "" : `, ${paceText(speedOf(part, row))}`}.`);
    return words;
  }

  kept(part, row, index) {
    const score = shareOf(part.confidence, row).toFixed(2);
    const seen = part.detected[row] >= 0 ? `, as a ${ROLES[part.detected[row]]}` : "";
    if (part.source[row] === 0) return `Detected in this frame${seen}, score ${score}.`;
    if (part.source[row] === 1) return `Seen in this frame${seen}, score ${score}; the box is smoothed along the track.`;
    if (part.source[row] === 3) return `Proposed where the track should be by now; kept because the second look confirmed it.`;
    if (part.flags[row] & LOST) return "Unseen here: a look missed it, those before and after it did not.";
    return "Between two looks, which both saw it.";
  }

  // The parts of the video in its boxes, cut out by a second player so that the first stays.
  async cropAll(track) {
    const { facts } = this.data;
    if (!this.clock.plays || !track.frames.length) return;
    const id = this.id;
    const video = this.second();
    for (let at = 0; at < CROPS; at++) {
      const chosen = Math.round(((at + 0.5) / CROPS) * (track.frames.length - 1));
      const index = track.frames[chosen];
      const canvas = make("canvas", { width: 96, height: 192 });
      const moment = clockText(this.data.overview.time[index], 1);
      this.crops.append(make("button", { type: "button", "aria-label": `Go to ${moment}`, onclick: () => this.clock.go(index) },
        canvas, make("span", {}, moment)));
      await this.sought(video, this.data.middle(index) + facts.offset);
      if (this.id !== id) return;
      this.crop(canvas, video, track.boxes[chosen]);
    }
  }

  second() {
    if (!this.player) {
      this.player = document.createElement("video");
      Object.assign(this.player, { muted: true, preload: "auto", src: this.clock.video.currentSrc });
    }
    return this.player;
  }

  sought(video, seconds) {
    return new Promise((resolve) => {
      video.addEventListener("seeked", () => resolve(), { once: true });
      video.addEventListener("error", () => resolve(), { once: true });
      const begin = () => { video.currentTime = seconds; };
      if (video.readyState) begin(); else video.addEventListener("loadedmetadata", begin, { once: true });
    });
  }

  crop(canvas, video, [x1, y1, x2, y2]) {
    const [w, h] = this.data.facts.size;
    const [across, down] = [video.videoWidth / w, video.videoHeight / h];
    const high = Math.max((y2 - y1) * 1.25, (x2 - x1) * 2.2, 12);
    const [left, top] = [(x1 + x2) / 2 - high / 4, (y1 + y2) / 2 - high / 2];
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(video, left * across, top * down, (high / 2) * across, high * down, 0, 0, canvas.width, canvas.height);
  }

  close() {
    this.root.dispatchEvent(new Event("close"));
  }
}
