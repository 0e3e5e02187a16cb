// Colours, shapes and words that say who is who. Nothing is said by colour alone.

const BALL = 0, KEEPER = 1, REFEREE = 3;
const OFF = 1, HOLDS = 2, LOST = 4; // flags of a row: off the pitch, has the ball, a look missed it
let INKS = {};

function readInks() {
  const style = getComputedStyle(document.documentElement);
  const names = ["paper", "ink", "quiet", "rule", "panel", "accent", "grass", "paint", "bad", "part", "well"];
  INKS = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  Object.assign(INKS, { sideA: MARKS.team0, sideB: MARKS.team1 });
}

// Okabe and Ito's colours, which people who see fewer of them tell apart: doi 10.1038/nmeth.1618.
const MARKS = {
  ball: "#ffffff", team0: "#56b4e9", team1: "#e69f00", referee: "#d98cc0", nobody: "#b9bfc4",
  line: "#f0e442", point: "#ffffff",
};
const VERDICTS = { earns: "#2fb98a", half: "#f0e442", costs: "#e0561c", dropped: "#b9bfc4" };

function colourOf(classId, team, flags) {
  if (classId === BALL) return MARKS.ball;
  if (flags & OFF) return MARKS.nobody;
  if (classId === REFEREE) return MARKS.referee;
  return team === 0 ? MARKS.team0 : team === 1 ? MARKS.team1 : MARKS.nobody;
}

function sideOf(classId, team, facts) {
  if (team < 0 || classId === BALL || classId === REFEREE) return "";
  const shirt = facts.summary.teams?.[team]?.shirt;
  return shirt ? `${team ? "B" : "A"} · ${shirt}` : team ? "B" : "A";
}

// Nothing is ever wholly sure.
function percent(share) {
  return share > 0.99 ? "over 99 %" : `${Math.round(100 * share)} %`;
}

// A disc for team A, a square for team B, a triangle for referees; keepers have a ring around.
function shape(context, x, y, radius, classId, team) {
  context.beginPath();
  if (classId === REFEREE) {
    context.moveTo(x, y - radius * 1.15);
    context.lineTo(x + radius * 1.05, y + radius * 0.8);
    context.lineTo(x - radius * 1.05, y + radius * 0.8);
    context.closePath();
  } else if (team === 1) {
    context.rect(x - radius * 0.86, y - radius * 0.86, radius * 1.72, radius * 1.72);
  } else {
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

// A canvas as sharp as the screen: its context, scaled to CSS pixels, and its size in them.
function fitted(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const sharp = Math.min(window.devicePixelRatio || 1, 2);
  const [across, down] = [Math.round(width * sharp), Math.round(height * sharp)];
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  const context = canvas.getContext("2d");
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

// Ground metres -> pixels of the frame, as the frame's camera sees them; null behind it.
function seen(view, x, y) {
  const w = view[6] * x + view[7] * y + view[8];
  if (!(w > 1e-9)) return null;
  let [u, v] = [(view[0] * x + view[1] * y + view[2]) / w, (view[3] * x + view[4] * y + view[5]) / w];
  if (view[9]) {
    const [a, b] = [(u - view[11]) / view[10], (v - view[12]) / view[10]];
    const bent = 1 + view[9] * (a * a + b * b);
    if (1 + 3 * view[9] * (a * a + b * b) <= 0) return null; // beyond, the lens folds back
    [u, v] = [view[11] + view[10] * bent * a, view[12] + view[10] * bent * b];
  }
  return [u, v];
}

function viewOf(frame) {
  const view = frame.part.view.subarray(15 * frame.local, 15 * frame.local + 15);
  return view[8] || view[0] || view[4] ? view : null;
}
