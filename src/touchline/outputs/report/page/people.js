// The list of everybody in the frame that is shown, in words.

const ROLES = ["ball", "keeper", "player", "referee"];
const TEAM = ["A", "B"];
const SOURCE_WORDS = ["detected", "tracked", "between", "proposed"];

// A small picture of the mark that stands for somebody.
function markOf(classId, team, flags) {
  const canvas = make("canvas", { class: "mark", width: 28, height: 28, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  shape(context, 7, 7, 5, classId, team);
  context.fillStyle = colourOf(classId, team, flags);
  context.fill();
  Object.assign(context, { strokeStyle: "#10161b", lineWidth: classId === BALL ? 2 : 1 });
  context.stroke();
  if (classId === KEEPER) {
    context.beginPath();
    context.arc(7, 7, 2, 0, 2 * Math.PI);
    context.fillStyle = "#10161b";
    context.fill();
  }
  return canvas;
}

function whoOf(part, row) {
  const role = ROLES[part.class[row]];
  if (part.flags[row] & OFF) return `${role}, off the pitch`;
  return part.team[row] >= 0 ? `${role}, team ${TEAM[part.team[row]]}` : role;
}

function paceText(metres) {
  return metres === null ? "" : `${(3.6 * metres).toFixed(1)} km/h`;
}

class People {
  constructor(data, root, count, choose) {
    Object.assign(this, { data, root, count, choose, rows: [] });
  }

  draw(index, chosen) {
    const frame = this.data.frame(index);
    if (!frame) return;
    const { part } = frame;
    const key = (row) => (part.class[row] === BALL ? -1e9 : (part.team[row] < 0 ? 2 : part.team[row]) * 1e6 + part.id[row]);
    const rows = Array.from({ length: frame.to - frame.from }, (_, at) => frame.from + at).sort((a, b) => key(a) - key(b));
    this.count.textContent = `${rows.filter((row) => part.class[row] !== BALL).length} people`;
    while (this.rows.length < rows.length) this.rows.push(this.newRow());
    this.rows.forEach((each, at) => this.fill(each, part, rows[at], chosen));
    this.root.hidden = false;
  }

  newRow() {
    const told = { id: null, mark: "" };
    told.button = make("button", { class: "row", type: "button", onclick: () => told.id >= 0 && this.choose(told.id) });
    told.cells = ["", "", "cut", "end"].map((name) => make("span", { class: name }));
    told.button.append(...told.cells);
    this.root.append(told.button);
    return told;
  }

  fill(told, part, row, chosen) {
    told.button.hidden = row === undefined;
    if (row === undefined) return;
    told.id = part.id[row];
    const mark = `${part.class[row]} ${part.team[row]} ${part.flags[row] & 1}`;
    if (mark !== told.mark) told.cells[0].replaceChildren(markOf(part.class[row], part.team[row], part.flags[row]));
    told.mark = mark;
    told.cells[1].textContent = told.id >= 0 ? told.id : "–";
    told.cells[2].textContent = whoOf(part, row) + (part.flags[row] & HOLDS ? ", has the ball" : "");
    told.cells[3].textContent = [part.flags[row] & LOST ? "unseen" : SOURCE_WORDS[part.source[row]], paceText(speedOf(part, row))].filter(Boolean).join(" · ");
    told.button.setAttribute("aria-pressed", String(told.id >= 0 && told.id === chosen));
  }
}
