// What was found, drawn over the video.

const LAYERS = [
  ["boxes", "Boxes"], ["labels", "Ids"], ["teams", "Teams"], ["inferred", "Unseen"], ["ball", "Ball"],
  ["trails", "Trails"], ["lines", "Lines"], ["points", "Keypoints"], ["validator", "Validator"],
];
const TRAIL = 1.2; // seconds

class Picture {
  constructor(data, canvas, layers) {
    Object.assign(this, { data, canvas, layers, chosen: null });
  }

  draw(index) {
    const frame = this.data.frame(index);
    const { context, width, height } = fitted(this.canvas);
    if (!frame) return false;
    const [w, h] = this.data.facts.size;
    if (!this.data.facts.plays || element("video").hidden) {
      context.fillStyle = "#0b0f0d";
      context.fillRect(0, 0, width, height);
    }
    Object.assign(this, { context, across: width / w, down: height / h, width, height });
    context.lineJoin = "round";
    const view = viewOf(frame);
    if (this.layers.lines && view) this.drawLines(view);
    if (this.layers.points) this.drawPoints(frame);
    if (this.layers.trails) this.drawTrails(index, frame);
    const rows = this.rows(frame);
    for (const row of rows) this.drawObject(frame.part, row);
    if (this.layers.labels) this.drawLabels(frame.part, rows);
    if (this.layers.validator) this.drawJudged(index);
    return true;
  }

  // Who is drawn: the nearer over the farther, the ball over all.
  rows(frame) {
    const { part, from, to } = frame;
    const rows = [];
    for (let row = from; row < to; row++) {
      if (part.flags[row] & LOST && !this.layers.inferred) continue;
      if (part.class[row] === BALL ? this.layers.ball : this.layers.boxes || this.layers.labels) rows.push(row);
    }
    const n = part.id.length;
    const last = (row) => (part.class[row] === BALL ? 1e6 : part.box[3 * n + row]);
    return rows.sort((a, b) => last(a) - last(b));
  }

  onScreen(part, row) {
    const [x1, y1, x2, y2] = boxOf(part, row);
    return [x1 * this.across, y1 * this.down, x2 * this.across, y2 * this.down];
  }

  colour(part, row) {
    const team = this.layers.teams ? part.team[row] : -1;
    if (!this.layers.teams && part.class[row] !== BALL && part.class[row] !== REFEREE) return MARKS.team0;
    return colourOf(part.class[row], team, part.flags[row]);
  }

  drawObject(part, row) {
    if (part.class[row] === BALL) this.drawBall(part, row);
    else if (this.layers.boxes) this.drawBox(part, row);
  }

  drawBox(part, row) {
    const { context } = this;
    const [x1, y1, x2, y2] = this.onScreen(part, row);
    const chosen = part.id[row] === this.chosen && this.chosen !== null;
    context.globalAlpha = this.chosen === null || chosen ? 1 : 0.55;
    context.setLineDash(part.flags[row] & LOST ? [5, 3] : []);
    const inner = chosen ? 2.5 : 1.5;
    context.strokeStyle = "rgb(0 0 0 / .55)";
    context.lineWidth = inner + 1.5;
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
    context.strokeStyle = this.colour(part, row);
    context.lineWidth = inner;
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
    context.setLineDash([]);
    if (chosen) this.drawFeet((x1 + x2) / 2, y2, Math.max(6, 0.7 * (x2 - x1)));
    context.globalAlpha = 1;
  }

  drawFeet(x, y, across) {
    const { context } = this;
    context.beginPath();
    context.ellipse(x, y, across, 0.34 * across, 0, 0, 2 * Math.PI);
    context.fillStyle = "rgb(255 255 255 / .28)";
    context.fill();
    context.strokeStyle = "#fff";
    context.stroke();
  }

  drawBall(part, row) {
    const { context } = this;
    const [x1, y1, x2, y2] = this.onScreen(part, row);
    const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const radius = Math.max(7, 0.75 * (x2 - x1));
    context.setLineDash(part.flags[row] & LOST ? [3, 3] : []);
    for (const [colour, wide] of [["rgb(0 0 0 / .6)", 4], ["#fff", 2]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: wide });
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x, y - radius - 4);
    context.lineTo(x - 5, y - radius - 12);
    context.lineTo(x + 5, y - radius - 12);
    context.closePath();
    Object.assign(context, { fillStyle: "#fff", strokeStyle: "rgb(0 0 0 / .6)", lineWidth: 1 });
    context.fill();
    context.stroke();
  }

  // Ids above the boxes; one that would hide another is left out.
  drawLabels(part, rows) {
    const { context } = this;
    const size = this.width < 520 ? 9 : 11;
    context.font = `600 ${size}px ui-sans-serif, system-ui, sans-serif`;
    context.textBaseline = "middle";
    const taken = [];
    const first = (row) => (part.id[row] === this.chosen ? 0 : part.class[row] === KEEPER || part.class[row] === REFEREE ? 1 : 2);
    for (const row of [...rows].sort((a, b) => first(a) - first(b))) {
      if (part.class[row] === BALL || part.id[row] < 0) continue;
      const [x1, y1, x2] = this.onScreen(part, row);
      const text = `${part.id[row]}${part.class[row] === KEEPER ? " GK" : part.class[row] === REFEREE ? " R" : ""}`;
      const wide = context.measureText(text).width + 7;
      const high = size + 4;
      const left = Math.max(0, Math.min(this.width - wide, (x1 + x2 - wide) / 2));
      const top = Math.max(0, y1 - high - 2);
      if (taken.some(([l, t, w]) => left < l + w + 1 && l < left + wide + 1 && Math.abs(t - top) < high + 1)) continue;
      taken.push([left, top, wide]);
      const chosen = part.id[row] === this.chosen && this.chosen !== null;
      context.globalAlpha = this.chosen === null || chosen ? 1 : 0.7;
      context.fillStyle = this.colour(part, row);
      context.beginPath();
      context.roundRect(left, top, wide, high, part.team[row] === 1 && this.layers.teams ? 1 : high / 2);
      context.fill();
      context.fillStyle = "#10161b";
      context.fillText(text, left + 3.5, top + high / 2 + 0.5);
      context.globalAlpha = 1;
    }
  }

  drawTrails(index, frame) {
    const { context, data } = this;
    const begin = Math.max(0, data.at(data.overview.time[index] - TRAIL));
    const paths = new Map();
    for (let each = begin; each <= index; each++) {
      if (data.overview.shot[each] !== data.overview.shot[index]) continue;
      const then = data.frame(each);
      if (!then) continue;
      for (let row = then.from; row < then.to; row++) {
        const id = then.part.id[row];
        if (id < 0 || (this.chosen !== null && id !== this.chosen && then.part.class[row] !== BALL)) continue;
        const [x1, y1, x2, y2] = this.onScreen(then.part, row);
        if (!paths.has(id)) paths.set(id, []);
        paths.get(id).push([(x1 + x2) / 2, then.part.class[row] === BALL ? (y1 + y2) / 2 : y2]);
      }
    }
    context.lineWidth = 1.5;
    for (let row = frame.from; row < frame.to; row++) {
      const path = paths.get(frame.part.id[row]);
      if (!path || path.length < 2) continue;
      context.strokeStyle = this.colour(frame.part, row);
      context.globalAlpha = 0.75;
      context.beginPath();
      path.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  drawLines(view) {
    const { context, data } = this;
    const [length, width] = data.facts.ground;
    const grow = [view[13] / length, view[14] / width];
    context.beginPath();
    for (const line of data.facts.lines) {
      let pen = null;
      for (let at = 0; at + 1 < line.length; at++) {
        const [[ax, ay], [bx, by]] = [line[at], line[at + 1]];
        const pieces = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay)));
        for (let piece = pen ? 1 : 0; piece <= pieces; piece++) {
          const share = piece / pieces;
          const point = seen(view, (ax + share * (bx - ax)) * grow[0], (ay + share * (by - ay)) * grow[1]);
          const near = point && Math.abs(point[0]) < 20000 && Math.abs(point[1]) < 20000;
          if (near) {
            const [x, y] = [point[0] * this.across, point[1] * this.down];
            if (pen) context.lineTo(x, y); else context.moveTo(x, y);
          }
          pen = near ? point : null;
        }
      }
    }
    Object.assign(context, { strokeStyle: MARKS.line, lineWidth: 1.25, globalAlpha: 0.85 });
    context.stroke();
    context.globalAlpha = 1;
  }

  drawPoints(frame) {
    const { context } = this;
    const { points } = frame.part;
    for (let at = 64 * frame.local; at < 64 * frame.local + 64; at += 2) {
      if (points[at] === ABSENT) continue;
      context.beginPath();
      context.arc((points[at] / 4) * this.across, (points[at + 1] / 4) * this.down, 3.5, 0, 2 * Math.PI);
      Object.assign(context, { fillStyle: MARKS.point, strokeStyle: "rgb(0 0 0 / .75)", lineWidth: 1.5 });
      context.fill();
      context.stroke();
    }
  }

  drawJudged(index) {
    const { context, data } = this;
    const told = data.facts.judged?.frames[data.overview.number[index]];
    if (!told) return;
    context.font = "600 11px ui-sans-serif, system-ui, sans-serif";
    context.textBaseline = "top";
    for (const [x1, y1, x2, y2, verdict, text] of told.marks) {
      const [left, top] = [x1 * this.across, y2 * this.down + 2];
      context.strokeStyle = VERDICTS[verdict];
      context.lineWidth = 3;
      context.setLineDash(verdict === "costs" ? [2, 2] : verdict === "dropped" ? [6, 4] : []);
      context.strokeRect(left, y1 * this.down, (x2 - x1) * this.across, (y2 - y1) * this.down);
      context.setLineDash([]);
      context.fillStyle = VERDICTS[verdict];
      context.fillRect(left, top, context.measureText(text).width + 6, 14);
      context.fillStyle = "#10161b";
      context.fillText(text, left + 3, top + 1.5);
    }
  }

  // The smallest box at a point of the canvas; its track, or null.
  hit(index, x, y) {
    const frame = this.data.frame(index);
    if (!frame) return null;
    let best = null;
    let least = Infinity;
    for (const row of this.rows(frame)) {
      const [x1, y1, x2, y2] = this.onScreen(frame.part, row);
      const area = (x2 - x1) * (y2 - y1);
      const inside = x > x1 - 6 && x < x2 + 6 && y > y1 - 6 && y < y2 + 6;
      if (inside && area < least && frame.part.id[row] >= 0) [best, least] = [frame.part.id[row], area];
    }
    return best;
  }
}
