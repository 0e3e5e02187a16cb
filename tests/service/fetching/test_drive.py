import httpx
import pytest

from touchline.service.fetching.drive import direct

FILE = "https://drive.usercontent.google.com/download?id=1aB_c-D&export=download&confirm=t"


@pytest.mark.parametrize(
    "link",
    [
        "https://drive.google.com/file/d/1aB_c-D/view",
        "https://drive.google.com/file/d/1aB_c-D/view?usp=sharing",
        "https://drive.google.com/file/d/1aB_c-D",
        "https://drive.google.com/file/u/0/d/1aB_c-D/preview",
        "https://drive.google.com/a/example.com/file/d/1aB_c-D/edit",
        "http://DRIVE.google.com/open?id=1aB_c-D",
        "https://drive.google.com/uc?export=download&id=1aB_c-D",
        "https://drive.google.com/u/1/uc?id=1aB_c-D&authuser=1",
        "https://docs.google.com/uc?id=1aB_c-D",
        "https://docs.google.com/file/d/1aB_c-D/edit",
        "https://drive.usercontent.google.com/download?id=1aB_c-D",
        "https://drive.usercontent.google.com/uc?id=1aB_c-D&export=download",
        FILE,
    ],
)
def test_every_link_to_a_file_leads_to_the_file_itself(link):
    assert str(direct(httpx.URL(link))) == FILE


def test_the_key_of_an_older_file_is_kept():
    link = "https://drive.google.com/file/d/1aB/view?usp=sharing&resourcekey=0-x_y"
    assert direct(httpx.URL(link)).params["resourcekey"] == "0-x_y"


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/file/d/1aB/view",
        "https://drive.google.com.example.com/file/d/1aB/view",
        "https://example.com/?u=https://drive.google.com/file/d/1aB/view",
        "https://drive.google.com/drive/folders/1aB",
        "https://drive.google.com/open",
        "https://drive.google.com/open?id=",
        "https://drive.google.com/file/d/1a%20B/view",
        "https://docs.google.com/document/d/1aB/edit",
        "https://drive.usercontent.google.com/download?id=1aB&confirm=xyz&at=token",
    ],
)
def test_any_other_link_stays_as_it_is(link):
    assert str(direct(httpx.URL(link))) == link
