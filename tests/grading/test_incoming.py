"""What comes in folders and archives: nobody vanishes, nobody is two, and the last attempt counts."""

import io
import json
import os
import tarfile
import tracemalloc
import unicodedata
import zipfile

import numpy as np
import pytest
from batches import hand_in

from dlcourse.grading import archives
from dlcourse.grading.archives import Unreadable
from dlcourse.grading.incoming import learners, walk
from dlcourse.grading.names import Learners, clean, natural, platform, shown

NOTEBOOK = json.dumps({"cells": [{"cell_type": "markdown", "source": "### 2.1 · x"}]})
KNOWN = ("ch02_activations", "02_activations")


def sorted_by_learner(folder):
    found, nobodys = learners(list(walk(folder)), KNOWN)
    assert not [file for learner in found for file in learner.notebooks if file.load() != NOTEBOOK.encode()]
    return {one.name: [file.parts[-1] for file in one.notebooks] for one in found}, [file.name for file in nobodys]


def zipped(*names, inside=None):
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w") as archive:
        for name in names:
            archive.writestr(name, NOTEBOOK)
        for name, data in (inside or {}).items():
            archive.writestr(name, data)
    return blob.getvalue()


def tarred(*names):
    blob = io.BytesIO()
    with tarfile.open(fileobj=blob, mode="w:gz") as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = len(NOTEBOOK)
            archive.addfile(entry, io.BytesIO(NOTEBOOK.encode()))
        link = tarfile.TarInfo("link.ipynb")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return blob.getvalue()


def put(folder, name, data=NOTEBOOK):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_archives_and_other_endings_in_a_learners_folder(tmp_path):
    put(tmp_path, "zip/02.zip", zipped("02.ipynb", "__MACOSX/._02.ipynb", ".ipynb_checkpoints/02.ipynb"))
    put(tmp_path, "tar/02.tar.gz", tarred("./work/02.ipynb"))
    put(tmp_path, "nested/all.zip", zipped(inside={"more.zip": zipped("deep/02.ipynb")}))
    for name in ("upper/02.IPYNB", "text/02.ipynb.txt", "json/02.json", "json too/02.ipynb.json", "bare/02"):
        put(tmp_path, name)
    put(tmp_path, "report/report.pdf", b"%PDF")
    put(tmp_path, "rar/02.rar", b"Rar!")
    put(tmp_path, "broken/02.zip", b"PK")
    put(tmp_path, "locked/02.zip", b"")
    (tmp_path / "empty").mkdir()
    found, _nobodys = sorted_by_learner(tmp_path)
    names = {"zip": "02.ipynb", "tar": "02.ipynb", "nested": "02.ipynb", "upper": "02.IPYNB", "text": "02.ipynb.txt",
             "json": "02.json", "json too": "02.ipynb.json", "bare": "02"}  # fmt: skip
    assert found == {name: [file] for name, file in names.items()} | {
        name: [] for name in ("report", "rar", "broken", "locked", "empty")}  # fmt: skip


def test_what_moodle_and_canvas_give(tmp_path):
    put(tmp_path, "Anna Lee_4711_assignsubmission_file_/02.ipynb")
    put(tmp_path, "Bob O'Brien_12_assignsubmission_file_/work.zip", zipped("x/02.ipynb"))
    put(tmp_path, "Cem Ö_13_assignsubmission_file_02 (1).ipynb")
    put(tmp_path, "Dan_14_assignsubmission_onlinetext_/onlinetext.html", "<p>hello</p>")
    put(tmp_path, "leeanna_LATE_4711_815_02.ipynb")
    put(tmp_path, "eve.ipynb.zip", zipped("02.ipynb"))
    put(tmp_path, "obrienbob_12_816_report.pdf", b"%PDF")
    found, nobodys = sorted_by_learner(tmp_path)
    assert found == {"Anna Lee_4711": ["02.ipynb"], "Bob O'Brien_12": ["02.ipynb"], "Dan_14": [], "obrienbob_12": [],
                     "eve": ["02.ipynb"], "Cem Ö_13": ["Cem Ö_13_assignsubmission_file_02 (1).ipynb"],
                     "leeanna_4711": ["leeanna_LATE_4711_815_02.ipynb"]}  # fmt: skip
    assert nobodys == [] and platform("anna.ipynb") is None
    assert platform("Anna Lee_4711_assignsubmission_file_")[1] == "moodle:4711"
    assert platform("leeanna_LATE_4711_815_02-1.ipynb") == ("leeanna_4711", "canvas:4711", "02-1.ipynb")


@pytest.mark.parametrize("archive", [False, True], ids=["folder", "archive"])
def test_a_folder_around_all_learners_is_opened(tmp_path, archive):
    names = ["jane/02_activations.ipynb", "bob/02_activations.ipynb", "cem/report.pdf"]
    for around in ("submissions", "download/course 7", "ch02_activations"):
        folder = tmp_path / around.replace("/", "-")
        for name in names:
            if not archive:
                put(folder, f"{around}/{name}")
        if archive:
            put(folder, "everything.zip", zipped(*(f"{around}/{name}" for name in names)))
        found, _nobodys = sorted_by_learner(folder)
        assert found == {"jane": ["02_activations.ipynb"], "bob": ["02_activations.ipynb"], "cem": []}
    alone = put(tmp_path, "all.zip", zipped("jane/1.ipynb", "bob/1.ipynb"))
    assert set(sorted_by_learner(alone)[0]) == {"jane", "bob"}


@pytest.mark.parametrize(
    "names",
    [
        ["jane/02_activations.ipynb", "jane/01_perceptron.ipynb"],
        ["jane/attempt 1/02_activations.ipynb", "jane/attempt 2/02_activations.ipynb"],
        ["jane/ch02_activations/02_activations.ipynb", "jane/figures/a.png"],
        ["jane/02_activations (1).ipynb", "jane/02_activations.ipynb"],
    ],
)
def test_the_folder_of_the_only_learner_is_not(tmp_path, names):
    for name in names:
        put(tmp_path, name, NOTEBOOK)
    found, _nobodys = learners(list(walk(tmp_path)), [*KNOWN, "01_perceptron"])
    assert [learner.name for learner in found] == ["jane"]


@pytest.mark.parametrize(
    ("names", "last"),
    [
        (["02 (1).ipynb", "02.ipynb"], "02 (1).ipynb"),
        (["02-Copy1.ipynb", "02.ipynb"], "02-Copy1.ipynb"),
        (["attempt 9/02.ipynb", "attempt 10/02.ipynb"], "attempt 10/02.ipynb"),
        (["02 (2).ipynb", "02 (10).ipynb"], "02 (10).ipynb"),
        (["02_v2.ipynb", "02.ipynb", "02_v11.ipynb"], "02_v11.ipynb"),
    ],
)
def test_the_last_attempt_is_the_last(tmp_path, names, last):
    for place, name in enumerate(names):
        # Their times say nothing: a browser gives them as it saves them.
        os.utime(put(tmp_path, f"jane/{name}"), (1e9 - place, 1e9 - place))
    put(tmp_path, "bob.ipynb")
    found, _nobodys = learners(list(walk(tmp_path)), KNOWN)
    jane = next(learner for learner in found if learner.name == "jane")
    assert jane.notebooks[-1].name == f"jane/{last}"


def test_of_different_names_the_newest_counts(tmp_path):
    os.utime(put(tmp_path, "jane/a final one.ipynb"), (2e9, 2e9))
    os.utime(put(tmp_path, "jane/b draft.ipynb"), (1e9, 1e9))
    put(tmp_path, "bob.ipynb")
    found, _nobodys = learners(list(walk(tmp_path)), KNOWN)
    assert [file.parts[-1] for file in found[1].notebooks] == ["b draft.ipynb", "a final one.ipynb"]


def test_links_are_not_followed(tmp_path):
    secret = put(tmp_path, "other/secret.ipynb")
    inbox = tmp_path / "inbox"
    put(inbox, "bob/02.ipynb")
    (inbox / "jane").mkdir()
    (inbox / "jane" / "02.ipynb").symlink_to(secret)
    found, _nobodys = sorted_by_learner(inbox)
    assert found == {"bob": ["02.ipynb"], "jane": []}


def test_an_archive_cannot_do_harm(tmp_path, monkeypatch):
    put(tmp_path, "jane/02.zip", zipped("../../02.ipynb", "/etc/03.ipynb", "C:\\x\\04.ipynb"))
    put(tmp_path, "bob/02.zip", zipped("02.ipynb", inside={"big.ipynb": "x" * 1000}))
    found, _nobodys = learners(list(walk(tmp_path)), KNOWN)
    assert [file.name for file in found[1].notebooks] == ["jane/02/02.ipynb", "jane/02/C:/x/04.ipynb",
                                                          "jane/02/etc/03.ipynb"]  # fmt: skip
    monkeypatch.setattr(archives, "MOST_BYTES", 500)
    with pytest.raises(Unreadable, match="larger than"):
        next(file for file in found[0].notebooks if file.parts[-1] == "big.ipynb").load()
    monkeypatch.setattr(archives, "MOST_FILES", 1)
    assert len(next(one for one in learners(list(walk(tmp_path)))[0] if one.name == "jane").notebooks) == 1


def test_names_of_zips_without_a_mark_are_utf8(tmp_path):
    data = zipped("Zoë/02.ipynb").replace(b"\x00\x08", b"\x00\x00")
    assert "Zoë".encode() in data
    put(tmp_path, "all.zip", data)
    put(tmp_path, "bob/02.ipynb")
    assert "all" in sorted_by_learner(tmp_path)[0]


def test_two_people_are_never_one(tmp_path):
    course = Learners(tmp_path)
    names = ["Anna Lee", "Anna_Lee", "🦊", "🐻", "O'Brien", "O_Brien", "x" * 250, "x" * 249 + "y", "anna lee"]
    ids = [course.id_of(name) for name in names]
    assert ids[:4] == ["Anna_Lee", "Anna_Lee-2", "nameless", "nameless-2"]
    assert len({one.casefold() for one in ids}) == len(names) and max(len(one.encode()) for one in ids) <= 85
    assert course.told[0] == ("Anna_Lee and Anna Lee are two learners here (Anna_Lee-2 and Anna_Lee); for one, give "
                              "both the same name")  # fmt: skip
    course.save()
    again = Learners(tmp_path)
    assert [again.id_of(name) for name in reversed(names)] == ids[::-1] and again.told == []
    assert again.name_of("nameless-2") == "🐻"


def test_one_person_is_never_two(tmp_path):
    course = Learners(tmp_path)
    composed = unicodedata.normalize("NFC", "Zoë")
    assert course.id_of(composed) == course.id_of(unicodedata.normalize("NFD", composed)) == "Zoë"
    put(tmp_path, f"{composed}/02.ipynb")
    put(tmp_path, f"{unicodedata.normalize('NFD', composed)}/02 (1).ipynb")
    put(tmp_path, "bob/02.ipynb")
    assert sorted_by_learner(tmp_path)[0]["Zoë"] == ["02.ipynb", "02 (1).ipynb"]


def test_names_in_other_encodings_and_with_commands_for_a_terminal():
    assert clean(b"Zo\xeb".decode("utf-8", "surrogateescape")) == "Zoë"
    assert clean("a\ud83db").replace("\ufffd", "?") == "a?b"
    assert shown("a\x1b[31m\nb") == "a[31m b" and shown("") == "?"
    assert sorted(["a 10", "a 9", "A 1"], key=natural) == ["A 1", "a 9", "a 10"]


def test_a_file_with_such_a_name_is_read(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"Zo\xeb.ipynb")
    try:
        with open(path, "wb") as file:
            file.write(NOTEBOOK.encode())
    except OSError:  # file systems that take only UTF-8 cannot bring such a name
        return
    assert list(sorted_by_learner(tmp_path)[0]) == ["Zoë"]


def test_a_long_name_is_read(tmp_path):
    hand_in(tmp_path, "y" * 249 + ".ipynb", NOTEBOOK)
    assert list(sorted_by_learner(tmp_path)[0]) == ["y" * 249]


@pytest.mark.parametrize(("each", "count"), [(64 << 20, 1), (1 << 20, 40)], ids=["one", "many"])
@pytest.mark.parametrize("layout", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT], ids=["pax", "gnu"])
def test_the_headers_of_a_tar_are_not_read_without_end(tmp_path, each, count, layout):
    with tarfile.open(tmp_path / "02.tar.gz", "w:gz", format=layout, compresslevel=1) as archive:
        for number in range(count):
            entry = tarfile.TarInfo(f"{number}.ipynb" if layout == tarfile.PAX_FORMAT else "x" * each)
            entry.pax_headers = {"comment": "x" * each}
            archive.addfile(entry)
    tracemalloc.start()
    [file] = walk(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "an archive that cannot be read" in file.problem
    assert peak < 60 << 20


def test_long_names_in_a_tar_are_read(tmp_path):
    for layout in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        with tarfile.open(tmp_path / "02.tar.gz", "w:gz", format=layout) as archive:
            entry = tarfile.TarInfo("ö" * 60 + "/" + "long " * 30 + ".ipynb")
            entry.size = len(NOTEBOOK)
            archive.addfile(entry, io.BytesIO(NOTEBOOK.encode()))
        [file] = walk(tmp_path)
        assert file.load() == NOTEBOOK.encode() and file.parts[-1] == "long " * 30 + ".ipynb"


@pytest.mark.parametrize("end", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_a_damaged_archive_is_said_to_be_one_and_stops_nothing(tmp_path, end):
    rng = np.random.default_rng(0)
    texts = [bytes(rng.integers(0, 64, 20_000, dtype=np.uint8)) for _file in range(3)]
    path = tmp_path / f"02.{end}"
    if end == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, text in enumerate(texts):
                archive.writestr(f"{number}.ipynb", text)
    else:
        with tarfile.open(path, "w:" + end.partition(".")[2]) as archive:
            for number, text in enumerate(texts):
                entry = tarfile.TarInfo(f"{number}.ipynb")
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text))
    whole, refused = path.read_bytes(), 0
    for number in range(60):
        damaged = bytearray(whole if number % 3 else whole[: rng.integers(20, len(whole))])
        for place in rng.integers(0, len(damaged), (0, 1, 20)[number % 3]):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        for file in walk(tmp_path):
            try:
                assert file.problem or file.load()
            except Unreadable as error:
                assert "the archive cannot be read" in str(error)
                refused += 1
            refused += bool(file.problem)
    assert refused >= 10
