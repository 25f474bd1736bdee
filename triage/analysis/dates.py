"""SQL expressions for the times of a unit `u`, shared by the analyses.

An instant (`sent_at`, always UTC) is preferred; a device's local time without a zone stands in where there is none,
recognisable because it carries no offset. Years outside `triage.timestamps.PLAUSIBLE_YEARS` never stretch a range.
"""

from __future__ import annotations

from triage.timestamps import PLAUSIBLE_YEARS

_YEARS = f"between '{PLAUSIBLE_YEARS.start}' and '{PLAUSIBLE_YEARS.stop - 1}'"

INSTANT = f"case when substr(u.sent_at, 1, 4) {_YEARS} then u.sent_at end"
LOCAL = f"case when substr(u.sent_at_local, 1, 4) {_YEARS} then u.sent_at_local end"
KNOWN = f"coalesce({INSTANT}, {LOCAL})"

FIRST = f"coalesce(min({INSTANT}), min({LOCAL}))"
LAST = f"coalesce(max({INSTANT}), max({LOCAL}))"
