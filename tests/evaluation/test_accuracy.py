import json
import math
import shutil

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from touchline.errors import InputError, UsageError
from touchline.evaluation.accuracy import METRICS, Estimate, Trueness, evaluate_truth
from touchline.evaluation.pairs import guess_format, read_pair
from touchline.synthetic import write_match

BOX = [10, 10, 20, 40]
FAR = [70, 10, 20, 40]


@pytest.fixture(scope="module")
def match(tmp_path_factory):
    folder = tmp_path_factory.mktemp("derby")
    return folder, write_match(folder, seconds=0.4, size=(640, 360), close_up=None)


def labels_of(path):
    return read_pair("positions", path, path)[0]


def values(result):
    return {name: figure.value for name, figure in result.figures.items()}


def written(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def coco(path, boxes):
    """Players in the images ``<match>_<n>.jpg``: boxes x, y, w, h by image name."""
    names = list(boxes)
    annotations = [
        {"image_id": names.index(name), "category_id": 2, "bbox": box}
        for name in names
        for box in boxes[name]
    ]
    images = [{"id": index, "file_name": name} for index, name in enumerate(names)]
    categories = [{"id": 2, "name": "player"}]
    return written(path, {"images": images, "annotations": annotations, "categories": categories})


def predictions(path, frames):
    """``predictions.json``: players with ids from 0 of boxes x, y, w, h in each frame."""
    return written(
        path,
        {
            "frames": [
                {
                    "frame_number": number,
                    "objects": [
                        {"id": i, "bbox": [x, y, x + w, y + h], "class_id": 2, "confidence": 0.9}
                        for i, (x, y, w, h) in enumerate(boxes)
                    ],
                    "keypoints": [[0.0, 0.0]] * 32,
                }
                for number, boxes in enumerate(frames)
            ]
        },
    )


def copied(path, truths):
    """``predictions.json`` that says what the truth says."""
    frames = [
        {
            "frame_number": number,
            "objects": [
                {"id": int(i), "bbox": box, "class_id": int(c)}
                for i, box, c in zip(
                    truth.objects.tracker_id,
                    truth.objects.xyxy.astype(float).tolist(),
                    truth.objects.class_id,
                    strict=True,
                )
            ],
            "keypoints": truth.keypoints.xy[0].astype(float).tolist(),
        }
        for number, truth in enumerate(truths)
    ]
    return written(path, {"frames": frames})


def mot(path, ids):
    """One person who stands still, under the id of each frame."""
    rows = [f"{frame},{i},10,10,20,40,1,-1,-1,-1" for frame, i in enumerate(ids, 1)]
    return written(path, "\n".join(rows) + "\n")


def tracks(path, objects, **columns):
    """``tracks.parquet`` of those objects, with some columns changed or added."""
    own = {"frame": objects.frame, "id": objects.tracker_id, "class_id": objects.class_id}
    own |= dict(zip(("x1", "y1", "x2", "y2"), objects.xyxy.T, strict=True))
    own |= {"confidence": objects.confidence}
    own |= {"x": objects.metres[:, 0], "y": objects.metres[:, 1]}
    pq.write_table(pa.table(own | columns), path)
    return path


def yolo(folder, labels):
    """A YOLO folder of images of 200x100: the text of each one's labels."""
    for name, text in labels.items():
        (folder / "images").mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / "images" / name), np.zeros((100, 200, 3), np.uint8))
        written(folder / "labels" / f"{name.rsplit('.', 1)[0]}.txt", text)
    return folder


def gsr_person(image, x):
    return {
        "image_id": image,
        "supercategory": "object",
        "track_id": 1,
        "attributes": {"role": "player", "team": "left", "jersey": "7"},
        "bbox_image": dict(zip("xywh", BOX, strict=True)),
        "bbox_pitch": {"x_bottom_middle": x, "y_bottom_middle": 0.0},
    }


def gsr(folder, places, *, answer):
    """Labels with a person at x = 0 in each image, and an answer that says other places."""
    seen = {"has_labeled_person": True, "has_labeled_pitch": True, "has_labeled_camera": True}
    size = {"width": 1920, "height": 1080}
    images = [
        {"image_id": f"{n}", "file_name": f"{n}.jpg"} | seen | size for n in range(len(places))
    ]
    people = [gsr_person(f"{n}", 0.0) for n in range(len(places))]
    found = [gsr_person(f"{n}", x) for n, x in enumerate(places)]
    labels = written(folder / "Labels-GameState.json", {"images": images, "annotations": people})
    return labels, written(folder / answer, {"predictions": found})


@pytest.mark.parametrize("metric", METRICS)
def test_the_truth_against_itself_is_perfect(metric, match):
    folder, _ = match
    found = values(evaluate_truth(metric, [(folder / "truth.json", folder / "truth.json")]))
    perfect = {
        "detection": {"mAP": 1, "balls found within 15 px": 1, "false balls per frame": 0},
        "tracking": {"HOTA": 1, "DetA": 1, "AssA": 1, "IDF1": 1, "MOTA": 1, "switches": 0},
        "people": {"people found": 1, "role F1": 1, "team accuracy": 1, "players with a team": 1}
        | {"tracks on the right side": 1, "ids per person": 1, "HOTA": 1, "HOTA player": 1},
        "pitch": {"PCK@0.005 of the width": 1, "JaC@5": 1, "completeness": 1},
        "positions": {"median m": 0, "95 % m": 0},
        "state": {"GS-HOTA": 1, "GS-DetA": 1, "GS-AssA": 1},
    }
    assert {name: found[name] for name in perfect[metric]} == pytest.approx(perfect[metric])


@pytest.mark.parametrize("metric", METRICS)
def test_predictions_that_say_the_truth_are_all_but_perfect(metric, match, tmp_path):
    folder, truths = match
    answer = copied(tmp_path / "predictions.json", truths)
    found = values(evaluate_truth(metric, [(folder / "truth.json", answer)]))
    good = {
        "detection": found.get("mAP", 0) > 0.999,
        "tracking": found.get("HOTA", 0) > 0.999,
        "people": found.get("role F1", 0) == 1 and math.isnan(found.get("team accuracy", 0)),
        "pitch": found.get("JaC@5", 0) > 0.9 and found.get("reprojection, median m", 1) < 0.05,
        "positions": found.get("median m", 1) < 0.05,
        "state": found.get("GS-HOTA", 0) > 0.95,
    }
    assert good[metric], found


def test_half_the_players_give_half_the_recalls(tmp_path):
    labels = coco(tmp_path / "labels.json", {"a_0.jpg": [BOX, FAR]})
    answer = predictions(tmp_path / "predictions.json", [[BOX]])
    found = values(evaluate_truth("detection", [(labels, answer)]))
    # Recall 0.5 is reached at 51 of the 101 recalls from 0 to 1.
    assert found["AP player"] == found["mAP"] == pytest.approx(51 / 101)
    assert math.isnan(found["AP ball"])


def test_a_ball_that_is_nowhere_is_false(match, tmp_path):
    folder, truths = match
    answer = copied(tmp_path / "predictions.json", truths)
    content = json.loads(answer.read_text())
    for frame in content["frames"]:
        frame["objects"].append({"id": 99, "bbox": [0.0, 0.0, 4.0, 4.0], "class_id": 0})
    found = evaluate_truth("detection", [(folder / "truth.json", written(answer, content))])
    assert values(found)["false balls per frame"] == pytest.approx(1)


def test_a_new_id_half_way_costs_half_the_association(tmp_path):
    labels = mot(tmp_path / "derby" / "gt" / "gt.txt", [1, 1, 1, 1])
    answer = mot(tmp_path / "answer.txt", [5, 5, 6, 6])
    found = values(evaluate_truth("tracking", [(labels, answer)]))
    by_hand = {"DetA": 1, "AssA": 0.5, "HOTA": 0.5**0.5, "IDF1": 0.5, "MOTA": 0.75, "switches": 1}
    assert found == pytest.approx(by_hand)


def test_seqinfo_says_how_many_frames_there_are(tmp_path):
    labels = mot(tmp_path / "derby" / "gt" / "gt.txt", [1, 1])
    answer = mot(tmp_path / "answer.txt", [5, 5, 5])
    with pytest.raises(InputError, match="frame 3 is not one of 1 to 2"):
        evaluate_truth("tracking", [(labels, answer)])
    written(tmp_path / "derby" / "seqinfo.ini", "[Sequence]\nseqLength=4\n")
    result = evaluate_truth("tracking", [(labels, answer)])
    assert (result.frames, values(result)["MOTA"]) == (4, pytest.approx(0.5))


def test_frames_without_a_pitch_are_incomplete(match, tmp_path):
    folder, truths = match
    answer = copied(tmp_path / "predictions.json", truths)
    content = json.loads(answer.read_text())
    for frame in content["frames"][::2]:
        frame["keypoints"] = [[0.0, 0.0]] * 32
    found = values(evaluate_truth("pitch", [(folder / "truth.json", written(answer, content))]))
    counts = [int((truth.keypoints.xy[0] != 0).any(axis=1).sum()) for truth in truths]
    assert found["completeness"] == 0.5
    assert found["PCK@0.01 of the width"] == pytest.approx(sum(counts[1::2]) / sum(counts))


def test_errors_of_positions_are_metres(tmp_path):
    pair = gsr(tmp_path, [1.0, -3.0, 4.0], answer="answer.json")
    found = values(evaluate_truth("positions", [pair]))
    assert found == pytest.approx({"median m": 3.0, "95 % m": 3.9, "people": 3})


def test_five_metres_off_is_alike_at_one_of_nineteen_thresholds(tmp_path):
    found = values(evaluate_truth("state", [gsr(tmp_path, [4.99], answer="answer.json")]))
    assert found["GS-HOTA"] == pytest.approx(1 / 19)


def test_the_frames_of_one_match_are_drawn_for_what_is_counted_in_frames(tmp_path):
    images = {f"{n}.png": "2 0.1 0.3 0.1 0.4\n3 0.4 0.3 0.1 0.4\n" for n in range(4)}
    labels = yolo(tmp_path / "derby", images)
    found = [[BOX, FAR], [BOX], [BOX], [BOX]]
    answer = predictions(tmp_path / "predictions.json", found)
    result = evaluate_truth("people", [(labels, answer)], samples=200)
    figures = result.figures
    assert list(result.matches) == ["derby"]
    # All four players, and the referee, who is called a player, in one of four frames.
    assert figures["people found"].value == pytest.approx(5 / 8)
    assert (figures["F1 player"].value, figures["F1 referee"].value) == pytest.approx((8 / 9, 0))
    assert math.isnan(figures["F1 goalkeeper"].value)
    assert figures["role F1"].value == pytest.approx(4 / 9)
    interval = figures["people found"].interval
    assert (interval.low, interval.high) == pytest.approx((0.5, 0.875))
    assert result.drawn == result.as_dict()["drawn"] == "frames"
    # Labels without ids say nothing of tracks.
    assert math.isnan(figures["HOTA"].value)
    assert figures["HOTA"].interval is None
    console = Console(record=True, width=100)
    console.print(result.table())
    assert "95% interval over frames" in console.export_text()


def test_folders_of_images_are_matches_of_their_own_in_who_is_who(tmp_path):
    line = "2 0.1 0.3 0.1 0.4\n"
    folders = [yolo(tmp_path / name, {"cup_1.png": line}) for name in ("first", "second")]
    answers = [predictions(tmp_path / f"{n}.json", [boxes]) for n, boxes in enumerate([[BOX], []])]
    result = evaluate_truth("people", list(zip(folders, answers, strict=True)), samples=100)
    each = {name: figures["people found"] for name, figures in result.matches.items()}
    assert each == {"first": 1, "second": 0}
    figure = result.figures["people found"]
    assert (figure.value, figure.interval.matches, result.drawn) == (0.5, 2, "matches")


def test_sides_are_read_from_tracks_and_from_the_truth(match, tmp_path):
    folder, _ = match
    objects = labels_of(folder / "truth.json").objects
    # Called the other way round, which is no fault; of one frame nothing is told.
    told = (objects.team != "") & (objects.frame > 0)
    team = np.where(objects.team == "0", 1, 0).astype(np.int8)
    file = tracks(tmp_path / "tracks.parquet", objects, team=pa.array(team, mask=~told))
    found = values(evaluate_truth("people", [(folder / "truth.json", file)]))
    outfield = (objects.class_id == 2) & ~objects.ignored
    assert found["team accuracy"] == found["tracks on the right side"] == 1
    assert found["players with a team"] == pytest.approx(np.mean(objects.frame[outfield] > 0))


def test_soccernets_game_beside_mot_says_roles_and_sides(tmp_path):
    people = {1: "player team left;4", 2: "player team right;9", 3: "referee;main"}
    rows = "".join(f"{f},{i},{50 * i},10,20,40,1,-1,-1,-1\n" for f in (1, 2) for i in people)
    labels = written(tmp_path / "derby" / "gt" / "gt.txt", rows)
    answer = written(tmp_path / "answer.txt", rows)
    game = "".join(f"trackletID_{i}= {what}\n" for i, what in people.items())
    written(tmp_path / "derby" / "gameinfo.ini", f"[Sequence]\n{game}")
    found = values(evaluate_truth("people", [(labels, labels)]))
    assert (found["F1 referee"], found["team accuracy"], found["ids per person"]) == (1, 1, 1)
    # An answer in MOT calls everybody a player, of no team.
    found = values(evaluate_truth("people", [(labels, answer)]))
    assert (found["F1 player"], found["F1 referee"]) == pytest.approx((0.8, 0))
    assert (found["players with a team"], found["HOTA"]) == (0, 1)


def test_numbered_teams_say_nothing_of_left_and_right(match, tmp_path):
    folder, _ = match
    objects = labels_of(folder / "truth.json").objects
    team = pa.array([None if not each else 1 - int(each) for each in objects.team], pa.int8())
    file = tracks(tmp_path / "tracks.parquet", objects, team=team)
    assert values(evaluate_truth("state", [(folder / "truth.json", file)]))["GS-HOTA"] > 0.999


def test_a_team_that_is_neither_number_nor_name_is_refused(match, tmp_path):
    folder, _ = match
    objects = labels_of(folder / "truth.json").objects
    file = tracks(tmp_path / "tracks.parquet", objects, team=pa.array([[0]] * len(objects)))
    with pytest.raises(InputError, match=r"tracks.parquet: column team holds numbers or names"):
        evaluate_truth("people", [(folder / "truth.json", file)])


def test_one_match_has_no_interval_and_says_so(match):
    folder, _ = match
    result = evaluate_truth("tracking", [(folder / "truth.json", folder / "truth.json")])
    assert all(figure.interval is None for figure in result.figures.values())
    console = Console(record=True, width=100)
    console.print(result.table())
    assert "one match" in console.export_text()
    assert list(result.matches) == [folder.name]


def test_the_interval_of_a_perfect_and_a_missed_match_is_all_there_is(tmp_path):
    labels = coco(tmp_path / "labels.json", {"a_0.jpg": [BOX], "b_0.jpg": [BOX]})
    answer = predictions(tmp_path / "predictions.json", [[BOX], []])
    result = evaluate_truth("detection", [(labels, answer)], samples=200)
    figure = result.figures["AP player"]
    assert (figure.interval.low, figure.interval.high) == pytest.approx((0, 1))
    assert figure.value == pytest.approx(51 / 101)
    assert {name: each["AP player"] for name, each in result.matches.items()} == {"a": 1, "b": 0}


def test_matches_of_several_files_are_joined_and_not_averaged(tmp_path):
    one = (mot(tmp_path / "a/gt/gt.txt", [1] * 6), mot(tmp_path / "a.txt", [1] * 6))
    two = (mot(tmp_path / "b/gt/gt.txt", [1, 1]), mot(tmp_path / "b.txt", [1]))
    result = evaluate_truth("tracking", [one, two], samples=50)
    # 7 of 8 boxes; the mean of the two matches would be 0.75.
    assert values(result)["MOTA"] == pytest.approx(7 / 8)
    assert result.figures["MOTA"].interval.matches == 2


def test_files_of_one_match_count_as_one_match(tmp_path):
    first, second = (
        gsr(tmp_path / clip / "derby", [metres], answer="answer.json")
        for clip, metres in (("a", 1.0), ("b", 3.0))
    )
    result = evaluate_truth("positions", [first, second])
    assert list(result.matches) == ["derby"]
    assert result.matches["derby"]["median m"] == values(result)["median m"] == pytest.approx(2)
    assert result.figures["median m"].interval is None


def test_figures_nobody_can_know_are_none_in_json(tmp_path):
    labels = coco(tmp_path / "labels.json", {"a_0.jpg": [BOX], "b_0.jpg": [BOX]})
    answer = predictions(tmp_path / "predictions.json", [[BOX], [BOX]])
    plain = evaluate_truth("detection", [(labels, answer)], samples=20).as_dict()
    assert plain["figures"]["AP ball"]["value"] is None
    assert plain["figures"]["AP player"]["interval"] == {"low": 1, "high": 1, "level": 0.95}
    json.dumps(plain, allow_nan=False)


def test_an_infinite_distance_is_not_an_unknown_one_in_json():
    figures = {"median px": Estimate(math.inf, None), "median m": Estimate(math.nan, None)}
    result = Trueness(metric="pitch", frames=1, matches={"a": {}}, figures=figures)
    plain = result.as_dict()["figures"]
    assert [plain[name]["value"] for name in figures] == ["infinite", None]


def test_a_yolo_folder_is_read(tmp_path):
    yolo(tmp_path, {"a_1.png": "2 0.1 0.3 0.1 0.4\n"})
    answer = predictions(tmp_path / "predictions.json", [[BOX]])
    assert values(evaluate_truth("detection", [(tmp_path, answer)]))["AP player"] == 1


def test_tracks_are_held_against_the_truth(match, tmp_path):
    folder, _ = match
    objects = labels_of(folder / "truth.json").objects
    # Everybody 2 m further along the pitch.
    file = tracks(tmp_path / "tracks.parquet", objects, x=objects.metres[:, 0] + 2)
    pair = (folder / "truth.json", file)
    assert values(evaluate_truth("tracking", [pair]))["HOTA"] == pytest.approx(1)
    assert values(evaluate_truth("positions", [pair]))["95 % m"] == pytest.approx(2)


def test_a_format_is_guessed_from_the_file(match, tmp_path):
    folder, _ = match
    labels, answer = gsr(tmp_path, [0.0], answer="answer.json")
    files = {
        "yolo": tmp_path,
        "truth": folder / "truth.json",
        "mot": mot(tmp_path / "gt.txt", [1]),
        "coco": coco(tmp_path / "coco.json", {"a.jpg": []}),
        "gsr": labels,
        "gsr-answer": answer,
        "predictions": predictions(tmp_path / "predictions.json", []),
        "tracks": tmp_path / "tracks.parquet",
    }
    assert {form: guess_format(path) for form, path in files.items()} == {f: f for f in files}


@pytest.mark.parametrize(("name", "content"), [("a.csv", "1,2"), ("a.json", {"boxes": []})])
def test_a_format_that_cannot_be_guessed_is_named_with_those_that_can(name, content, tmp_path):
    with pytest.raises(InputError, match=rf"{name}: its format cannot be guessed; .*yolo, coco"):
        guess_format(written(tmp_path / name, content))


def test_what_a_metric_needs_and_labels_lack_is_an_error(tmp_path):
    labels = coco(tmp_path / "labels.json", {"a_0.jpg": [BOX]})
    answer = predictions(tmp_path / "predictions.json", [[BOX]])
    for metric, lacking in {
        "tracking": "labels.json: no object has an id",
        "pitch": "labels.json says nothing about the pitch",
        "positions": "labels.json: no object has a position",
        "state": "labels.json: no object has a position",
    }.items():
        with pytest.raises(InputError, match=lacking):
            evaluate_truth(metric, [(labels, answer)])


def test_an_answer_of_a_format_without_positions_is_refused(match, tmp_path):
    folder, _ = match
    with pytest.raises(InputError, match=r"answer.txt: mot has no positions"):
        evaluate_truth("state", [(folder / "truth.json", mot(tmp_path / "answer.txt", [1]))])


def test_an_answer_to_soccernet_needs_its_labels(match, tmp_path):
    _, answer = gsr(tmp_path, [0.0], answer="answer.json")
    with pytest.raises(InputError, match=r"answer.json answers labels of gsr; .* is truth"):
        evaluate_truth("state", [(match[0] / "truth.json", answer)])


def test_an_id_twice_in_a_frame_is_named(tmp_path):
    labels = mot(tmp_path / "gt.txt", [1])
    answer = predictions(tmp_path / "predictions.json", [[BOX, FAR]])
    content = json.loads(answer.read_text())
    content["frames"][0]["objects"][1]["id"] = 0
    with pytest.raises(InputError, match=r"predictions.json: frame 0: id 0 occurs twice"):
        evaluate_truth("tracking", [(labels, written(answer, content))])


def test_an_answer_to_another_video_is_refused(match, tmp_path):
    answer = copied(tmp_path / "predictions.json", match[1][:-1])
    with pytest.raises(InputError, match=r"predictions.json: frame \d+ .* is missing"):
        evaluate_truth("detection", [(match[0] / "truth.json", answer)])


def test_a_truth_without_its_video_names_the_video(match, tmp_path):
    shutil.copy(match[0] / "truth.json", tmp_path / "truth.json")
    with pytest.raises(InputError, match=r"match.mp4"):
        evaluate_truth("detection", [(tmp_path / "truth.json", tmp_path / "truth.json")])


def test_predictions_are_no_labels(tmp_path):
    answer = predictions(tmp_path / "predictions.json", [[BOX]])
    with pytest.raises(InputError, match=r"format of labels is one of .*; got predictions"):
        evaluate_truth("detection", [(answer, answer)])


@pytest.mark.parametrize(
    ("metric", "pairs", "form"),
    [("beauty", [("a", "b")], None), ("pitch", [], None), ("pitch", [("a", "b")], "voc")],
)
def test_wrong_usage_is_said_before_anything_is_read(metric, pairs, form):
    with pytest.raises(UsageError):
        evaluate_truth(metric, pairs, form=form)
