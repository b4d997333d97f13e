"""What people do on every page: follow a link, press a button, read what is said."""

from playwright.sync_api import expect


def follow(page, name):
    """Clicks the link of this name and waits for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).first.click()


def press(page, name):
    """Presses the button of this name and waits for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def said(page, words):
    """The page says so in a notice above the rest."""
    expect(page.locator("main .notice").first).to_contain_text(words)


def ask_for_a_seat(page, name, email, button="Keep me a seat"):
    """From wherever the next evening is on the page, to the answer on the evening's own page."""
    page.goto("/")
    follow(page, "What a query costs")
    follow(page, button)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your e-mail address").fill(email)
    press(page, button)
    said(page, f"We have just written to {email}")
