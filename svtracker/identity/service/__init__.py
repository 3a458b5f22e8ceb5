"""What a person does with identity: people and roles, signing in, sessions, personal links.

A service never commits. A few functions open their own units of work and say why: `attempt_sign_in`,
`use_set_password` and `change_password`, which hash a password in between, and those about a password that was
forgotten.
"""

from svtracker.identity.service.accounts import (
    add_user,
    change_user,
    disable_user,
    enable_user,
    erase_user,
    join_identity_provider,
    lock_user,
    unlock_user,
)
from svtracker.identity.service.checks import check_accounts
from svtracker.identity.service.links import (
    address_of,
    enter_by_link,
    get_link,
    link_of_token,
    link_text,
    list_links,
    make_link,
    new_token,
    request_new_link,
    revoke_link,
    submit_link,
    use_set_password,
)
from svtracker.identity.service.passwords import answer_requests, change_password, request_password
from svtracker.identity.service.roles import end_role, grant_role
from svtracker.identity.service.sessions import (
    CurrentSession,
    OpenedSession,
    end_lapsed_sessions,
    end_other_sessions,
    end_session,
    list_sessions,
    open_session,
    session_of,
    switch_organisation,
    touch,
)
from svtracker.identity.service.sign_in import Refused, SignedIn, attempt_sign_in, begin_sign_in, finish_sign_in
from svtracker.identity.service.tidying import Ended, plan_tidying, tidy
from svtracker.identity.service.users import User, find_federated_user, find_user, get_user, list_users
from svtracker.identity.service.users_file import (
    CSV_COLUMNS,
    CSV_LEFT_ASIDE,
    UserAction,
    UsersPlan,
    add_users_from_rows,
)

__all__ = [
    "CSV_COLUMNS",
    "CSV_LEFT_ASIDE",
    "CurrentSession",
    "Ended",
    "OpenedSession",
    "Refused",
    "SignedIn",
    "User",
    "UserAction",
    "UsersPlan",
    "add_user",
    "add_users_from_rows",
    "address_of",
    "answer_requests",
    "attempt_sign_in",
    "begin_sign_in",
    "change_password",
    "change_user",
    "check_accounts",
    "disable_user",
    "enable_user",
    "end_lapsed_sessions",
    "end_other_sessions",
    "end_role",
    "end_session",
    "enter_by_link",
    "erase_user",
    "find_federated_user",
    "find_user",
    "finish_sign_in",
    "get_link",
    "get_user",
    "grant_role",
    "join_identity_provider",
    "link_of_token",
    "link_text",
    "list_links",
    "list_sessions",
    "list_users",
    "lock_user",
    "make_link",
    "new_token",
    "open_session",
    "plan_tidying",
    "request_new_link",
    "request_password",
    "revoke_link",
    "session_of",
    "submit_link",
    "switch_organisation",
    "tidy",
    "touch",
    "unlock_user",
    "use_set_password",
]
