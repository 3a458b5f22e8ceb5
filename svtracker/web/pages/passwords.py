"""Pages of a password anew: for somebody who forgot theirs, and for somebody who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from svtracker.identity.rules.passwords import SHORTEST
from svtracker.kernel import wording
from svtracker.web.pages.frame import FormError, Page


@dataclass(frozen=True, kw_only=True)
class ForgottenPage(Page):
    """The form for somebody who forgot their password: one field."""

    email: str
    error: str | None
    sends_mail: bool


@dataclass(frozen=True, kw_only=True)
class ChangePasswordPage(Page):
    """The form for somebody who knows their password and wants another."""

    has_password: bool
    shortest: int
    error: str | None
    faults: tuple[str, ...]


def forgotten_page(*, sends_mail: bool, email: str = "", error: str | None = None) -> ForgottenPage:
    """The form, empty or with what went wrong."""
    return ForgottenPage(
        title="Forgot your password",
        answer="Type the email address of your account. A link to choose a new password goes to it, if it is on file.",
        crumbs=(("Sign in", "/sign-in"),),
        email=email,
        error=error,
        sends_mail=sends_mail,
        errors=(FormError(text=error, href="#email"),) if error else (),
    )


def too_many(wait_seconds: int) -> str:
    """Why nothing was asked for; the same for an address with an account and one without."""
    return f"There were too many requests. Wait {wording.wait(wait_seconds)}, then try again."


def forgotten_told_page() -> Page:
    """What is said to everybody who asks, whether there is such an account or not."""
    return Page(
        title="Look at your mail",
        answer="If there is an account with this address, a link to choose a new password is on its way to it.",
    )


def change_password_page(
    *, has_password: bool, error: str | None = None, faults: Sequence[str] = ()
) -> ChangePasswordPage:
    """The form, empty or with what went wrong: at the old password, or at the new one."""
    return ChangePasswordPage(
        title="Change your password" if has_password else "Set a password",
        answer="Everywhere else you are signed out then; here you go on."
        if has_password
        else "So far you sign in without one.",
        crumbs=(("Your account", "/account"),),
        has_password=has_password,
        shortest=SHORTEST,
        error=error,
        faults=tuple(faults),
        errors=(
            *((FormError(text=error, href="#old"),) if error else ()),
            *(FormError(text=fault, href="#new") for fault in faults),
        ),
    )
