"""Who may use which route, and when: one table, compared with the application both ways by a test.

The guard looks every request up here, so a route that the table does not name answers nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from svtracker.identity.rules.links import Task
from svtracker.identity.rules.roles import Role
from svtracker.kernel import wording


class Audience(StrEnum):
    """Who is let in whatever their role."""

    EVERYBODY = "everybody, without signing in"
    SIGNED_IN = "everybody who is signed in"


# Who comes by a personal link to one task reaches the routes of that kind of task and no others.
TASK_WORDS = {Task.BID: "a bidder, by their personal link"}


class State(StrEnum):
    """When a route is there."""

    ALWAYS = "always"
    DEMO = "in the demo only"
    PROVIDER = "where an identity provider is set up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One route: method and path, who may use it, when it is there, and whether it changes anything stored."""

    method: str
    path: str
    who: Audience | Task | frozenset[Role]
    state: State = State.ALWAYS
    changes: bool = False
    why_get: str = ""
    """Why it changes something though it is a GET; nothing else may."""

    @property
    def who_words(self) -> str:
        """Who may use it, in words: everybody, or a list of roles in the order in which roles are always named."""
        if isinstance(self.who, Audience):
            return self.who.value
        if isinstance(self.who, Task):
            return TASK_WORDS[self.who]
        return wording.listed([role.value for role in Role if role in self.who])

    def lets_in(self, roles: Iterable[Role]) -> bool:
        """Whether somebody who is signed in with these roles may use it; a task is for nobody's role."""
        if isinstance(self.who, Task):
            return False
        return isinstance(self.who, Audience) or not self.who.isdisjoint(roles)


ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
# An auditor reads what an administrator does, and does none of it.
RECORD_READERS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
OWN_SETTERS = frozenset({Role.ADMINISTRATOR, Role.POLICY_LEAD})
OWN_READERS = OWN_SETTERS | {Role.AUDITOR}
# All that there is about an organisation, names of people among it.
EXPORTERS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
PEOPLE_READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
# A tender: who sets it up and keeps its record, who marks its bids, who leads them, and who reads along.
OFFICER = frozenset({Role.PROCUREMENT_OFFICER})
LEAD = frozenset({Role.LEAD_EVALUATOR})
PANEL = LEAD | {Role.EVALUATOR}
# Evaluators come to the tenders that they were named for; the others to all of their organisation.
BID_READERS = OFFICER | PANEL | {Role.AUDITOR}
TENDER_READERS = BID_READERS | {Role.POLICY_LEAD, Role.APPROVER}
# Who decides on a waiver, who reads the register of waivers, and who reads the rules that they are about.
APPROVER = frozenset({Role.APPROVER})
WAIVER_READERS = OWN_READERS | APPROVER
POLICY_READERS = WAIVER_READERS | OFFICER
INVITED_READERS = OFFICER | {Role.AUDITOR}
# What tenders drew, once they are decided, is for directors and councillors too.
PORTFOLIO_READERS = TENDER_READERS | {Role.VIEWER, Role.CONTRACT_MANAGER}

# Contracts: a manager or deputy of one comes to that one; the others, and who has the role for all, to all of them.
CONTRACT_KEEPERS = frozenset({Role.CONTRACT_MANAGER, Role.DEPUTY_CONTRACT_MANAGER})
CONTRACT_MAKERS = OFFICER | {Role.CONTRACT_MANAGER}
CONTRACT_READERS = CONTRACT_MAKERS | CONTRACT_KEEPERS | {Role.POLICY_LEAD, Role.APPROVER, Role.AUDITOR, Role.VIEWER}


def _reads(who: Audience | Task | frozenset[Role], *paths: str) -> tuple[Rule, ...]:
    return tuple(Rule(method="GET", path=path, who=who) for path in paths)


def _changes(who: Audience | Task | frozenset[Role], *paths: str, state: State = State.ALWAYS) -> tuple[Rule, ...]:
    return tuple(Rule(method="POST", path=path, who=who, state=state, changes=True) for path in paths)


ACCESS: tuple[Rule, ...] = (
    *_reads(
        Audience.EVERYBODY,
        "/",
        "/frameworks",
        "/frameworks/download.{kind}",
        "/frameworks/{set_id}",
        "/frameworks/{set_id}/compare",
        "/frameworks/{set_id}/compare/download.{kind}",
        "/frameworks/{set_id}/{version}",
        "/frameworks/{set_id}/{version}/download.{kind}",
        "/frameworks/{set_id}/{version}/measures/{ref}",
        "/score",
        "/score/example",
        "/score/example/download.{kind}",
        "/tenders",
        "/tenders/download.{kind}",
        "/tenders/{key}",
        "/tenders/{key}/download.{kind}",
        "/help",
        "/help/glossary",
        "/help/scoring",
        "/help/measures",
        "/help/data",
        "/accessibility",
        "/privacy",
        "/access",
        "/health",
        "/api/docs",
        "/api/openapi.json",
        "/api/v1/frameworks",
        "/api/v1/frameworks/{set_id}/compare",
        "/api/v1/frameworks/{set_id}/{version}",
        "/api/v1/frameworks/{set_id}/{version}/measures/{ref}",
        "/api/v1/tenders",
        "/api/v1/tenders/{key}",
        "/static/{path}",
        "/brand/{colour}.css",
        "/sign-in",
        "/sign-in/forgotten",
        "/links/{token}",
    ),
    # Scoring a file works on what is sent and stores nothing.
    Rule(method="POST", path="/score", who=Audience.EVERYBODY),
    Rule(method="POST", path="/score/download.{kind}", who=Audience.EVERYBODY),
    Rule(method="POST", path="/api/v1/score", who=Audience.EVERYBODY),
    # Going out is for everybody: who came by a personal link leaves too, and a session may have ended meanwhile.
    *_changes(Audience.EVERYBODY, "/sign-in", "/sign-in/forgotten", "/sign-out"),
    *_changes(Audience.EVERYBODY, "/links/{token}", "/links/{token}/new"),
    *_changes(Audience.EVERYBODY, "/sign-in/demo", state=State.DEMO),
    *_changes(Audience.EVERYBODY, "/sign-in/provider", state=State.PROVIDER),
    Rule(
        method="GET",
        path="/sign-in/provider/return",
        who=Audience.EVERYBODY,
        state=State.PROVIDER,
        changes=True,
        why_get="A provider sends the browser back by a redirect, which is a GET. What stands in the place of the form "
        "token: the state that was made when the button was pressed, and the cookie of the browser that pressed it.",
    ),
    *_reads(Audience.SIGNED_IN, "/account", "/account/password", "/api/v1/account"),
    *_changes(
        Audience.SIGNED_IN,
        "/account/organisation",
        "/account/password",
        "/account/password/link",
        "/account/sessions/others/end",
        "/account/sessions/{number}/end",
    ),
    *_reads(
        PEOPLE_READERS,
        "/people",
        "/people/download.{kind}",
        "/people/{number}",
        "/personal-links",
        "/messages",
        "/messages/{number}",
        "/api/v1/people",
        "/api/v1/people/{number}",
        "/api/v1/messages",
        "/api/v1/personal-links",
    ),
    *_reads(
        RECORD_READERS,
        "/audit",
        "/audit/download.{kind}",
        "/audit/sample",
        "/audit/sample/pack.zip",
        "/audit/{object_kind}/{object_id:path}",
        "/api/v1/audit",
        "/api/v1/audit/{object_kind}/{object_id:path}",
    ),
    *_reads(TENDER_READERS, "/tenders/{tender:int}", "/api/v1/tenders/{tender:int}"),
    # Who marks the bids, marking alone, moderation.
    *_reads(
        BID_READERS,
        "/tenders/{tender:int}/evaluators",
        "/tenders/{tender:int}/moderation",
        "/tenders/{tender:int}/moderation/{bid:int}/{question:path}",
        "/api/v1/tenders/{tender:int}/moderation",
    ),
    *_reads(
        PANEL,
        "/tenders/{tender:int}/marks",
        "/tenders/{tender:int}/marks/{bid:int}/{question:path}",
        "/api/v1/tenders/{tender:int}/marks",
    ),
    *_changes(OFFICER | LEAD, "/tenders/{tender:int}/evaluators", "/tenders/{tender:int}/evaluators/remove"),
    *_changes(
        PANEL,
        "/tenders/{tender:int}/marks/interests",
        "/tenders/{tender:int}/marks/submit",
        "/tenders/{tender:int}/marks/{bid:int}/{question:path}",
    ),
    *_changes(
        LEAD,
        "/tenders/{tender:int}/moderation/reopen",
        "/tenders/{tender:int}/moderation/{bid:int}/{question:path}",
    ),
    *_reads(OFFICER, "/tenders/add", "/tenders/import"),
    *_reads(
        BID_READERS,
        "/tenders/{tender:int}/bids",
        "/tenders/{tender:int}/bids/{bid:int}",
        "/tenders/{tender:int}/bids/{bid:int}/lines/{ref}",
        "/tenders/{tender:int}/evaluation",
        "/tenders/{tender:int}/evaluation/download.{kind}",
        "/api/v1/tenders/{tender:int}/evaluation",
        "/api/v1/tenders/{tender:int}/bids",
    ),
    *_reads(OFFICER, "/tenders/{tender:int}/bids/add", "/tenders/{tender:int}/workbook.xlsx"),
    # Bidders who are invited by a link: who they are is for who runs the tender, and for who reads the record.
    *_reads(INVITED_READERS, "/tenders/{tender:int}/invitations", "/api/v1/tenders/{tender:int}/invitations"),
    *_changes(
        OFFICER,
        "/tenders/{tender:int}/invitations",
        "/tenders/{tender:int}/invitations/{invitation:int}/send",
        "/tenders/{tender:int}/invitations/{invitation:int}/revoke",
    ),
    # What a bidder does by their link. No address says whose it is: the link does.
    *_reads(
        Task.BID,
        "/bid",
        "/bid/how",
        "/bid/workbook.xlsx",
        "/bid/form",
        "/bid/check",
        "/bid/receipt",
        "/bid/receipt.json",
        "/bid/withdraw",
    ),
    *_changes(Task.BID, "/bid/form", "/bid/upload", "/bid/send", "/bid/withdraw"),
    *_changes(
        OFFICER,
        "/tenders/{tender:int}/bids/add",
        "/tenders/{tender:int}/bids/upload",
        "/tenders/{tender:int}/bids/late",
        "/tenders/{tender:int}/open",
    ),
    *_changes(
        OFFICER | LEAD,
        "/tenders/{tender:int}/bids/{bid:int}/status",
        "/tenders/{tender:int}/bids/{bid:int}/marks",
        "/tenders/{tender:int}/bids/{bid:int}/ask",
        "/tenders/{tender:int}/bids/{bid:int}/answer",
        "/tenders/{tender:int}/bids/{bid:int}/lines/{ref}",
    ),
    *_changes(OFFICER, "/tenders/add", "/tenders/import"),
    # Setting a tender up.
    *_reads(TENDER_READERS, "/tenders/{tender:int}/setup", "/tenders/{tender:int}/how"),
    *_reads(TENDER_READERS, "/tenders/{tender:int}/note", "/api/v1/tenders/{tender:int}/settings"),
    *_changes(OFFICER, "/tenders/{tender:int}/note"),
    *_reads(OFFICER, "/tenders/{tender:int}/publish", "/tenders/{tender:int}/amend"),
    # What the organisation's policy wants of tenders, and the waivers from it.
    *_reads(POLICY_READERS, "/policy", "/policy/rules/{number}", "/api/v1/policy/rules"),
    *_reads(WAIVER_READERS, "/policy/waivers", "/policy/waivers/download.{kind}", "/api/v1/policy/waivers"),
    *_changes(OWN_SETTERS, "/policy", "/policy/rules/{number}", "/policy/rules/{number}/end"),
    *_reads(TENDER_READERS, "/tenders/{tender:int}/waivers"),
    *_changes(OFFICER, "/tenders/{tender:int}/waivers"),
    *_changes(APPROVER, "/tenders/{tender:int}/waivers/{waiver:int}"),
    *_changes(OFFICER, "/tenders/{tender:int}/setup", "/tenders/{tender:int}/publish", "/tenders/{tender:int}/amend"),
    *_reads(
        PORTFOLIO_READERS,
        "/tenders/portfolio",
        "/tenders/portfolio/download.{kind}",
        "/api/v1/tenders/portfolio",
    ),
    # What was promised under contracts, and what came of it.
    *_reads(
        CONTRACT_READERS,
        "/contracts",
        "/contracts/download.{kind}",
        "/contracts/{contract:int}",
        "/contracts/{contract:int}/download.{kind}",
        "/contracts/{contract:int}/commitments/{commitment:int}",
        "/api/v1/contracts",
        "/api/v1/contracts/{contract:int}",
    ),
    *_reads(CONTRACT_MAKERS, "/contracts/add"),
    *_changes(CONTRACT_MAKERS, "/contracts/add"),
    # The decision on a tender, and the report that explains it.
    *_reads(
        BID_READERS,
        "/tenders/{tender:int}/decision",
        "/api/v1/tenders/{tender:int}/decision",
        "/tenders/{tender:int}/report",
        "/tenders/{tender:int}/report/download.{kind}",
        "/api/v1/tenders/{tender:int}/report",
    ),
    *_changes(
        OFFICER,
        "/tenders/{tender:int}/decision/feedback",
        "/tenders/{tender:int}/decision/award",
        "/tenders/{tender:int}/decision/abandon",
    ),
    *_reads(OFFICER, "/tenders/{tender:int}/copy", "/tenders/{tender:int}/lots/add"),
    *_changes(OFFICER, "/tenders/{tender:int}/copy", "/tenders/{tender:int}/lots/add"),
    *_reads(CONTRACT_MAKERS, "/contracts/import"),
    *_changes(CONTRACT_MAKERS, "/contracts/import"),
    *_reads(OWN_READERS, "/organisation", "/api/v1/organisation"),
    *_reads(EXPORTERS, "/organisation/export.zip"),
    *_changes(OWN_SETTERS, "/organisation"),
    # Measure sets are the policy lead’s; whoever sets a council up loads the first one.
    *_reads(OWN_SETTERS, "/frameworks/upload"),
    *_changes(OWN_SETTERS, "/frameworks/upload"),
    *_reads(ADMINISTRATOR, "/people/add", "/people/import"),
    *_changes(
        ADMINISTRATOR,
        "/people/add",
        "/people/import",
        "/people/{number}/roles",
        "/people/{number}/roles/end",
        "/people/{number}/state",
        "/people/{number}/link",
        "/people/{number}/erase",
        "/personal-links/{number}/revoke",
    ),
)

RULES = {(rule.method, rule.path): rule for rule in ACCESS}
