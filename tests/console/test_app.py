import re
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.console.conftest import Served


def test_the_page_shows_the_house(served: "Served") -> None:
    served.write(60)
    page = httpx.get(served.url)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "客户服务中心" in page.text
    assert "Customer service centre" in page.text
    assert re.search(r'id="calls">2<', page.text)
    assert re.search(r'id="state" class="fit">正常 fit<', page.text)
    assert "let since = 10;" in page.text  # the last fifty events, and all that come


def test_the_page_escapes_what_it_shows(served: "Served") -> None:
    served.house.health_now = replace(served.house.health_now, ok=False, reasons=("<script>alert(1)</script>", "two"))
    page = httpx.get(served.url)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;; two" in page.text
    assert 'class="unfit"' in page.text


def test_the_page_loads_nothing_from_elsewhere(served: "Served") -> None:
    assert not re.search(r"https?://|src=|<link", httpx.get(served.url).text)


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/docs", 404), ("/redoc", 404)])
def test_there_is_nothing_else(served: "Served", path: str, status: int) -> None:
    assert httpx.get(served.url + path).status_code == status


@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics", "/events"])
def test_the_console_only_shows(served: "Served", path: str) -> None:
    assert httpx.post(served.url + path).status_code == 405
