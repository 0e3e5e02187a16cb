import re

from tests.deploy.project import DEPLOY, ROOT, fields
from touchline.service.web.statuses import STATUSES

PAGE = (ROOT / "docs" / "miner.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their heads."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table]


def settings_rows() -> dict[str, list[str]]:
    found = [row for row in rows("Settings") if re.fullmatch(r"`[A-Z_]+`", row[0])]
    keys = [row[0].strip("`") for row in found]
    assert len(set(keys)) == len(keys), "a setting has two rows"
    return dict(zip(keys, found, strict=True))


def test_the_table_has_every_setting_and_no_other() -> None:
    assert sorted(settings_rows()) == sorted(fields())


def test_the_table_gives_the_defaults_of_the_example() -> None:
    for key, (_, default, meaning) in settings_rows().items():
        value = re.search(rf"^#{key}=(.*)$", EXAMPLE, re.MULTILINE)
        assert value is not None
        assert default == (f"`{value[1]}`" if value[1] else ""), key
        assert meaning, key


def test_every_status_that_a_client_may_see_is_explained() -> None:
    explained = {int(row[0]) for row in rows("What the statuses mean") if row[0].isdecimal()}
    assert explained >= {200, *STATUSES.values()}


def test_what_the_page_points_to_exists() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE)
    assert linked
    for target in linked:
        assert (ROOT / "docs" / target).exists(), target
    for name in re.findall(r"deploy/([\w.-]+\w)", PAGE):
        assert (DEPLOY / name).exists(), name
