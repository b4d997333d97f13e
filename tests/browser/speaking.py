"""What speakers and those who decide do, by clicking: each step from one page to the next."""

from playwright.sync_api import expect

from tests.browser.doing import follow, press, said
from tests.browser.reading_mail import address_in, mail_to
from tests.browser.signing_in import code_for

ABSTRACT = "What an index *is*, and why yours is not used."


def fill_in(page, name, email, title):
    """The form of a proposal, as far as it must be filled."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_label("What is your talk called?").fill(title)
    page.get_by_label("What is it about?").fill(ABSTRACT)


def propose(page, name, email, title):
    """From the home page to the receipt."""
    page.goto("/")
    follow(page, "What a query costs")
    follow(page, "Speak")
    follow(page, "Propose a talk")
    fill_in(page, name, email, title)
    press(page, "Send it in")
    page.get_by_label("The code out of the mail").fill(code_for(email))
    press(page, "Send my proposal in")
    said(page, "Your proposal has reached us")
    assert mail_to(email).subject == f"We have your proposal: {title}"


def stands(page, words):
    """The heading that says how the proposal stands."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def open_mailed(page, email, subject, words="/proposals/"):
    """Follows the link of the last mail to this person, which has this subject."""
    letter = mail_to(email)
    assert letter.subject.startswith(subject), letter.subject
    page.goto(address_in(letter, words))


def open_proposal(desk, title):
    """From the desk by the board."""
    follow(desk, "Desk")
    follow(desk, "Proposals")
    follow(desk, title)


def decide(desk, title, verb, words):
    """One verb on a proposal, without telling anybody."""
    open_proposal(desk, title)
    follow(desk, verb)
    press(desk, verb)
    said(desk, words)
