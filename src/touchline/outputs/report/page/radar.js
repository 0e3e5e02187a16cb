// The pitch from above, in metres.

const AROUND = 4; // metres beyond the lines

class Radar {
  constructor(data, canvas) {
    Object.assign(this, { data, canvas, chosen: null, track: null });
    const [length, width] = data.facts.ground;
    canvas.style.aspectRatio = `${length + 2 * AROUND} / ${width + 2 * AROUND}`;
  }

  draw(index) {
    const frame = this.data.frame(index);
    const { context, width, height } = fitted(this.canvas);
    const [length, across] = this.data.facts.ground;
    Object.assign(this, { context, scale: width / (length + 2 * AROUND), middle: [width / 2, height / 2] });
    context.fillStyle = INKS.grass;
    context.fillRect(0, 0, width, height);
    if (frame) this.drawView(frame);
    this.drawPaint(length, across);
    if (this.track) this.drawTrack(index);
    if (frame) this.drawPeople(frame);
    return Boolean(frame);
  }

  at([x, y]) {
    return [this.middle[0] + x * this.scale, this.middle[1] - y * this.scale];
  }

  drawPaint(length, across) {
    const { context } = this;
    context.beginPath();
    for (const line of this.data.facts.lines) {
      line.forEach((point, at) => (at ? context.lineTo(...this.at(point)) : context.moveTo(...this.at(point))));
    }
    Object.assign(context, { strokeStyle: INKS.paint, lineWidth: 1 });
    context.stroke();
  }

  // What the camera sees of the pitch: a grid of metres, each that is in the picture.
  drawView(frame) {
    const view = viewOf(frame);
    if (!view) return;
    const { context } = this;
    const [length, across] = this.data.facts.ground;
    const [w, h] = this.data.facts.size;
    context.fillStyle = INKS.paint;
    context.globalAlpha = 0.22;
    const cell = 1.5;
    context.beginPath();
    for (let y = -across / 2 - AROUND; y < across / 2 + AROUND; y += cell) {
      let from = null;
      for (let x = -length / 2 - AROUND; x <= length / 2 + AROUND + cell; x += cell) {
        const point = x <= length / 2 + AROUND ? seen(view, x + cell / 2, y + cell / 2) : null;
        const inside = point && point[0] > 0 && point[0] < w && point[1] > 0 && point[1] < h;
        if (inside && from === null) from = x;
        if (!inside && from !== null) {
          const [left, top] = this.at([from, y + cell]);
          context.rect(left, top, (x - from) * this.scale, cell * this.scale);
          from = null;
        }
      }
    }
    context.fill();
    context.globalAlpha = 1;
  }

  drawTrack(index) {
    const { context, track } = this;
    context.beginPath();
    let pen = false;
    track.places.forEach((place, at) => {
      if (!place) { pen = false; return; }
      const [x, y] = this.at(place);
      if (pen) context.lineTo(x, y); else context.moveTo(x, y);
      pen = track.frames[at + 1] - track.frames[at] < 50;
    });
    Object.assign(context, { strokeStyle: INKS.ink, lineWidth: 2, globalAlpha: 0.75 });
    context.stroke();
    context.globalAlpha = 1;
  }

  drawPeople({ part, from, to }) {
    const { context } = this;
    const radius = Math.max(3.2, 1.25 * this.scale);
    const rows = Array.from({ length: to - from }, (_, at) => from + at);
    for (const row of rows.sort((a, b) => (part.class[a] === BALL) - (part.class[b] === BALL))) {
      const place = placeOf(part, row);
      if (!place) continue;
      const [x, y] = this.at(place);
      const ball = part.class[row] === BALL;
      const size = ball ? radius * 0.75 : radius;
      const chosen = part.id[row] === this.chosen && this.chosen !== null;
      if (chosen || part.class[row] === KEEPER) {
        shape(context, x, y, size + 2.5, part.class[row], part.team[row]);
        Object.assign(context, { strokeStyle: chosen ? INKS.ink : INKS.quiet, lineWidth: chosen ? 2 : 1 });
        context.stroke();
      }
      shape(context, x, y, size, part.class[row], part.team[row]);
      context.fillStyle = ball ? "#fff" : colourOf(part.class[row], part.team[row], part.flags[row]);
      context.globalAlpha = part.flags[row] & LOST ? 0.45 : 1;
      context.fill();
      context.globalAlpha = 1;
      Object.assign(context, { strokeStyle: "#10161b", lineWidth: ball ? 2 : 1 });
      context.stroke();
    }
  }

  hit(index, x, y) {
    const frame = this.data.frame(index);
    let [best, least] = [null, 14];
    for (let row = frame ? frame.from : 0; frame && row < frame.to; row++) {
      const place = placeOf(frame.part, row);
      if (!place || frame.part.id[row] < 0) continue;
      const [px, py] = this.at(place);
      const far = Math.hypot(px - x, py - y);
      if (far < least) [best, least] = [frame.part.id[row], far];
    }
    return best;
  }
}
