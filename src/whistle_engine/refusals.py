"""Every reason for which a command can be refused: a stable code, and the clause behind it.

The clauses are those of the design: FR1 to FR10 (the first-responder rule), L1 to L19 (the
laws), ``table`` (the table of transitions) and ``policy`` (a value of the city's policy).
The sentences for people, in Chinese and English, are in :mod:`whistle_engine.texts`.
"""

from __future__ import annotations

from collections.abc import Mapping

from whistle_engine.model import Shirk, Unmet

CLAUSES: Mapping[str, str] = {
    # who and when
    "not_permitted": "L16",
    "wrong_stage": "table",
    "text_missing": "table",
    "occurred_in_future": "L14",
    # intake
    "unknown_channel": "policy",
    "unknown_route": "policy",
    "unknown_place": "policy",
    "unknown_fact": "policy",
    "unknown_value": "policy",
    "repeated_fact": "policy",
    "unknown_category": "policy",
    "not_an_enquiry": "table",
    "moved_up_before": "table",
    "look_without_finding": "L3",
    "danger_not_excluded": "L3",
    "parts_missing": "table",
    "part_id_taken": "table",
    "merge_with_itself": "table",
    "merge_target_not_open": "table",
    "merge_unclassified": "table",
    "merge_other_street": "table",
    "merge_less_urgent": "L19",
    "merge_due_later": "FR7",
    # whistle
    "unknown_kind": "policy",
    "kind_not_yours": "policy",
    "kind_below_classification": "L2",
    "only_urgent_here": "table",
    "only_leading_street": "FR1",
    "no_further_unit": "FR1",
    "kind_not_higher": "table",
    "no_whistle": "table",
    "category_needed": "table",
    "not_the_blower": "table",
    "not_certified": "table",
    "straight_not_allowed": "policy",
    "not_in_catalogue": "FR9",
    "not_on_street_list": "FR9",
    "already_admitted": "FR9",
    "urgent_is_blown": "L3",
    # response
    "unknown_unit": "policy",
    "not_a_responder": "FR10",
    "already_in_response": "FR4",
    "cannot_respond": "FR1",
    "cannot_lead": "FR1",
    "already_lead": "FR4",
    "already_accepted": "FR4",
    "outside_coordination": "FR4",
    "already_reported_in": "FR2",
    "part_before_report_in": "FR2",
    "nothing_to_hand_in": "FR10",
    "lead_not_released": "FR1",
    "send_back": "FR5",
    "flows_back": "FR5",
    "not_reported_in": "FR6",
    "answer_without_words": "FR6",
    "answer_without_evidence": "FR6",
    "joint_pending": "FR6",
    "joint_not_late": "FR6",
    "plan_date_missing": "FR6",
    "plan_date_too_late": "policy",
    "objected_before": "FR8",
    "objection_too_late": "FR8",
    "not_first_asked": "FR8",
    "nothing_to_confirm": "FR2",
    "own_case": "L8",
    "occurred_before_asked": "L14",
    # clocks
    "not_extendable": "FR7",
    "already_overdue": "FR7",
    "beyond_cap": "FR7",
    "extension_pending": "FR7",
    "nothing_asked": "FR7",
    "decided_before": "FR7",
    "timer_gone": "table",
    "timer_not_due": "table",
    "nothing_to_fix": "FR7",
    # residents
    "not_entitled": "L8",
    "marked_before": "L8",
    "no_such_raiser": "L19",
    "already_told": "L19",
    "mark_incomplete": "table",
    "not_reopenable": "table",
    "window_passed": "policy",
    "rounds_used": "policy",
    # coordination
    "already_in_docket": "L9",
    "deferrals_used": "policy",
    "review_not_ahead": "L9",
    "beyond_deferral_cap": "policy",
    "no_round_to_decide": "table",
}
"""Each code's clause."""


def unmet(code: str, *, shirk: Shirk | None = None, **facts: str) -> Unmet:
    """One condition that does not hold, with the clause that its code has."""
    return Unmet(code, CLAUSES[code], tuple(facts.items()), shirk)
