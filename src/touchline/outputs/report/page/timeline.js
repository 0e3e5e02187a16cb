// The whole clip in lanes: shots, people, ball, possession, events, pitch, doubts. One column a pixel.

const HIGH = { Shots: 12, People: 34, Ball: 12, Possession: 14, Events: 14, Pitch: 8, Doubts: 14, Validator: 12 };
const AXIS = 18;
const TICKS = [0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

class Timeline extends EventTarget {
  constructor(data, root, names) {
    super();
    Object.assign(this, { data, root, names, canvas: root.querySelector("canvas"), track: null });
    this.headMark = root.querySelector(".head");
    this.tip = root.querySelector(".tip");
    const { time } = data.overview;
    this.all = [time[0], time[data.count - 1] + data.step(data.count - 1)];
    this.span = [...this.all];
    this.lanes = this.placed();
    this.canvas.style.height = `${this.high}px`;
    root.setAttribute("aria-valuemax", data.count - 1);
    root.addEventListener("pointerdown", (event) => this.grab(event));
    root.addEventListener("pointermove", (event) => this.hover(event));
    root.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    root.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  placed() {
    const { data } = this;
    const names = Object.keys(HIGH).filter((name) => (name === "Possession" ? data.facts.has.analytics
      : name === "Events" ? data.facts.events.length : name === "Validator" ? data.facts.judged : true));
    let top = AXIS;
    const lanes = {};
    for (const name of names) {
      lanes[name] = [top, HIGH[name]];
      this.names.append(make("span", { style: `top:${top + HIGH[name] / 2 + 0.5}px` }, name));
      top += HIGH[name] + 5;
    }
    this.high = top - 2;
    this.names.style.height = `${this.high}px`;
    return lanes;
  }

  x(seconds) {
    return ((seconds - this.span[0]) / (this.span[1] - this.span[0])) * this.width;
  }

  frameAt(x) {
    return this.data.at(this.span[0] + (x / this.width) * (this.span[1] - this.span[0]));
  }

  draw() {
    const { context, width, height } = fitted(this.canvas);
    Object.assign(this, { context, width, height });
    this.drawAxis();
    this.ranges = Array.from({ length: Math.ceil(width) }, (_, x) => this.frameAt(x));
    for (const [name, [top, high]] of Object.entries(this.lanes)) {
      context.fillStyle = INKS.well;
      context.fillRect(0, top, width, high);
      this[`draw${name}`](top, high);
    }
    this.drawTrack();
    this.head(this.frame ?? 0);
  }

  // Calls paint(x, from, to) for each pixel with the frames that it stands for.
  columns(paint) {
    for (let x = 0; x < this.ranges.length; x++) {
      const from = this.ranges[x];
      paint(x, from, Math.max(from + 1, this.ranges[x + 1] ?? this.data.at(this.span[1]) + 1));
    }
  }

  drawAxis() {
    const { context } = this;
    const each = TICKS.find((step) => this.x(this.span[0] + step) > 64) ?? 7200;
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = "top";
    context.fillStyle = INKS.quiet;
    for (let at = Math.ceil(this.span[0] / each) * each; at < this.span[1]; at += each) {
      const x = Math.round(this.x(at));
      context.fillRect(x, 0, 1, 4);
      if (x + 36 < this.width) context.fillText(clockText(at, each < 1 ? 1 : 0), x + 4, 1);
    }
  }

  drawShots(top, high) {
    const { shot } = this.data.overview;
    let before = null;
    this.columns((x, from) => {
      this.context.fillStyle = shot[from] % 2 ? INKS.part : INKS.rule;
      this.context.fillRect(x, top, 1, high);
      if (before !== null && before !== shot[from]) {
        this.context.fillStyle = INKS.ink;
        this.context.fillRect(x, top - 2, 1, high + 4);
      }
      before = shot[from];
    });
  }

  // How many are told; below, how many of them the last or next look missed.
  drawPeople(top, high) {
    const { people, lost } = this.data.overview;
    const most = Math.max(22, people.reduce((a, b) => Math.max(a, b), 0));
    this.columns((x, from, to) => {
      let [all, unseen] = [0, 0];
      for (let at = from; at < to; at++) { all += people[at]; unseen += lost[at]; }
      const [whole, lower] = [(all / (to - from) / most) * high, (Math.min(unseen, all) / (to - from) / most) * high];
      this.context.fillStyle = INKS.accent;
      this.context.globalAlpha = 0.85;
      this.context.fillRect(x, top + high - whole, 1, whole - lower);
      this.context.globalAlpha = 0.35;
      this.context.fillRect(x, top + high - lower, 1, lower);
      this.context.globalAlpha = 1;
    });
  }

  drawBall(top, high) {
    const { ball } = this.data.overview;
    this.columns((x, from, to) => {
      let [seen, between] = [0, 0];
      for (let at = from; at < to; at++) { seen += ball[at] === 2; between += ball[at] === 1; }
      this.context.fillStyle = INKS.accent;
      this.context.globalAlpha = 0.35;
      this.context.fillRect(x, top, 1, ((seen + between) / (to - from)) * high);
      this.context.globalAlpha = 0.9;
      this.context.fillRect(x, top, 1, (seen / (to - from)) * high);
      this.context.globalAlpha = 1;
    });
  }

  // Team A in the upper half, team B in the lower one.
  drawPossession(top, high) {
    const { held } = this.data.overview;
    this.columns((x, from, to) => {
      for (let side = 0; side < 2; side++) {
        let count = 0;
        for (let at = from; at < to; at++) count += held[at] === side;
        if (!count) continue;
        this.context.fillStyle = side ? INKS.sideB : INKS.sideA;
        this.context.fillRect(x, top + (side * high) / 2, 1, high / 2);
      }
    });
  }

  // Team A in the upper half, team B in the lower one; the surer, the darker.
  drawEvents(top, high) {
    for (const event of this.data.facts.events) {
      const index = this.data.indexOf(event.frame);
      if (index < 0) continue;
      this.context.fillStyle = event.team ? INKS.sideB : INKS.sideA;
      this.context.globalAlpha = event.confidence;
      this.context.fillRect(this.x(this.data.middle(index)) - 1, top + (event.team * high) / 2, 2, high / 2);
    }
    this.context.globalAlpha = 1;
  }

  // What happens in the column of pixels at x.
  eventsAt(x) {
    return this.data.facts.events.filter((event) => {
      const index = this.data.indexOf(event.frame);
      return index >= 0 && Math.abs(this.x(this.data.middle(index)) - x) <= 2;
    });
  }

  drawPitch(top, high) {
    const { pitch } = this.data.overview;
    this.columns((x, from, to) => {
      let known = 0;
      for (let at = from; at < to; at++) known += pitch[at];
      this.context.fillStyle = INKS.accent;
      this.context.globalAlpha = 0.6;
      this.context.fillRect(x, top, 1, (known / (to - from)) * high);
      this.context.globalAlpha = 1;
    });
  }

  drawDoubts(top, high) {
    const { doubtful } = this.data.overview;
    this.columns((x, from, to) => {
      let most = 0;
      for (let at = from; at < to; at++) most = Math.max(most, doubtful[at]);
      if (!most) return;
      const tall = Math.min(1, 0.35 + most / 5) * high;
      this.context.fillStyle = INKS.bad;
      this.context.fillRect(x, top + high - tall, 1, tall);
    });
  }

  drawValidator(top, high) {
    for (const [number, told] of Object.entries(this.data.facts.judged.frames)) {
      const index = this.data.indexOf(Number(number));
      if (index < 0) continue;
      this.context.fillStyle = told.boxes === null || told.boxes < 0.5 ? INKS.bad : INKS.accent;
      this.context.fillRect(this.x(this.data.middle(index)) - 1.5, top, 3, high);
    }
  }

  drawTrack() {
    if (!this.track) return;
    const { time } = this.data.overview;
    const [left, right] = [this.x(time[this.track[0]]), this.x(time[this.track[1]])];
    this.context.fillStyle = INKS.ink;
    this.context.fillRect(left, AXIS - 4, Math.max(2, right - left), 2);
  }

  head(frame) {
    this.frame = frame;
    const { data, root } = this;
    const seconds = data.overview.time[frame];
    if (this.width) this.headMark.style.transform = `translateX(${this.x(seconds)}px)`;
    this.headMark.hidden = seconds < this.span[0] || seconds > this.span[1];
    root.setAttribute("aria-valuenow", frame);
    root.setAttribute("aria-valuetext", `${clockText(seconds)}, frame ${data.overview.number[frame]}`);
  }

  grab(event) {
    if (event.button) return;
    this.root.setPointerCapture(event.pointerId);
    this.choose(event);
  }

  choose(event) {
    const x = event.clientX - this.root.getBoundingClientRect().left;
    const chosen = this.frameAt(Math.max(0, Math.min(this.width - 1, x)));
    this.dispatchEvent(new CustomEvent("choose", { detail: chosen }));
  }

  hover(event) {
    if (event.buttons & 1 && this.root.hasPointerCapture(event.pointerId)) this.choose(event);
    const x = Math.max(0, Math.min(this.width - 1, event.clientX - this.root.getBoundingClientRect().left));
    const frame = this.frameAt(x);
    const { time, people, lost, ball, doubtful, number } = this.data.overview;
    const words = [clockText(time[frame]), `frame ${number[frame]}`, `${people[frame]} people, ${lost[frame]} unseen`,
      ["no ball", "ball unseen", "ball seen"][ball[frame]]];
    if (doubtful[frame]) words.push(`${doubtful[frame]} in doubt`);
    for (const event of this.eventsAt(x)) words.push(`${event.action.replaceAll("_", " ")} (${percent(event.confidence)})`);
    this.tip.textContent = words.join(" · ");
    this.tip.hidden = false;
    const half = this.tip.offsetWidth / 2;
    this.tip.style.left = `${Math.max(half - 70, Math.min(this.width - half + 30, x))}px`;
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const x = event.clientX - this.root.getBoundingClientRect().left;
    this.zoom(event.deltaY < 0 ? 0.7 : 1 / 0.7, this.data.overview.time[this.frameAt(x)]);
  }

  zoom(share, around) {
    const long = Math.min(this.all[1] - this.all[0], Math.max(1, (this.span[1] - this.span[0]) * share));
    const middle = (around - this.span[0]) / (this.span[1] - this.span[0]);
    this.show(around - long * Math.max(0, Math.min(1, middle)), long);
  }

  show(begin, long) {
    const from = Math.max(this.all[0], Math.min(this.all[1] - long, begin));
    this.span = [from, from + long];
    this.draw();
  }

  // Turns the page of a timeline that is zoomed in when the head leaves it.
  follow(frame) {
    const seconds = this.data.overview.time[frame];
    const long = this.span[1] - this.span[0];
    if (seconds < this.span[0] || seconds > this.span[1]) this.show(seconds - long * 0.1, long);
  }
}
