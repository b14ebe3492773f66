"""The page's frame in a real browser: pages change, the document stays."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import Person
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def logins(server: Server) -> dict[str, list[str]]:
    """E-mail and password of one person a role."""
    made: dict[str, list[str]] = server.python(
        "from tests.factories import PASSWORD, OrganizationFactory, UserFactory\n"
        "home = OrganizationFactory.create(name='Shell')\n"
        "answer = {role: [UserFactory.create(role=role, organization=home,\n"
        "                                    email=f'{role}@shell.test').email, PASSWORD]\n"
        "          for role in ('agent', 'manager', 'qa', 'superadmin')}"
    )
    return made


@pytest.fixture
def manager(server: Server, someone: Callable[..., Person], logins: dict[str, list[str]]) -> Person:
    """A manager on the floor page."""
    person = someone(server.url)
    person.log_in(*logins["manager"])
    expect(person.page.locator("html[data-ready]")).to_be_attached()
    return person


def _mark(page: Page) -> None:
    page.evaluate("window.sameDocument = true")


def _is_same_document(page: Page) -> bool:
    return bool(page.evaluate("window.sameDocument === true"))


def _forget_session(person: Person) -> None:
    kept = [c for c in person.context.cookies() if c["name"] not in ("access", "refresh")]
    person.context.clear_cookies()
    person.context.add_cookies(kept)  # type: ignore[arg-type]  # its own cookies, as it gave them


def test_a_link_changes_page_title_breadcrumb_and_sidebar_but_not_the_document(
    manager: Person,
) -> None:
    page = manager.page
    _mark(page)

    page.get_by_role("link", name="Calls", exact=True).click()

    expect(page).to_have_title(re.compile("Call history"))
    expect(page.locator("#breadcrumbs")).to_contain_text("Call history")
    expect(page.locator("#sidebar [aria-current=page]")).to_have_text("Calls")
    assert page.evaluate("document.getElementById('page').contains(document.activeElement)")
    assert _is_same_document(page)


def test_back_brings_the_whole_former_page_again(manager: Person) -> None:
    page = manager.page
    _mark(page)
    page.get_by_role("link", name="Campaigns").click()
    expect(page.locator("#page-actions")).to_contain_text("New campaign")

    page.go_back()

    expect(page.locator("#breadcrumbs")).to_have_text("Floor")
    expect(page.locator("#page-actions")).to_be_empty()
    expect(page.locator("#sidebar [aria-current=page]")).to_have_text("Floor")
    expect(page).to_have_title(re.compile("Floor"))
    assert _is_same_document(page)


def test_a_session_that_has_ended_asks_for_the_password_over_the_page(
    manager: Person, logins: dict[str, list[str]]
) -> None:
    page = manager.page
    _mark(page)
    _forget_session(manager)

    # News of the floor may have opened the dialog by now; the click counts all the same.
    page.get_by_role("link", name="Campaigns").dispatch_event("click")

    dialog = page.get_by_role("dialog", name="Log in again")
    expect(dialog).to_be_visible()
    expect(page.locator("#breadcrumbs")).to_have_text("Floor")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    dialog.get_by_label("Password").fill(logins["manager"][1])
    dialog.get_by_role("button", name="Log in").click()
    expect(page.locator("#breadcrumbs")).to_have_text("Campaigns")
    assert _is_same_document(page)
    manager.errors.clear()  # the browser reports each refusal on its console


def test_the_dialog_can_be_closed_and_comes_again_with_what_the_person_does_next(
    manager: Person,
) -> None:
    page = manager.page
    _forget_session(manager)
    dialog = page.get_by_role("dialog", name="Log in again")
    page.get_by_role("link", name="Campaigns").dispatch_event("click")
    expect(dialog).to_be_visible()

    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # What the page fetches by itself does not ask again.
    with page.expect_response("**/api/auth/refresh"):
        page.locator("[data-live-topics]").first.dispatch_event("live-change")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Calls", exact=True).click()

    expect(dialog).to_be_visible()
    manager.errors.clear()


def test_a_form_that_is_older_than_the_login_is_still_accepted(
    manager: Person, logins: dict[str, list[str]]
) -> None:
    page = manager.page
    manager.open("/campaigns/new/")
    page.get_by_label("Name").first.fill("Made after the session")
    _forget_session(manager)

    page.get_by_role("button", name="Save").or_(page.get_by_role("button", name="Make")).click()
    dialog = page.get_by_role("dialog", name="Log in again")
    dialog.get_by_label("Password").fill(logins["manager"][1])
    dialog.get_by_role("button", name="Log in").click()

    expect(page.locator("#page")).to_contain_text("Made after the session")
    manager.errors.clear()


def test_a_theme_shows_at_once_and_is_rendered_by_the_server_afterwards(manager: Person) -> None:
    page = manager.page
    menu = page.locator("header details[data-menu]")

    menu.locator("summary").click()
    with page.expect_response(re.compile("/theme/")):
        menu.get_by_role("button", name="Dark").click()
    expect(page.locator("html[data-theme=dark]")).to_be_attached()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="Dark")).to_be_hidden()

    source = manager.context.request.get(page.url).text()
    assert 'data-theme="dark"' in source


def test_the_sidebar_folds_on_wide_screens_and_stays_folded(manager: Person) -> None:
    page = manager.page
    page.get_by_role("button", name="Menu").click()
    expect(page.locator("html[data-sidebar=folded]")).to_be_attached()

    page.reload()

    assert page.evaluate("document.getElementById('sidebar').offsetWidth") < 100
    expect(page.get_by_role("link", name="Campaigns")).to_be_visible()


def test_the_sidebar_slides_in_on_narrow_screens_and_is_out_of_the_way_else(
    server: Server, someone: Callable[..., Person], logins: dict[str, list[str]]
) -> None:
    person = someone(server.url, viewport={"width": 390, "height": 844})
    person.log_in(*logins["manager"])
    page = person.page
    link = page.get_by_role("link", name="Campaigns")
    expect(link).to_be_hidden()

    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    assert person.accessibility_faults() == []
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()

    page.get_by_role("button", name="Menu").click()
    link.click()
    expect(page.locator("#breadcrumbs")).to_have_text("Campaigns")
    expect(link).to_be_hidden()


def test_during_a_call_a_link_that_leaves_the_document_opens_a_new_tab(
    server: Server, someone: Callable[..., Person], logins: dict[str, list[str]]
) -> None:
    person = someone(server.url)
    person.log_in(*logins["superadmin"])
    page = person.page
    _mark(page)
    link = page.get_by_role("link", name="Administration")

    with person.context.expect_page() as opened:
        # At once, before the phone says that there is no call.
        link.evaluate("link => { document.documentElement.dataset.call = '1'; link.click(); }")

    assert "/admin/" in opened.value.url
    assert _is_same_document(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", ["agent", "manager", "qa", "superadmin"])
def test_each_home_is_accessible_in_both_themes(
    server: Server,
    someone: Callable[..., Person],
    logins: dict[str, list[str]],
    *,
    role: str,
    scheme: str,
) -> None:
    person = someone(server.url, color_scheme=scheme)
    person.log_in(*logins[role])
    expect(person.page.locator("html[data-ready]")).to_be_attached()
    # The state's menu and one's own: the last is the one that everybody has.
    person.page.locator("header details[data-menu] summary").last.click()

    assert person.accessibility_faults() == []


def test_a_lost_connection_is_said_and_ends_by_itself(server: Server, manager: Person) -> None:
    banner = manager.page.get_by_text("No connection to the server")
    expect(banner).to_be_hidden()

    server.stop()
    expect(banner).to_be_visible(timeout=20_000)
    server.start()

    expect(banner).to_be_hidden(timeout=40_000)
    manager.errors.clear()
