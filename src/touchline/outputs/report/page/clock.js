// Which frame is meant, and which one the video shows: the two differ while a seek is under way.

class Clock extends EventTarget {
  constructor(data, video) {
    super();
    Object.assign(this, { data, video, frame: 0, shown: 0, goal: null, plays: false, rate: 1 });
    video.addEventListener("seeked", () => this.arrive());
    video.addEventListener("ended", () => this.changed());
    for (const name of ["play", "pause"]) video.addEventListener(name, () => this.changed());
  }

  get playing() {
    return this.plays ? !this.video.paused : Boolean(this.timer);
  }

  // From now on the video leads.
  lead() {
    this.plays = true;
    if (this.video.requestVideoFrameCallback) {
      const follow = (_, { mediaTime }) => {
        this.present(mediaTime);
        this.video.requestVideoFrameCallback(follow);
      };
      this.video.requestVideoFrameCallback(follow);
    } else {
      const follow = () => {
        if (!this.video.seeking) this.present(this.video.currentTime);
        requestAnimationFrame(follow);
      };
      requestAnimationFrame(follow);
    }
    this.go(this.frame);
  }

  // The video shows the picture of a moment.
  present(seconds) {
    // Containers round times: a frame is shown up to half a step before it is said to be.
    const since = seconds - this.data.facts.offset;
    const frame = this.data.at(since + this.data.step(this.data.at(since)) / 3);
    if (this.goal === null && this.playing) this.frame = frame;
    this.shown = frame;
    this.tell();
  }

  arrive() {
    if (this.goal === null) return;
    const { goal } = this;
    this.goal = null;
    if (goal !== this.sought) this.go(goal);
    else if (!this.playing) { this.shown = goal; this.tell(); }
  }

  go(frame) {
    this.frame = Math.max(0, Math.min(this.data.count - 1, Math.round(frame)));
    if (!this.plays) {
      this.shown = this.frame;
    } else {
      const waiting = this.goal !== null && this.video.seeking;
      this.goal = this.frame;
      if (!waiting) {
        this.sought = this.frame;
        this.video.currentTime = this.data.middle(this.frame) + this.data.facts.offset;
      }
    }
    this.tell();
  }

  step(frames) {
    this.pause();
    this.go(this.frame + frames);
  }

  skip(seconds) {
    this.go(this.data.at(this.data.middle(this.frame) + seconds));
  }

  toggle() {
    if (this.playing) this.pause(); else this.play();
  }

  play() {
    if (this.frame >= this.data.count - 1) this.go(0);
    if (this.plays) this.video.play().catch((error) => say(error.message));
    else this.run();
  }

  // Without a video that plays, the data alone goes by at its own times.
  run() {
    let last = performance.now();
    let seconds = this.data.middle(this.frame);
    const tick = (now) => {
      seconds += ((now - last) / 1000) * this.rate;
      last = now;
      this.go(this.data.at(seconds));
      if (this.frame >= this.data.count - 1) this.pause();
      else if (this.timer) this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
    this.changed();
  }

  pause() {
    this.video.pause();
    cancelAnimationFrame(this.timer);
    this.timer = null;
    this.changed();
  }

  setRate(rate) {
    this.rate = rate;
    this.video.playbackRate = rate;
  }

  tell() {
    this.dispatchEvent(new Event("frame"));
  }

  changed() {
    if (this.plays && !this.playing && this.goal === null) this.frame = this.shown;
    this.dispatchEvent(new Event("state"));
    this.tell();
  }
}
