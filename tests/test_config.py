"""Settings: each is read, and a wrong one is refused by name in one sentence."""

import stat
from datetime import date
from pathlib import Path

import pytest

from app import create_app
from app.config import SettingError, read_settings, unknown_settings
from app.domain.profiles import LUMEN


def test_the_defaults_stand_where_nothing_is_set():
    values = read_settings({})
    assert (values["CUT"], values["QUOTE_CUT"], values["PROFILE"], values["WEIGHTS"]) == (50, 25, LUMEN, {})
    assert values["INSTANCE_DIR"] == Path(__file__).resolve().parent.parent / "instance"
    assert values["TARGET_DIR"] == values["INSTANCE_DIR"] / "posts"
    assert date(2026, 11, 26) in values["ARXIV_HOLIDAYS"]


@pytest.mark.parametrize(
    ("name", "raw", "sentence"),
    [
        ("CUT", "fifty", "HOTPAPERS_CUT must be a number, not 'fifty'."),
        ("CUT", "nan", "HOTPAPERS_CUT must be a number that is not negative, not 'nan'."),
        ("CUT", "-1", "HOTPAPERS_CUT must be a number that is not negative, not '-1'."),
        ("PROFILE", "hugo2", "HOTPAPERS_PROFILE cannot be used: 'hugo2' is neither one of lumen, hugo, jekyll, "),
        ("QUOTES", "none", "HOTPAPERS_QUOTES must be one of: profile, plain, widget, not 'none'."),
        ("TIMEZONE", "Mars/Base", "HOTPAPERS_TIMEZONE must be the name of a time zone"),
        ("TIMEZONE", "../etc/passwd", "HOTPAPERS_TIMEZONE must be the name of a time zone"),
        ("ARXIV_URL", "ftp://arxiv", "HOTPAPERS_ARXIV_URL must be an address"),
        (
            "SITE_URL",
            "blog.example/posts",
            "HOTPAPERS_SITE_URL must be an address that starts with http:// or https://",
        ),
        ("ARXIV_CATEGORIES", "cs;rm -rf", "HOTPAPERS_ARXIV_CATEGORIES must be arXiv categories"),
        ("ARXIV_HOLIDAYS", "Christmas", "HOTPAPERS_ARXIV_HOLIDAYS must be dates"),
        ("WEIGHT_TWITTER", "much", "HOTPAPERS_WEIGHT_TWITTER must be a number, not 'much'."),
        ("DATABASE_URL", "mysql://x", "HOTPAPERS_DATABASE_URL must be an address such as"),
        ("DATABASE_URL", "postgresql+psycopg://u@h:xx/d", "HOTPAPERS_DATABASE_URL must be an address such as"),
        ("DATABASE_URL", "nonsense", "HOTPAPERS_DATABASE_URL must be an address such as"),
        ("SESSION_COOKIE_SECURE", "maybe", "HOTPAPERS_SESSION_COOKIE_SECURE must be yes or no"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name, raw, sentence):
    with pytest.raises(SettingError) as refused:
        read_settings({f"HOTPAPERS_{name}": raw})
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


def test_the_site_has_an_address_or_none():
    assert read_settings({})["SITE_URL"] == ""
    assert (
        read_settings({"HOTPAPERS_SITE_URL": "https://blog.example/posts/"})["SITE_URL"] == "https://blog.example/posts"
    )


def test_quotes_are_the_profiles_or_as_the_house_wants_them():
    asked = {"HOTPAPERS_PROFILE": "jekyll"}
    assert read_settings(asked)["PROFILE"].quotes == "plain"
    assert read_settings(asked | {"HOTPAPERS_QUOTES": "widget"})["PROFILE"].quotes == "widget"
    assert read_settings({"HOTPAPERS_QUOTES": "plain"})["PROFILE"] == LUMEN.with_quotes("plain")
    with pytest.raises(SettingError, match="^HOTPAPERS_QUOTES cannot be used: The profile hugo has no raw HTML"):
        read_settings({"HOTPAPERS_PROFILE": "hugo", "HOTPAPERS_QUOTES": "widget"})


def test_a_profile_of_ones_own_is_named_with_its_file_and_line(tmp_path):
    (tmp_path / "profile.toml").write_text('name = "house"\nversion = 1\nfile_name = "{{ slag }}.md"\n[front_matter]\n')
    (tmp_path / "body.md.jinja").write_text("{{ closing }}\n")
    with pytest.raises(SettingError) as refused:
        read_settings({"HOTPAPERS_PROFILE": str(tmp_path)})
    said = (
        f"HOTPAPERS_PROFILE cannot be used: {tmp_path}/profile.toml, line 3: file_name: there is no 'slag'; there are "
    )
    assert str(refused.value) == f"{said}edition_date, slug."


def test_an_empty_setting_is_its_default():
    assert read_settings({"HOTPAPERS_CUT": " ", "HOTPAPERS_WEIGHT_TWITTER": ""})["WEIGHTS"] == {}


def test_an_instance_folder_that_is_a_file_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="HOTPAPERS_INSTANCE_DIR .* cannot be a folder"):
        create_app({"HOTPAPERS_INSTANCE_DIR": str(tmp_path / "file")})


def test_an_empty_secret_key_is_made_anew(tmp_path: Path):
    (tmp_path / "secret_key").write_text("")
    assert len(create_app({"HOTPAPERS_INSTANCE_DIR": str(tmp_path)}).config["SECRET_KEY"]) == 64


def test_weights_are_read_by_source():
    assert read_settings({"HOTPAPERS_WEIGHT_HACKERNEWS": "2.5"})["WEIGHTS"] == {"hackernews": 2.5}


def test_names_that_mean_nothing_are_noticed():
    assert unknown_settings({"HOTPAPERS_CTU": "5", "HOTPAPERS_CUT": "5", "PATH": "x"}) == ["HOTPAPERS_CTU"]


def test_a_secret_key_is_made_once_and_kept_from_others(tmp_path: Path):
    settings = {"HOTPAPERS_INSTANCE_DIR": str(tmp_path / "instance")}
    first, second = create_app(settings), create_app(settings)
    assert first.config["SECRET_KEY"] == second.config["SECRET_KEY"]
    assert len(first.config["SECRET_KEY"]) == 64
    assert stat.S_IMODE((tmp_path / "instance" / "secret_key").stat().st_mode) == 0o600
