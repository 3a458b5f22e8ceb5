"""What stops an action: one base, one class per condition, each saying what, where, why and what to do."""

from collections.abc import Sequence

from svtracker.kernel.problems import Problem


class SvtrackerError(Exception):
    """The base of everything that svtracker raises on purpose; its text is written for the person who can act."""


class RefusedError(SvtrackerError):
    """A file cannot be used; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NotFoundError(SvtrackerError):
    """What was asked for does not exist here."""

    def __init__(self, *, what: str, name: str, do: str) -> None:
        self.what, self.name, self.do = what, name, do
        super().__init__(f"There is no {what} “{name}”. {do}")


class ReleasedVersionChangedError(SvtrackerError):
    """A released version's file is not the file that was loaded (RULES 2.9)."""

    def __init__(self, *, version: str, file: str, changes: Sequence[str]) -> None:
        self.version, self.file, self.changes = version, file, tuple(changes)
        listed = "; ".join(changes) if changes else "no figure differs"
        super().__init__(
            f"{file} is not the file that was released as {version} and loaded before: {listed}. "
            "A released version never changes. Put the file back as it was, or write a new version."
        )


class UnitValueMissingError(SvtrackerError):
    """The unit value asked for cannot be calculated, so no figure is given (RULES 2.7)."""

    def __init__(self, *, version: str, measure: str, date: str, why: str) -> None:
        self.version, self.measure, self.date, self.why = version, measure, date, why
        super().__init__(f"Measure {measure} of {version} has no unit value on {date}: {why}.")


class QuantityTooLargeError(SvtrackerError):
    """A number is outside what the database keeps exactly (DESIGN section 2)."""

    def __init__(self, *, value: str, largest: str) -> None:
        self.value, self.largest = value, largest
        super().__init__(f"{value} cannot be stored exactly: at most {largest}, with at most 4 decimals.")


class TotalTooLargeError(SvtrackerError):
    """A sum made inside the database is beyond what it adds exactly (DESIGN section 2)."""

    def __init__(self, *, largest: str) -> None:
        self.largest = largest
        super().__init__(
            f"A total is beyond £{largest}, the most that the database adds exactly, so none is shown. "
            "Look for a quantity or unit value with too many digits, or narrow down what is added."
        )


class TextNotKeptError(SvtrackerError):
    """A text holds a character that no database keeps: NUL, or half of a character."""

    def __init__(self, *, field: str) -> None:
        self.field = field
        super().__init__(
            f"The {field} holds a character that cannot be stored, and nothing was saved. "
            "Type the text anew instead of pasting it."
        )


class ReasonMissingError(SvtrackerError):
    """What is to be done needs a reason, and none was given."""

    def __init__(self, *, action: str) -> None:
        self.action = action
        super().__init__(f"To {action}, say why: the reason is kept in the record. Nothing was saved.")


class TooManyEventsError(SvtrackerError):
    """More events fit than go into one file."""

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"More than {limit:,} events fit, too many for one file, so none was made. Choose fewer days, "
            "or list them with “svtracker audit log --json”."
        )


class DatabaseBusyError(SvtrackerError):
    """Somebody else has been writing for longer than a writer waits; nothing was saved."""

    def __init__(self, *, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            f"Nothing was saved: somebody else has been saving for more than {seconds} seconds. Try again."
        )


class DatabaseNotReadyError(SvtrackerError):
    """The database does not exist yet, or lacks a table that this version of the program needs."""

    def __init__(self, *, database: str, why: str) -> None:
        self.database, self.why = database, why
        super().__init__(f"The database {database} is not ready: {why}. Run “svtracker db upgrade” first.")


class DatabaseUnavailableError(SvtrackerError):
    """The database cannot be opened or reached."""

    def __init__(self, *, database: str, why: str) -> None:
        self.database, self.why = database, why
        super().__init__(f"The database {database} cannot be opened: {why}. Check SVTRACKER_DATABASE_URL.")


class BackupNotWrittenError(SvtrackerError):
    """A backup could not be written; where there was a file of that name before, it is as it was."""

    def __init__(self, *, file: str, why: str, do: str) -> None:
        self.file, self.why, self.do = file, why, do
        super().__init__(f"No backup was written to {file}: {why}. {do}")


class BackupUnusableError(SvtrackerError):
    """A file is no whole and unchanged backup that this version of the program can read."""

    def __init__(self, *, file: str, why: str, do: str) -> None:
        self.file, self.why, self.do = file, why, do
        super().__init__(f"Nothing was restored from {file}: {why}. {do}")


class DatabaseNotEmptyError(SvtrackerError):
    """A backup is only restored where there is nothing that it could be mixed with."""

    def __init__(self, *, database: str, why: str) -> None:
        self.database, self.why = database, why
        super().__init__(
            f"Nothing was restored: the database {database} is not empty: {why}. "
            "A backup goes only where there is nothing yet: name an empty place in SVTRACKER_DATABASE_URL."
        )


class NotRestoredError(SvtrackerError):
    """The database stopped a restore; the place is as empty as it was."""

    def __init__(self, *, database: str, why: str) -> None:
        self.database, self.why = database, why
        super().__init__(
            f"Nothing was restored into {database}: {why}. The place is as empty as before: put right what is said, "
            "and restore again."
        )


class DatabaseDamagedError(SvtrackerError):
    """The database's own check of its pages and indexes found a fault."""

    def __init__(self, *, database: str, why: str) -> None:
        self.database, self.why = database, why
        super().__init__(
            f"The database {database} is damaged: {why}. Stop the service, keep the file, and restore the last backup."
        )


class OrganisationTakenError(SvtrackerError):
    """There is an organisation of that name or short form already."""

    def __init__(self, *, what: str, value: str, name: str) -> None:
        self.what, self.value, self.name = what, value, name
        super().__init__(
            f"No organisation was added: {name} has the {what} “{value}” already. "
            "Choose another; “svtracker organisations list” shows those that there are."
        )


class DemoMixedError(SvtrackerError):
    """Invented figures and those of a real organisation never stand in one database."""

    def __init__(self, *, why: str) -> None:
        self.why = why
        super().__init__(
            f"{why} The demo never stands beside a real organisation: "
            "name another database in SVTRACKER_DATABASE_URL for one of them."
        )


class AccountTakenError(SvtrackerError):
    """There is an account with that email address already."""

    def __init__(self, *, email: str) -> None:
        self.email = email
        super().__init__(
            f"No account was added: there is one with the address “{email}” already. "
            "Look for it in the list of people, or use another address."
        )


class AccountStateError(SvtrackerError):
    """An account is not in the state in which this can be done."""

    def __init__(self, *, action: str, state: str, do: str) -> None:
        self.action, self.state, self.do = action, state, do
        super().__init__(f"To {action} is not possible: the account is {state}. Nothing was saved. {do}")


class LastAdministratorError(SvtrackerError):
    """An organisation always keeps an administrator who can sign in."""

    def __init__(self, *, name: str) -> None:
        self.name = name
        super().__init__(
            f"Nothing was saved: {name} is the last administrator of an organisation. "
            "Make somebody else administrator there first."
        )


class HandOverNeededError(SvtrackerError):
    """Somebody who is to leave still owns something that others depend on."""

    def __init__(self, *, name: str, owns: Sequence[str]) -> None:
        self.name, self.owns = name, tuple(owns)
        super().__init__(
            f"The account of {name} stays as it is, because {name} still has: {'; '.join(owns)}. "
            "Hand these over to somebody else first."
        )


class ChangedMeanwhileError(SvtrackerError):
    """Somebody else changed the same thing after it was read; nothing of theirs is overwritten."""

    def __init__(self, *, what: str) -> None:
        self.what = what
        super().__init__(
            f"Nothing was saved: somebody else changed the {what} after you opened it. Look at what is there now, "
            "and make your change again."
        )


class PasswordRefusedError(SvtrackerError):
    """A new password is too easy to guess; `faults` says why, all at once."""

    def __init__(self, *, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"The password was not set. {' '.join(faults)}")


class LinkUnusableError(SvtrackerError):
    """A personal link cannot be used: it is unknown, or used, submitted, revoked or over."""

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(
            f"This link cannot be used: it is {state}. "
            "Ask for a new one; it is sent to the address that is on file, and nowhere else."
        )


class MailNotSentError(SvtrackerError):
    """A message could not be sent; `server_away` where no other message could be sent now either."""

    def __init__(self, *, why: str, server_away: bool) -> None:
        self.why, self.server_away = why, server_away
        super().__init__(f"The message was not sent: {why}. It stays in the outbox and is tried again.")


class MailNotSetUpError(SvtrackerError):
    """There is no way to send mail."""

    def __init__(self, *, why: str) -> None:
        self.why = why
        super().__init__(
            f"No message was sent: {why}. Set SVTRACKER_MAIL, as in smtp://user:password@mail.council.example:587 or "
            "file:folder, and SVTRACKER_MAIL_FROM. All messages stay in the outbox."
        )


class ProviderAwayError(SvtrackerError):
    """The council's identity provider does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody was signed in: the identity provider of the council does not answer. Try again in a few minutes."
        )


class ProviderMistrustedError(SvtrackerError):
    """The council's identity provider gave an answer that cannot be used or not be proven; the log says which."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody was signed in: the answer of the council's identity provider could not be used. The log says why."
        )


class StageError(SvtrackerError):
    """A tender is not at the stage in which this can be done."""

    def __init__(self, *, step: str, tender: str, stage: str) -> None:
        self.step, self.tender, self.stage = step, tender, stage
        super().__init__(f"It is not possible to {step} now: {tender} stands at “{stage}”. Nothing was saved.")


class NotYetError(SvtrackerError):
    """Something must be done first; `why` says what, and it finishes the sentence."""

    def __init__(self, *, step: str, why: str) -> None:
        self.step, self.why = step, why
        super().__init__(f"It is not possible to {step} yet: {why} Nothing was saved.")


class SealedError(SvtrackerError):
    """What is asked for is sealed for everybody until its time."""

    def __init__(self, *, what: str, until: str) -> None:
        self.what, self.until = what, until
        super().__init__(f"{what} is sealed until {until}. That holds for everybody.")


class NotAnEvaluatorError(SvtrackerError):
    """Somebody acts on the marks of a tender who is not one of its evaluators, or must not be."""

    def __init__(self, *, why: str) -> None:
        self.why = why
        super().__init__(f"{why} Nothing was saved.")


class ReferenceTakenError(SvtrackerError):
    """A tender or contract of this organisation has that reference already."""

    def __init__(self, *, reference: str, title: str) -> None:
        self.reference, self.title = reference, title
        super().__init__(f"“{reference}” is the reference of {title} already. Choose another one. Nothing was saved.")


class SecondPersonNeededError(SvtrackerError):
    """Nobody decides on what they proposed themselves."""

    def __init__(self, *, what: str) -> None:
        self.what = what
        super().__init__(f"{what} is decided by somebody else than who asked for it. Nothing was saved.")


class ContractThereError(SvtrackerError):
    """There is a contract of this award already."""

    def __init__(self, *, reference: str) -> None:
        self.reference = reference
        super().__init__(f"There is a contract of this award already: “{reference}”. Nothing was saved.")
