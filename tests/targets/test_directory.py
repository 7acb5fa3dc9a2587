"""A folder as a target: whole files or none, twice as once, and what is not ours stays."""

import errno
import os
import stat
from pathlib import Path

import pytest

from app.domain.delivery import ChangedThere, DeliveryError
from app.targets import DirectoryTarget
from tests.targets.orders import NAME, order


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is made when it is needed."""
    return tmp_path / "site" / "posts"


@pytest.fixture
def target(folder: Path) -> DirectoryTarget:
    """The folder as a target."""
    return DirectoryTarget(folder)


def test_a_post_comes_in_readable_by_all_and_leaves_nothing_beside_it(target, folder):
    assert target.deliver(order(b"one\r\n\xff")) == str(folder / NAME)
    assert (folder / NAME).read_bytes() == b"one\r\n\xff"
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o644
    assert os.listdir(folder) == [NAME]


def test_what_a_killed_process_left_is_cleared_away_and_what_is_being_written_is_not(target, folder):
    folder.mkdir(parents=True)
    left, written = (folder / f".post-{name}.part" for name in ("left", "written"))
    for path in (left, written):
        path.write_bytes(b"half a p")
    os.utime(left, (0, 0))
    target.deliver(order())
    assert sorted(os.listdir(folder)) == sorted([written.name, NAME])


def test_delivering_twice_touches_nothing(target, folder):
    target.deliver(order())
    before = (folder / NAME).stat()
    target.deliver(order())
    after = (folder / NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_our_own_earlier_revision_is_replaced(target, folder):
    target.deliver(order(b"one"))
    target.deliver(order(b"two", event="corrected", revision=2, replaces=[b"one"]))
    assert (folder / NAME).read_bytes() == b"two"
    assert os.listdir(folder) == [NAME]


def test_what_somebody_wrote_stays_and_is_shown(target, folder):
    target.deliver(order(b"one"))
    (folder / NAME).write_bytes(b"by hand")
    for action in ("put", "remove"):
        with pytest.raises(ChangedThere, match="is there already with other content") as refused:
            target.deliver(order(b"two", action=action, replaces=[b"one"]))
        assert (refused.value.found, refused.value.permanent) == (b"by hand", True)
    assert (folder / NAME).read_bytes() == b"by hand"
    target.deliver(order(b"two", replaces=[b"one", b"by hand"]))
    assert (folder / NAME).read_bytes() == b"two"


def test_a_post_is_removed_once_and_that_it_is_gone_is_no_error(target, folder):
    target.deliver(order())
    assert target.deliver(order(action="remove", event="retracted")) == f"{folder / NAME} was removed"
    assert os.listdir(folder) == []
    assert target.deliver(order(action="remove", event="retracted")) == f"{folder / NAME} is not there"


def test_a_removed_post_comes_back(target, folder):
    target.deliver(order())
    target.deliver(order(action="remove", event="retracted"))
    target.deliver(order(event="restored"))
    assert (folder / NAME).read_bytes() == order().data


def test_a_link_is_never_written_through(target, folder, tmp_path):
    folder.mkdir(parents=True)
    (tmp_path / "elsewhere").write_bytes(b"one")
    (folder / NAME).symlink_to(tmp_path / "elsewhere")
    for action in ("put", "remove"):
        with pytest.raises(DeliveryError, match="is a link to elsewhere"):
            target.deliver(order(b"two", action=action, replaces=[b"one"]))
    assert (tmp_path / "elsewhere").read_bytes() == b"one"
    assert (folder / NAME).is_symlink()


@pytest.mark.parametrize("name", ["../up.md", "/etc/passwd", ".git", "", "a\nb.md", "a/b.md", "a\\b.md", "ä" * 101])
def test_a_name_that_leaves_the_folder_is_refused(target, folder, name):
    with pytest.raises(DeliveryError, match="cannot be the name of a file") as refused:
        target.deliver(order(file_name=name))
    assert refused.value.permanent
    assert not folder.exists()


def test_what_cannot_be_written_is_said_and_is_tried_again(target, folder):
    (folder / NAME).mkdir(parents=True)
    with pytest.raises(DeliveryError, match="cannot be written .*; free the way and deliver again") as refused:
        target.deliver(order())
    assert not refused.value.permanent


def test_a_file_that_came_up_meanwhile_is_not_overwritten(target, folder, monkeypatch):
    link = os.link

    def late(source, path):
        Path(path).write_bytes(b"quicker")
        link(source, path)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(ChangedThere):
        target.deliver(order())
    assert (folder / NAME).read_bytes() == b"quicker"
    assert os.listdir(folder) == [NAME]


def test_a_file_system_without_links_gets_its_file_too(target, folder, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    target.deliver(order())
    assert (folder / NAME).read_bytes() == order().data


def test_checking_changes_nothing(target, folder, tmp_path):
    assert target.check() is None
    assert not folder.parent.exists()
    (tmp_path / "site").write_text("a file where the folder should be")
    assert "cannot be written to" in target.check()
