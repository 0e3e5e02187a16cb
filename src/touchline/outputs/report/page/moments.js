// What is worth a look: where the results are thin, in doubt, or begin anew.

const LONGEST = 300; // moments in the list

// Frames of a stretch for which a test holds: calls found(from, to), `to` not in it.
function stretches(count, test, found) {
  let from = -1;
  for (let at = 0; at <= count; at++) {
    const holds = at < count && test(at);
    if (holds && from < 0) from = at;
    if (!holds && from >= 0) { found(from, at); from = -1; }
  }
}

// Who failed the second look in a frame, the least sure first.
function doubtText(data, frame) {
  const { doubtFrame, doubtId, doubtClass, doubtShare } = data.overview;
  const found = [];
  for (let at = 0; at < doubtFrame.length; at++) if (doubtFrame[at] === frame) found.push(at);
  const [worst, ...others] = found.sort((a, b) => doubtShare[a] - doubtShare[b]);
  const name = doubtClass[worst] === BALL ? "ball" : `${ROLES[doubtClass[worst]]} ${doubtId[worst]}`;
  return `${name} in doubt: ${percent(doubtShare[worst] / 254)} sure${others.length ? `, and ${others.length} more` : ""}`;
}

// [{frame, kind, text, weight}] in the order of time; where there are too many, the gravest.
function momentsOf(data) {
  const { shot, time, pitch, ball, doubtful, people, lost } = data.overview;
  const moments = [];
  const long = (from, to) => time[to - 1] - time[from] + data.step(to - 1);
  const add = (frame, kind, text, weight) => moments.push({ frame, kind, text, weight });
  for (let at = 1; at < data.count; at++) {
    if (shot[at] !== shot[at - 1]) add(at, "cutting", `shot ${shot[at]} begins`, 2);
  }
  stretches(data.count, (at) => !pitch[at], (from, to) => {
    if (long(from, to) >= 0.2) add(from, "bad", `no pitch for ${long(from, to).toFixed(1)} s`, 4 + long(from, to));
  });
  stretches(data.count, (at) => !ball[at], (from, to) => {
    if (long(from, to) >= 1) add(from, "", `no ball for ${long(from, to).toFixed(1)} s`, Math.min(3, long(from, to)));
  });
  stretches(data.count, (at) => !people[at], (from, to) => add(from, "bad", `nobody for ${long(from, to).toFixed(1)} s`, 5));
  let last = -Infinity;
  stretches(data.count, (at) => doubtful[at] > 0, (from, to) => {
    let worst = from;
    for (let at = from; at < to; at++) if (doubtful[at] > doubtful[worst]) worst = at;
    if (time[worst] - last < 0.5) return; // one moment, though looked at every few frames
    last = time[worst];
    add(worst, "bad", doubtText(data, worst), 3 + doubtful[worst]);
  });
  stretches(data.count, (at) => people[at] > 3 && lost[at] === people[at], (from, to) => {
    if (long(from, to) >= 0.5) add(from, "", `everybody unseen for ${long(from, to).toFixed(1)} s`, 3);
  });
  for (const [number, told] of Object.entries(data.facts.judged?.frames ?? {})) {
    const index = data.indexOf(Number(number));
    if (index >= 0 && told.boxes !== null && told.boxes < 0.5) add(index, "bad", `validator: ${told.boxes.toFixed(2)} for its boxes`, 4);
  }
  const gravest = moments.sort((a, b) => b.weight - a.weight).slice(0, LONGEST);
  return { all: moments.length, list: gravest.sort((a, b) => a.frame - b.frame) };
}

function showMoments(data, root, name, go) {
  const { all, list } = momentsOf(data);
  name.append(make("span", { class: "quiet" }, all > list.length ? `the ${list.length} gravest of ${all}` : `${all}`));
  if (!list.length) root.append(make("p", { class: "nothing" }, "Nothing: pitch, people and ball throughout."));
  for (const moment of list) {
    root.append(make("button", { class: "row", type: "button", onclick: () => go(moment.frame) },
      make("span", { class: `dot ${moment.kind}`, "aria-hidden": "true" }),
      make("span", { class: "quiet" }, clockText(data.overview.time[moment.frame])),
      make("span", { class: "cut" }, moment.text)));
  }
  return list.map(({ frame }) => frame);
}
