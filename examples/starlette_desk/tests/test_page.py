"""The inbox page in a real browser, without a screen: it shows new duties by itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from desk.demo import BUREAU, CENTRE
from desk.tokens import Tokens
from tests.serving import DISPATCH, HOUR, REPORT_IN, SECRET, Service, serving

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
DRIVER = shutil.which("chromedriver")
MISSING = (
    "no chromium and chromedriver to open the page with; "
    "on Debian: apt-get install chromium chromium-driver"
)
FLAGS = (
    "headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "disable-quic",
    "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync",
    "no-proxy-server",
)  # fmt: skip
NARROW, WIDE = (360, 740), (1280, 800)
WAIT = 60


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    if not BROWSER or not DRIVER:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    options = ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options, Driver(DRIVER, env={**os.environ, "HOME": str(tmp_path)}))
    try:
        yield driver
    finally:
        driver.quit()


def resize(browser: Chrome, size: tuple[int, int]) -> None:
    """Exactly so wide: a window has a least width, what it shows has none."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def fits(browser: Chrome, size: tuple[int, int]) -> bool:
    """Whether all is in sight at a width, without scrolling sideways."""
    resize(browser, size)
    root = "document.documentElement"
    measure = f"return [innerWidth, {root}.scrollWidth - {root}.clientWidth]"
    widths: list[int] = browser.execute_script(measure)
    name = f"{browser.find_element(By.TAG_NAME, 'html').get_attribute('lang')}-{size[0]}.png"
    if folder := os.environ.get("DESK_PICTURES"):
        browser.save_screenshot(str(Path(folder) / name))
    return widths == [size[0], 0]


def until(browser: Chrome, condition: Callable[[], object]) -> None:
    """Wait until something holds; the page is never loaded anew."""
    replaced = [StaleElementReferenceException]  # by what is newer: look again
    WebDriverWait(browser, WAIT, 0.05, replaced).until(lambda _: condition())


def duties(browser: Chrome) -> list[tuple[str | None, str | None]]:
    """The duties that are shown: of which matter, and what."""
    script = "return [...document.querySelectorAll('li.duty')].map(e => Object.values(e.dataset))"
    return [(matter, what) for matter, what in browser.execute_script(script)]


def duty(browser: Chrome, matter: str, what: str) -> WebElement:
    return browser.find_element(
        By.CSS_SELECTOR, f"li.duty[data-matter='{matter}'][data-what='{what}']"
    )


def sign_in(browser: Chrome, service: Service, token: str, *, lang: str = "zh") -> None:
    browser.get(service.url)
    browser.execute_script(f"localStorage.lang = '{lang}'")
    browser.refresh()
    browser.find_element(By.ID, "token").send_keys(token)
    browser.find_element(By.CSS_SELECTOR, "#paste button").click()
    browser.execute_script("window.loadedOnce = true")


def block(browser: Chrome, *addresses: str) -> None:
    """Let nothing through to these addresses; to none is all."""
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": list(addresses)})


def quiet(browser: Chrome, *expected: str) -> bool:
    """Whether the browser complained of nothing but what was expected."""
    lines = [entry["message"] for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]
    return all(any(each in line for each in expected) for line in lines)


def test_a_duty_appears_and_goes_without_reloading(browser: Chrome, service: Service) -> None:
    words = "<img src=x onerror=alert(1)> 路灯不亮"
    resize(browser, NARROW)
    sign_in(browser, service, Tokens(SECRET).mint(BUREAU, HOUR))
    until(browser, lambda: "暂无待办" in browser.find_element(By.ID, "status").text)
    service.bring("m-1", steps=3, words=words)
    assert duties(browser) == []
    assert service.give(CENTRE, "m-1", DISPATCH).status_code == 200
    until(browser, lambda: duties(browser) == [("m-1", "report_in"), ("m-1", "solve")])
    shown = duty(browser, "m-1", "report_in")
    assert "期限内" in shown.text
    assert "期限：2026-03-04 13:00" in shown.text

    shown.find_element(By.TAG_NAME, "summary").click()
    until(browser, lambda: words in shown.text)  # as it was written, not as HTML
    assert "新华街街道吹响“快捷哨”。" in shown.text

    service.clock.now += 5 * HOUR
    until(browser, lambda: "已逾期" in duty(browser, "m-1", "report_in").text)
    assert "late" in (duty(browser, "m-1", "report_in").get_attribute("class") or "")
    assert fits(browser, NARROW)
    assert fits(browser, WIDE)

    duty(browser, "m-1", "report_in").find_element(By.XPATH, ".//button[text()='报到']").click()
    until(browser, lambda: duties(browser) == [("m-1", "solve")])
    assert browser.execute_script("return window.loadedOnce")
    assert quiet(browser)


def test_the_demo_in_english(browser: Chrome, tmp_path: Path) -> None:
    with serving(tmp_path, demo=True) as service:
        browser.get(service.url)
        resize(browser, WIDE)
        browser.execute_script("localStorage.lang = 'en'")
        browser.refresh()
        until(browser, lambda: browser.find_element(By.ID, "person").is_displayed())
        assert fits(browser, NARROW)
        Select(browser.find_element(By.ID, "person")).select_by_value("wu")
        browser.find_element(By.CSS_SELECTOR, "#people button").click()
        until(browser, lambda: len(duties(browser)) == 6)
        assert "overdue" in duty(browser, "lamp-1", "report_in").text
        solve = duty(browser, "lamp-1", "solve")
        assert not solve.find_elements(By.CSS_SELECTOR, ".offers button")
        assert "“Feed back by the API”): feed back (feed_back)" in solve.text
        assert fits(browser, WIDE)
        assert fits(browser, NARROW)
        browser.find_element(By.ID, "language").click()
        until(browser, lambda: "即将到期" in duty(browser, "lamp-2", "report_in").text)
        assert quiet(browser)


def test_what_is_refused_is_told_beside_the_button(browser: Chrome, service: Service) -> None:
    service.bring("m-1")
    sign_in(browser, service, Tokens(SECRET).mint(BUREAU, HOUR), lang="en")
    until(browser, lambda: duties(browser))
    status = browser.find_element(By.ID, "status")
    block(browser, "*/inbox*", "*/commands")  # the page knows no news, and a colleague is faster
    until(browser, lambda: "connection is lost" in status.text)
    shown = duty(browser, "m-1", "report_in")
    button, wrong = (shown.find_element(By.CSS_SELECTOR, each) for each in ("button", ".wrong"))
    button.click()
    until(browser, lambda: "did not get through" in wrong.text)
    assert service.give(BUREAU, "m-1", REPORT_IN).status_code == 200
    block(browser, "*/inbox*")
    until(browser, button.is_enabled)
    button.click()
    until(browser, lambda: "has reported in already" in wrong.text)
    block(browser)
    until(browser, lambda: duties(browser) == [("m-1", "solve")])
    until(browser, lambda: status.text == "Waiting: 1")


LOSE_AN_ANSWER = """
const real = window.fetch;
window.fetch = async (path, ...rest) => {
  const answer = await real(path, ...rest);
  if (path !== "commands") return answer;
  window.fetch = real;
  throw new TypeError("the answer was lost");
};
"""


def test_a_button_pressed_again_is_the_same_command(browser: Chrome, service: Service) -> None:
    service.bring("m-1")
    sign_in(browser, service, Tokens(SECRET).mint(BUREAU, HOUR), lang="en")
    until(browser, lambda: duties(browser))
    block(browser, "*/inbox*")
    until(browser, lambda: "connection is lost" in browser.find_element(By.ID, "status").text)
    shown = duty(browser, "m-1", "report_in")
    button, wrong = (shown.find_element(By.CSS_SELECTOR, each) for each in ("button", ".wrong"))
    browser.execute_script(LOSE_AN_ANSWER)
    button.click()
    until(browser, lambda: "did not get through" in wrong.text)
    until(browser, button.is_enabled)
    button.click()  # done it is, so under another id it would be refused
    until(browser, lambda: not wrong.text)
    until(browser, button.is_enabled)
    assert not wrong.text


def test_a_token_that_has_ended_signs_out(browser: Chrome, service: Service) -> None:
    sign_in(browser, service, "an.old.token", lang="en")
    until(browser, lambda: "signed out" in browser.find_element(By.ID, "status").text)
    assert browser.find_element(By.ID, "token").is_displayed()
    assert quiet(browser, "401")
