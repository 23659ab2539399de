"""What each finding about rules, floors, powers and whole ladders says, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from whistle_engine.model import Label

RULE_FINDINGS: Mapping[str, Label] = {
    "rules_too_many": Label(
        "规则划分得太细，无法逐一核对全部情形；请减少事实，或合并规则",
        "the rules divide the facts too finely for all of them to be looked at; take fewer facts, "
        "or join rules",
    ),
    "rule_never": Label(
        "规则“{name}”永不起作用：它管的情形都已被{names}先行判定（例：{example}，{then}）；"
        "请移到其前，或删去",
        'the rule "{name}" never decides: whatever it matches is decided above it, by {names} '
        "(such as {example}: {then}); move it above them, or delete it",
    ),
    "rule_idle": Label(
        "规则“{name}”删去后结果不变：由{names}照样判定（例：{example}，{then}）；请删去，或改正其条件、结果",
        'without the rule "{name}" nothing changes: {names} would decide the same (such as '
        "{example}: {then}); delete it, or mend what it asks or gives",
    ),
    "rules_disagree": Label(
        "规则“{name}”与后面的{names}有重叠而结果不同，只因排在前面而先用"
        "（例：{example}，{then}）；请写明条件使其不重叠，或确认先后次序",
        'the rule "{name}" overlaps with {names}, which decide otherwise, and goes first only '
        "because it stands first (such as {example}: {then}); set them apart by their conditions, "
        "or accept the order",
    ),
    "caught_all": Label(
        "没有其他规则适用的，{names}由最后一条规则一律判为“{result}”，与派单目录不符（如“{category}”列为“{row}”）；"
        "请让最后一条按派单目录，或为其写规则",
        'where no other rule matches, the last one decides {names} as "{result}", and not as the '
        'catalogue has it (such as "{row}" for "{category}"); let it leave them to the catalogue, '
        "or write a rule for them",
    ),
    "row_contradicted": Label(
        "派单目录把“{name}”列为“{row}”，而{names}总是另判（如“{result}”），目录此项不起作用；请改为一致",
        'the catalogue has "{row}" for "{name}", and {names} always decide otherwise (such as '
        '"{result}"), so that the row never counts; make the two agree',
    ),
    "fact_unread": Label(
        "事实“{name}”要填报，却没有起作用的规则用到它（例：{example}，结果与不填相同）；请写入规则，或删去",
        'the fact "{name}" is asked for, and no rule that ever decides reads it ({example} changes '
        "nothing); use it in a rule, or leave it out",
    ),
    "floor_below_earlier": Label(
        "“{name}”在“{timing}”时的底线（{floor}）低于“{earlier}”时（{higher}），越紧迫反而越轻"
        "（例：{example}）；请提高",
        'for "{name}" the floor when {timing} ({floor}) is below that when {earlier} ({higher}), '
        "so that it falls as time presses (such as {example}); raise it",
    ),
    "floor_idle": Label(
        "“{name}”在“{timing}”时的底线（{floor}）不高于规则本来的任何结果，不起作用（例：{example}）；"
        "请提高，或删去",
        'the floor of "{name}" when {timing} ({floor}) is above nothing that the rules decide, so '
        "it raises nothing (such as {example}); raise it, or leave it out",
    ),
    "permission_idle": Label(
        "{why}，此项权限无从行使；请删去此项，或改正前者",
        "{why}, so this can never be given; leave the key out, or mend the other",
    ),
    "may_blow_in_vain": Label(
        "permissions.blow没有{names}，写在此处也不得吹；请两处一致",
        "permissions.blow does not have {names}, so to name them here is in vain; make the two "
        "agree",
    ),
    "own_extension": Label(
        "延期只由街道批准，而街道自己主办时不得自批（{names}），等于无人可批；请补入coordinator",
        "only the street may grant an extension, and where it leads itself ({names}) it may not, "
        "so nobody may; add coordinator",
    ),
    "own_confirmation": Label(
        "到场时间只由街道确认，而街道自己主办时不得自认，等于无人确认；请补入community",
        "only the street confirms times, and where it leads itself it may not, so nobody does; add "
        "community",
    ),
    "ladder_skips": Label(
        "{names}未经提醒、催办，直接“{action}”，责任单位事先不知；请在前面补一级送责任单位（holder）的remind或urge",
        'comes as "{action}" before whoever has the duty was ever told ({names}); put a remind or '
        "an urge to the holder before it",
    ),
    "alert_slow": Label(
        "逾期{after}才“{action}”，而期限只有{limit}（{name}；共{count}项），逾期百倍才有上级过问；请提前，或为其单列阶梯",
        '"{action}" comes {after} after the due time, and {name} is only {limit} ({count} in all), '
        "so that nobody above hears of it until it is late a hundred times; let it come sooner, or "
        "give it a ladder of its own",
    ),
}

RULE_ERRORS = frozenset(
    {
        "caught_all",
        "floor_below_earlier",
        "own_extension",
        "rule_never",
    }
)
"""The findings by which somebody's matter would stand still, or be decided wrongly."""
