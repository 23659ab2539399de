"""What each finding of a check says, in Chinese and in English, and how grave it is.

A sentence says what is wrong and then what would mend it; ``{name}`` is filled from the finding.
An error means that somebody's matter would stand still, or be decided wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping

from whistle_engine.model import Label
from whistle_engine.review.rule_sentences import RULE_ERRORS, RULE_FINDINGS

_REFERENCES: Mapping[str, Label] = {
    "no_channels": Label(
        "没有诉求来源，任何诉求都无法登记；请至少写一项",
        "there is no channel, so no appeal can be received; declare one at least",
    ),
    "no_categories": Label(
        "派单目录是空的，任何事项都无法分类；请至少写一类",
        "the catalogue is empty, so nothing can be classified; give it a row at least",
    ),
    "no_timing": Label(
        "没有声明“timing”（发生时间）这项事实，险情一律视为正在发生，“已经过去”“即将发生”的底线不起作用；请在[[facts]]中补上",
        'there is no fact "timing", so every danger counts as going on, and floors for over and '
        "imminent never act; declare it in [[facts]]",
    ),
    "signal_without_floor": Label(
        "这一险情信号没有任何底线，出现时不作险情对待，也不核实；请写明底线，或删去",
        "the signal has no floor, so it never counts as a danger, and nobody looks; name a floor, "
        "or leave it out",
    ),
    "nobody_blows": Label(
        "这种哨无人可吹（在may_blow与permissions.blow之间没有共同的一方）；请至少保留一方",
        "nobody may blow this whistle (nobody is both in may_blow and in permissions.blow); leave "
        "it to somebody",
    ),
    "holder_may_not": Label(
        "“{what}”由{holder}负责，却不得进行{names}中的任何一项，到期只能逾期；请补入{holder}",
        '"{what}" is for {holder}, who may give none of {names} and can only be late; add {holder}',
    ),
    "urgent_not_by_community": Label(
        "社区不得吹“{name}”，最先发现险情的只能等街道来吹；请在{where}中补入community，或确认按此办理",
        'the community, which sees a danger first, may not blow "{name}" and waits for the street; '
        "add community to {where}, or accept it",
    ),
    "permission_emptied": Label(
        "此项权限无人可用；请至少保留一方，或删去此项",
        "nobody may give this any more; leave it to somebody, or leave the key out",
    ),
    "permission_of_nobody": Label(
        "此项权限只留给热线，而没有指定热线（hotline），等于无人可用；请补入其他一方",
        "it is left to the hotline alone, and no hotline is named; add somebody else",
    ),
    "no_routes": Label(
        "没有其他途径，不属受理范围的诉求无法转告；请至少写一项",
        "there is no route, so what belongs elsewhere cannot be redirected; declare one",
    ),
    "straight_without_hotline": Label(
        "直派由热线办理，而没有指定热线（hotline）；请指定，或改为false",
        "it is the hotline that sends straight, and none is named; name one, or write false",
    ),
    "to_street_unlisted": Label(
        "社区吹此哨只能派给街道，而街道职责清单是空的，一律不得吹；请补充清单，或改为false",
        "blown by a community it goes to the street, whose list is empty, so it is always refused; "
        "fill the street list, or write false",
    ),
    "accepted_unused": Label(
        "检查结果中没有“{name}”（{at}），或者不属可以保留的；请删去这一条",
        'the check finds no "{name}" at {at}, or none that can be accepted; delete this entry',
    ),
}

_CATALOGUE: Mapping[str, Label] = {
    "category_without_lead": Label(
        "没有区里能够指派的主办单位，{then}；请在主办首位补充部门，或确认按此办理",
        "names no lead that the district can command: {then}; name a department, or accept it",
    ),
    "streets_without_lead": Label(
        "{names}没有可主办的单位（街道只主办本街道的事项），{then}；请补充部门，或用street代表各自街道",
        "names no lead for what happens in {names}, since a street leads at home only: {then}; add "
        "a department, or write street for each matter's own",
    ),
    "joint_never_called": Label(
        "“{name}”的类型是“{kind}”，不会作为协办单位收到派单；请删去，或改为部门",
        '"{name}" is of the kind {kind} and is never called as a joint unit; delete it, or name a '
        "department",
    ),
    "enforcement_idle": Label(
        "{names}不是任何类别的主办单位，街道无从统筹指派；请列入派单目录，或从此处删去",
        "{names} lead no category, so a street can never direct them; name them in the catalogue, "
        "or leave them out here",
    ),
}

_DATES: Mapping[str, Label] = {
    "nothing_in_force": Label(
        "{on}，{table}没有一行有效，{then}；请检查各行的起止日期",
        "on {on} no row of {table} is in force, so {then}; look at the days of its rows",
    ),
    "category_ended": Label(
        "“{name}”的末行到{until}为止，此后无法分类和吹哨，而{by}仍用到它；请接续一行，或把那里的删去",
        'the last row of "{name}" ended on {until}, since when it can be neither classified nor '
        "blown for, and {by} still names it; add a row, or take it out there",
    ),
    "category_not_yet": Label(
        "“{name}”自{first}起才有效，此前{by}用到它也不起作用；请核对起始日",
        '"{name}" is in force from {first} on only, and until then {by} names it in vain; look at '
        "the day",
    ),
    "row_ends": Label(
        "{table}中“{name}”的末行到{until}为止，{then}；请及时接续，不再需要的可以保留",
        'the last row of "{name}" in {table} ends on {until}: {then}; add the next one in time, or '
        "accept it",
    ),
    "category_gap": Label(
        "“{name}”自{first}至{last}没有有效的一行，其间无法分类和吹哨；请衔接起止日期",
        '"{name}" has no row in force from {first} to {last}, when it can be neither classified '
        "nor blown for; let the rows meet",
    ),
    "row_never": Label(
        "这一行{until}即止，早于规则施行日{since}，从不生效；请删去，或改正日期",
        "the row ends on {until}, before the policy is in force ({since}), so it never counts; "
        "delete it, or mend its days",
    ),
    "list_outside": Label(
        "清单中此项有效期超出类别“{name}”的有效期（{first}至{last}）；请改为一致",
        'the item is in force on days on which "{name}" is not ({first} to {last}); give it the '
        "same days",
    ),
}

_CALENDAR: Mapping[str, Label] = {
    "calendar_over": Label(
        "日历只到{until}，{on}已经超出，此后工作日一律推算，期限可能有误；"
        "请用whistle policy calendar补入新的年份",
        "the calendar ends on {until}, before {on}, so working days are guessed and due times may "
        "be wrong; copy the year in by: whistle policy calendar",
    ),
    "calendar_ends": Label(
        "日历只到{until}；自{on}起算，{name}（{limit}）将至{at}，超出部分只能暂定；"
        "请用whistle policy calendar补入新的年份",
        "the calendar ends on {until}, and {name} ({limit}) started on {on} reaches to {at}, "
        "which is provisional; copy the next year in by: whistle policy calendar",
    ),
    "calendar_year_missing": Label(
        "缺少{years}年的放假安排，工作日计算有误；请补入years",
        "the days off of {years} are missing, so working days are wrong; add them to years",
    ),
    "calendar_begins": Label(
        "规则自{since}施行，而放假安排自{year}年才有，此前的工作日计算有误；请补入更早的年份，或推迟施行日",
        "the policy is in force from {since}, and days off are known from {year} on only; add the "
        "years before, or let it begin later",
    ),
}

_LIMITS: Mapping[str, Label] = {
    "report_in_after_solve": Label(
        "报到期限（{limit}）不早于办理期限（{other}）{when}；请缩短报到期限",
        "the limit for reporting in ({limit}) does not end before that for solving ({other})"
        "{when}; shorten it",
    ),
    "own_solve_short": Label(
        "本类自定的办理期限（{limit}）不晚于“{name}”的报到期限（{other}）{when}；请延长",
        'the category\'s own limit for solving ({limit}) does not end after that of "{name}" for '
        "reporting in ({other}){when}; give it longer",
    ),
    "hand_in_after_solve": Label(
        "协办提交期限（{limit}）不早于主办办理期限（{other}）{when}，主办单位等不到协办结果；请缩短",
        "the limit for handing in ({limit}) does not end before the lead's ({other}){when}, who "
        "has to wait for it; shorten it",
    ),
    "urgent_slower": Label(
        "应急哨型的期限（{limit}）比“{name}”（{other}）更长{when}；请缩短",
        'the urgent kind has longer ({limit}) than "{name}" ({other}){when}; shorten it',
    ),
    "blow_urgent_longer": Label(
        "应急事项的吹哨期限（{limit}）比一般事项（{other}）更长{when}；请缩短",
        "an urgent whistle may take longer to be blown ({limit}) than any other ({other}){when}; "
        "shorten it",
    ),
    "urgent_talk_longer": Label(
        "急事的议事期限（{limit}）比平常（{other}）更长{when}；请缩短",
        "what presses is talked over for longer ({limit}) than what does not ({other}){when}; "
        "shorten it",
    ),
    "mark_before_tell": Label(
        "评价期限（{limit}）先于告知期限（{other}）届满{when}，尚未告知结果即视为未评价；请延长评价期限，或缩短告知期限",
        "marks lapse ({limit}) before the raiser has to be told ({other}){when}; give longer for "
        "marking, or less for telling",
    ),
    "redo_longer": Label(
        "重办期限（{limit}）比首次办理（{other}）更长{when}；请缩短",
        "doing it again may take longer ({limit}) than doing it ({other}){when}; shorten it",
    ),
    "decided_after_solve": Label(
        "延期审批期限（{limit}）不早于{names}的办理期限届满{when}，批复前可能已经逾期；请缩短",
        "deciding on an extension ({limit}) does not end before the limit for solving of {names}"
        "{when}, so the answer may come too late; shorten it",
    ),
    "objection_after_solve": Label(
        "异议期（{limit}）比{names}的办理期限更长{when}；请缩短",
        "the time for objecting ({limit}) is longer than the limit for solving of {names}{when}; "
        "shorten it",
    ),
    "look_longer": Label(
        "疑似险情的核实期限（{limit}）比应急哨的到场期限（{other}）更长{when}；请缩短",
        "a possible danger is looked at later ({limit}) than a real one is attended ({other})"
        "{when}; shorten it",
    ),
    "scope_shorter": Label(
        "期限（{limit}）比范围更小的“{name}”（{other}）更短{when}，与“大事大议、小事小议”不符；请改正其一",
        'the limit ({limit}) is shorter than that of the narrower "{name}" ({other}){when}; mend '
        "one of the two",
    ),
}

_LADDERS: Mapping[str, Label] = {
    "ladder_twice": Label(
        "{names}已有另一阶梯在前，此处不起作用；请删去重复的",
        "an earlier ladder is for {names}, so this one is not used; delete one of the two",
    ),
    "ladder_missing": Label(
        "{names}没有催办阶梯，到期前后无人提醒；请补一个for = []的阶梯，适用于其余各项",
        "{names} have no ladder, so nobody is reminded; add one with for = [], for all others",
    ),
    "rung_order": Label(
        "这一级早于上一级；请按时间先后排列",
        "comes before the rung above it; put them in the order of time",
    ),
    "rung_steps_down": Label(
        "“{action}”轻于前面的“{before}”；请逐级加重",
        '"{action}" is milder than "{before}" before it; let each rung be graver',
    ),
    "ladder_empty": Label(
        "这个阶梯是空的，{names}到期前后无人提醒；请至少写一级，或删去这个阶梯",
        "the ladder is empty, so nobody is reminded of {names}; give it a rung, or delete it",
    ),
    "rung_never": Label(
        "{why}，永不执行；{do}",
        "{why}, so it never comes; {do}",
    ),
    "rung_after_fallback": Label(
        "{names}到期即按规定自动处理，到期之后的这一级永不执行；请改写percent，或删去",
        "{names} are decided by default when they are due, so a rung after that never comes; "
        "write percent, or delete it",
    ),
    "rung_to_itself": Label(
        "{to}就是{names}的责任单位，自己督办自己；{do}",
        '"{to}" is the unit that has {names}, and would supervise itself; {do}',
    ),
    "escalate_elsewhere": Label(
        "上报一律送统筹协调单位，此处的{to}不起作用；请改为coordinator，或改用supervise",
        'what is escalated always goes to the coordinator, not to "{to}"; write coordinator, or '
        "take supervise",
    ),
    "escalate_early": Label(
        "上报不会早于到期，percent不起作用；请改写after",
        "nothing is escalated before it is due, so percent has no effect; write after",
    ),
    "nobody_above": Label(
        "{names}由统筹协调单位负责，其上没有督办单位，这一级无人接收；请为其单列阶梯",
        "{names} are the coordinator's, above whom there is no supervisor, so nobody gets this; "
        "give them a ladder of their own",
    ),
    "call_back_idle": Label(
        "只有评价（mark）才有回访，此处永不执行；请删去，或在for中写明mark",
        "only marks are called back for, so it never comes; delete it, or put mark into for",
    ),
    "rungs_crowded": Label(
        "{name}只有{limit}，与上一级相隔不足{minutes}分钟，又是同一接收方；请拉开间隔",
        "of {name}, which is {limit}, it comes less than {minutes} minutes after the rung before "
        "it, and to the same; put more time between",
    ),
}

_UNITS: Mapping[str, Label] = {
    "no_receiver": Label(
        "“{name}”在{on}没有接哨员，派到的哨无人接，只能上报统筹协调单位；请在接哨员中补充",
        '"{name}" has no receiver on {on}, so whistles sent to it are nobody\'s and go to the '
        "coordinator; add one to receivers",
    ),
    "receiver_gap": Label(
        "“{name}”全天值守，但{spans}没有接哨员在岗；请补足值守时段，或取消round_the_clock",
        '"{name}" works round the clock, and from {spans} no receiver is on duty; fill the hours, '
        "or take round_the_clock away",
    ),
    "parent_circle": Label(
        "上级单位循环（{names}）；请改正parent",
        "the units above it go round in a circle ({names}); mend parent",
    ),
    "no_place": Label(
        "“{name}”上面没有{kind}，该处诉求无法登记；请改正parent",
        '"{name}" has no {kind} above it, so appeals from there cannot be received; mend parent',
    ),
    "urgent_gap": Label(
        "“{name}”要接应急哨，但{spans}没有接哨员在岗，其间的哨须上报统筹协调单位；请安排值班，或设为全天值守",
        '"{name}" is called by urgent whistles, and from {spans} no receiver is on duty, so that '
        "they go to the coordinator; fill the hours",
    ),
    "work_gap": Label(
        "“{name}”在工作时间{spans}没有接哨员在岗；请补足值守时段",
        '"{name}" has no receiver on duty from {spans}, which is working time; fill the hours',
    ),
    "invited_unreceived": Label(
        "“{name}”会受邀协助，但{on}没有接哨员；请补充联络人",
        '"{name}" is invited to matters, and has no receiver on {on}; add one to receivers',
    ),
    "nobody_named": Label(
        "“{name}”要承担办理环节，却没有负责人（head）；请补充",
        '"{name}" has duties of its own, and no head who answers for it; name one',
    ),
    "receiver_ended": Label(
        "接哨员“{name}”的任期已于{until}届满，无人接续；请另加一行，或更新日期",
        'the days of receiver "{name}" ended on {until}, and nobody follows; add a row for the '
        "next one, or mend its days",
    ),
    "receivers_end": Label(
        "“{name}”自{first}起没有接哨员；请及时接续",
        '"{name}" has no receiver from {first} on; name the next one in time',
    ),
}

_NAMES: Mapping[str, Label] = {
    "looks_alike": Label(
        "“{text}”与{name}的“{other}”看起来一样，容易混淆；请改得有所区别",
        '"{text}" reads like "{other}" of {name}; give one of the two another name',
    ),
    "foreign_letters": Label(
        "“{text}”中混有形似拉丁字母的{letters}；请重新输入",
        '"{text}" has letters of another alphabet that look Latin: {letters}; type it again',
    ),
    "stray_spaces": Label(
        "首尾或中间有多余的空格、全角空格或看不见的字符；请删去",
        "has spaces at an end, double or full-width ones, or invisible signs; delete them",
    ),
    "english_missing": Label(
        "“{text}”不是英文；请译出",
        '"{text}" is no English; translate it',
    ),
    "chinese_missing": Label(
        "“{text}”不是中文；请写明中文名称",
        '"{text}" is no Chinese; give the Chinese name',
    ),
    "id_signs": Label(
        "编号“{text}”中有{letters}，无法与登录的人对上；请只用字母、数字和半角的. - : / @ _",
        'the id "{text}" has {letters}, so nobody who logs in is known by it; use letters, digits '
        "and . - : / @ _ only",
    ),
    "ids_alike": Label(
        "编号“{text}”与“{other}”看起来一样；请核对是否同一人，改正其一",
        'the id "{text}" reads like "{other}"; see whether they are one person, and mend one of '
        "the two",
    ),
    "receiver_twice": Label(
        "接哨员“{text}”在{name}写了两次，时间重叠；AB岗请写另一人的编号，重复的请删去",
        'the receiver "{text}" of {name} is there twice for the same time; name the person who '
        "stands in, or delete one of the two",
    ),
    "id_of_two_units": Label(
        "编号“{text}”同时属于{other}和{name}；一人一个编号、一个单位，请核对",
        'the id "{text}" is of {other} and of {name} at once; an id is one person of one unit, so '
        "mend one of the two",
    ),
}

ERRORS: frozenset[str] = RULE_ERRORS | frozenset(
    {
        "blow_urgent_longer",
        "calendar_over",
        "calendar_year_missing",
        "category_ended",
        "category_gap",
        "hand_in_after_solve",
        "holder_may_not",
        "id_signs",
        "mark_before_tell",
        "no_categories",
        "no_channels",
        "no_place",
        "no_receiver",
        "no_timing",
        "nobody_blows",
        "nothing_in_force",
        "own_solve_short",
        "receiver_gap",
        "report_in_after_solve",
        "signal_without_floor",
        "urgent_slower",
        "urgent_talk_longer",
    }
)
"""The findings by which somebody's matter would stand still, or be decided wrongly."""

CHANGED = Label(
    "。此前保留的是“{accepted_value}”，现在是“{value_now}”，请重新确认",
    '. What was accepted is "{accepted_value}", and now it is "{value_now}": look at it again',
)
"""What is added to a finding that an entry of ``[[accepted]]`` no longer fits."""

NO_VALUE = Label(
    '。[[accepted]]中的这一条没有写明保留的是什么值；确认后请补上value = "{value_now}"',
    ". The entry in [[accepted]] does not say which value it accepts: if this one, write "
    'value = "{value_now}"',
)
"""What is added where the entry names no value."""

FINDINGS: Mapping[str, Label] = {
    **_REFERENCES,
    **_CATALOGUE,
    **_DATES,
    **_CALENDAR,
    **_LIMITS,
    **_LADDERS,
    **_UNITS,
    **_NAMES,
    **RULE_FINDINGS,
}
"""All sentences by their codes."""
