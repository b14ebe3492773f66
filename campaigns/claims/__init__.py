"""Decisions to dial, from the claim of a lead to its settling.

The only modules that write `DialAttempt`. All functions run inside the caller's transaction;
locks are taken in one order everywhere: seat, slots, queue entry, number, lead, call.
"""

from campaigns.claims.ahead import AHEAD, claim_ahead, hand_to, lines_free
from campaigns.claims.past import record_past
from campaigns.claims.picked import Picked, claim_picked, refusals_of
from campaigns.claims.settling import call_again, correct, dispose, release, settle
from campaigns.claims.taking import Claim, approve_dial, claim_next, claim_number

__all__ = [
    "AHEAD",
    "Claim",
    "Picked",
    "approve_dial",
    "call_again",
    "claim_ahead",
    "claim_next",
    "claim_number",
    "claim_picked",
    "correct",
    "dispose",
    "hand_to",
    "lines_free",
    "record_past",
    "refusals_of",
    "release",
    "settle",
]
