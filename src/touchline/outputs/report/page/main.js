// Puts the page together.

const SHOWN_FIRST = ["boxes", "labels", "teams", "inferred", "ball"];
const OLD_BROWSER = "This page needs a browser of 2023 or later (Chrome 80, Firefox 113, Safari 16.4).";

class Report {
  constructor(data) {
    const { facts } = data;
    this.data = data;
    this.video = element("video");
    this.clock = new Clock(data, this.video);
    this.layers = Object.fromEntries(LAYERS.map(([name]) => [name, SHOWN_FIRST.includes(name)]));
    this.layers.validator = Boolean(facts.judged);
    this.picture = new Picture(data, element("picture"), this.layers);
    this.radar = new Radar(data, element("radar"));
    this.timeline = new Timeline(data, element("timeline"), element("lanes"));
    this.people = new People(data, element("people"), element("people-count"), (id) => this.choose(id));
    this.person = new Person(data, element("person"), this.clock);
    this.moments = showMoments(data, element("moments"), element("moments-name"), (frame) => this.visit(frame));
    this.listed = 0;
    this.head();
    this.legend();
    this.layerButtons();
    this.listen();
    showScore(data.facts, element("score"));
    this.redraw();
  }

  head() {
    const { facts, overview } = this.data;
    const { summary } = facts;
    element("title").textContent = facts.title;
    const shots = overview.shot[this.data.count - 1] - overview.shot[0] + 1;
    const told = [`${facts.size[0]}×${facts.size[1]}`, `${this.data.count} frames`, `${shots} shot${shots === 1 ? "" : "s"}`, `${summary.ids} tracks`];
    if (summary.median_uncertainty !== null) told.push(`places to ${summary.median_uncertainty.toFixed(2)} m`);
    element("about").textContent = [...told, facts.truncated, summary.timing].filter(Boolean).join(" · ");
    element("length").textContent = `/ ${clockText(summary.duration)}`;
    element("ground").textContent = `${facts.ground.map((each) => each.toFixed(0)).join(" × ")} m`;
    const [w, h] = facts.size;
    element("stage").style.setProperty("--ratio", (w * (summary.video.pixel_ratio || 1)) / h);
  }

  legend() {
    const { facts } = this.data;
    const entries = [[2, 0, sideOf(2, 0, facts)], [2, 1, sideOf(2, 1, facts)], [REFEREE, -1, "referee"], [BALL, -1, "ball"], [2, -1, "no team"]];
    element("legend").replaceChildren(...entries.map(([classId, team, text]) => make("span", {}, markOf(classId, team, 0), text)),
      make("span", {}, "ring: keeper · faint: unseen"));
  }

  layerButtons() {
    LAYERS.filter(([name]) => name !== "validator" || this.data.facts.judged).forEach(([name, text], at) => {
      element("layers").append(make("button", {
        type: "button", class: "chip", id: `layer-${name}`, "aria-pressed": String(this.layers[name]), title: `${text} (${at + 1})`,
        onclick: () => this.flip(name),
      }, text));
    });
  }

  flip(name) {
    this.layers[name] = !this.layers[name];
    element(`layer-${name}`)?.setAttribute("aria-pressed", String(this.layers[name]));
    this.redraw();
  }

  listen() {
    const { clock, timeline } = this;
    const onClick = { play: () => clock.toggle(), back: () => clock.step(-1), on: () => clock.step(1),
      closer: () => this.zoom(0.5), wider: () => this.zoom(2), help: () => element("keys").showModal(), theme: () => this.turnTheme() };
    for (const [id, act] of Object.entries(onClick)) element(id).addEventListener("click", act);
    clock.addEventListener("frame", () => this.redraw());
    clock.addEventListener("state", () => this.playState());
    timeline.addEventListener("choose", ({ detail }) => clock.go(detail));
    element("rate").addEventListener("change", ({ target }) => clock.setRate(Number(target.value)));
    element("number").addEventListener("change", ({ target }) => this.jump(target.value));
    element("picture").addEventListener("click", (event) => this.hit(this.picture, event));
    element("radar").addEventListener("click", (event) => this.hit(this.radar, event));
    element("person").addEventListener("close", () => this.choose(null));
    document.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => { this.timeline.draw(); this.redraw(); }).observe(document.body);
    new ResizeObserver(() => this.redraw()).observe(element("stage"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.setTheme());
    this.setTheme();
  }

  hit(where, event) {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    this.choose(where.hit(this.clock.shown, event.clientX - left, event.clientY - top));
  }

  zoom(share) {
    this.timeline.zoom(share, this.data.overview.time[this.clock.frame]);
  }

  jump(text) {
    const number = Number.parseInt(text, 10);
    if (Number.isFinite(number)) this.visit(this.data.near(number));
  }

  visit(frame) {
    this.clock.pause();
    this.clock.go(frame);
  }

  async choose(id) {
    this.picture.chosen = this.radar.chosen = id;
    this.radar.track = null;
    this.timeline.track = null;
    const track = await this.person.show(id).catch((error) => say(error.message));
    if (track && this.person.id === id) {
      this.radar.track = track;
      this.timeline.track = [track.begin, track.end];
    }
    this.timeline.draw();
    this.redraw();
  }

  redraw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame((now) => { this.asked = null; this.draw(now); });
  }

  draw(now) {
    const { clock, data } = this;
    const { shown } = clock;
    if (!this.picture.draw(shown)) data.ready(shown).then(() => this.redraw(), () => {});
    this.radar.draw(shown);
    this.timeline.head(clock.frame);
    element("clock").textContent = clockText(data.overview.time[clock.frame]);
    if (document.activeElement !== element("number")) element("number").value = data.overview.number[clock.frame];
    if (clock.playing && now - this.listed < 200) return; // words that change faster are not read
    this.listed = now;
    this.timeline.follow(clock.frame);
    this.people.draw(shown, this.picture.chosen);
    this.person.tell(shown);
    document.body.dataset.frame = data.overview.number[shown];
  }

  playState() {
    const { playing } = this.clock;
    element("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    element("play-shape").setAttribute("d", playing ? "M4 3h2v10H4zM10 3h2v10h-2z" : "M4 2.500v11l9-5.500z");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || element("keys").open) return;
    const { target, key } = event;
    if (target.matches("input, select")) return;
    if (key === " " && target.matches("button")) return; // presses it
    const act = this.keys(event)[key] ?? (/^[1-9]$/.test(key) ? () => this.flip(LAYERS[key - 1][0]) : null);
    if (!act) return;
    event.preventDefault();
    act();
  }

  keys({ shiftKey }) {
    const { clock, data } = this;
    const far = shiftKey ? 10 : 1;
    return {
      " ": () => clock.toggle(), ",": () => clock.step(-1), ".": () => clock.step(1),
      ArrowLeft: () => clock.skip(-far), ArrowRight: () => clock.skip(far),
      Home: () => clock.go(0), End: () => clock.go(data.count - 1),
      n: () => this.moment((each) => each > clock.frame, 0), p: () => this.moment((each) => each < clock.frame, -1),
      "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2),
      Escape: () => this.choose(null), "?": () => element("keys").showModal(),
    };
  }

  moment(test, which) {
    const found = this.moments.filter(test).at(which);
    if (found !== undefined) this.visit(found);
  }

  // As the system has it, until somebody says otherwise.
  setTheme() {
    const dark = this.theme ? this.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    element("theme").textContent = dark ? "Light" : "Dark";
    element("theme").setAttribute("aria-label", dark ? "Light colours" : "Dark colours");
    readInks();
    this.timeline.draw();
    if (this.person.track) this.choose(this.person.id);
    this.redraw();
  }

  turnTheme() {
    this.theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    this.setTheme();
  }

  // The video, from the page itself or from beside it; without one, the data goes by alone.
  play() {
    const { facts } = this.data;
    const inside = element("clip");
    if (!facts.has.video) return this.unplayed("The video is not where the run found it.", "touchline report DIR --video VIDEO");
    if (!facts.plays) return this.cannot();
    this.video.addEventListener("loadeddata", () => { this.clock.lead(); document.body.dataset.video = "plays"; }, { once: true });
    this.video.addEventListener("error", () => (inside ? this.cannot()
      : this.unplayed(`The video is not at ${facts.address}, or this browser cannot play ${facts.codec}. Keep it where it was beside the page, or put it into the page:`, "touchline report DIR --embed")));
    if (inside) {
      this.video.src = URL.createObjectURL(new Blob([bytesOf(JSON.parse(inside.textContent))], { type: facts.kind }));
      inside.remove();
    } else {
      this.video.src = facts.address;
    }
    return null;
  }

  cannot() {
    this.unplayed(`Browsers do not play ${this.data.facts.codec}. What was found is shown without the picture; to see it, convert the video and write the report anew:`,
      "ffmpeg -i VIDEO -fps_mode passthrough -c:v libx264 -pix_fmt yuv420p played.mp4\ntouchline report DIR --video played.mp4");
  }

  unplayed(text, command) {
    const note = element("unplayed");
    note.replaceChildren(make("span", {}, text), make("code", {}, command));
    note.hidden = false;
    this.video.hidden = true;
    if (!this.layers.lines) this.flip("lines");
  }
}

function showScore(facts, root) {
  if (!facts.judged) return;
  const { figures, losses, is_validators: known, notices } = facts.judged;
  const numbers = Object.entries(figures).filter(([, value]) => typeof value === "number");
  const table = (rows) => make("table", {}, make("tbody", {}, ...rows.map(([name, value]) => make("tr", {}, make("td", {}, name), make("td", {}, value)))));
  root.replaceChildren(
    make("h2", { id: "score-name" }, "What a validator pays", make("span", { class: "quiet" }, known ? "" : "an estimate")),
    table(numbers.map(([name, value]) => [name.replaceAll("_", " "), value.toFixed(3)])),
    make("p", { class: "quiet" }, losses.length ? "What costs most" : ""),
    table(losses.map(([gain, name]) => [name.replaceAll("_", " "), `−${gain.toFixed(3)}`])),
    ...notices.map((each) => make("p", { class: "quiet" }, String(each))));
  root.hidden = false;
}

async function begin() {
  if (typeof DecompressionStream === "undefined") {
    document.body.prepend(make("p", { role: "alert" }, OLD_BROWSER));
    return;
  }
  readInks();
  const report = new Report(await Data.open());
  window.touchlineReport = report; // for whoever wants to script the page
  report.play();
}

begin();
