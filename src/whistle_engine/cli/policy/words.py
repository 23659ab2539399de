"""The words of ``whistle policy``, in Chinese and English."""

from __future__ import annotations

from whistle_engine.cli.wording import Words, speaker

WORDS: Words = {
    "year.file": (
        "--write和--replace要写明文件",
        "--write and --replace need a FILE",
    ),
    "row.either": (
        "--lead（由谁主办）和--listed（由街道负责）写且只写一个",
        "take either --lead UNIT or --listed",
    ),
    "row.titles": ("--zh和--en要一起写", "--zh and --en go together"),
    "year.none": (
        (
            "{name}日历没有{year}年，现有{has}。国务院办公厅一般在上一年10月至12月发布下一年的安排；"
            "收录之前，超出日历的期限先按周一至周五上班推算，作为暂定，收录后核定"
        ),
        (
            "the calendar {name} has no {year}; it has {has}. The notice for a year comes out"
            " in October to December before it; until the year is adopted, a due time past "
            "the last known day is reckoned on weekdays and provisional"
        ),
    ),
    "year.nothing": (
        "没有任何年份",
        "no year",
    ),
    "year.span": (
        "{first}年至{last}年",
        "{first} to {last}",
    ),
    "year.part": (
        "注意：{name}日历没有{year}年，其节假日未计入。",
        "note: the calendar {name} has no {year}; its days are not among these",
    ),
    "year.lacks": (
        (
            "{name}日历没有{year}年，抄入后{year}年的期限会误作确定，故未作改动。请等该年的通知收录后再抄；"
            "认定{name}该年没有另外安排的，加--without {name}"
        ),
        (
            "the calendar {name} has no {year}, and due times of that year would count as certain"
            " without its days, so nothing was changed; copy the year once its notice is adopted,"
            " or take --without {name} if it has nothing in {year}"
        ),
    ),
    "year.has": (
        "--without {name}不对：只能是本次采用、又没有{year}年的日历",
        "--without {name}: it names a calendar that is taken here and has no {year}",
    ),
    "year.same": (
        "{file}已有{year}年的节假日安排，与日历一致，无需修改。",
        "{file} has {year} already, with the same days; nothing to change",
    ),
    "year.different": (
        "{file}已有{year}年的节假日安排，与日历不一致（见上）；以日历为准请加--replace。",
        (
            "{file} has {year} already, with other days (see above); take --replace to put "
            "these in their place"
        ),
    ),
    "year.shown": (
        "文件未修改；确认后加--write写入。",
        "the file is as it was; take --write to change it",
    ),
    "year.written": (
        (
            "已将{year}年的节假日安排写入{file}。截至{until}的期限可以确定，此后的为暂定；"
            "新规则启用后，已有的暂定期限可予核定。"
        ),
        (
            "{year} is in {file} now. Due times are certain up to {until}, and provisional "
            "after it; once these rules are in use, the provisional ones can be fixed."
        ),
    ),
    "row.there": (
        "{file}已有这一条，无需修改。",
        "{file} has this row already; nothing to change",
    ),
    "check.none": (
        "未发现问题。",
        "no findings",
    ),
    "check.all": (
        "没有未予保留的问题。",
        "nothing that is not accepted",
    ),
    "check.found": (
        "共发现{n}项：错误{errors}项，警告{warnings}项。",
        "findings: {n} (errors: {errors}, warnings: {warnings})",
    ),
    "check.accepted": (
        "另有{n}项已说明理由、予以保留，加--all列出。",
        "accepted with a reason: {n} more; --all lists them",
    ),
    "check.reason": (
        "    保留理由：{reason}",
        "    accepted: {reason}",
    ),
    "row.options": (
        "{why}（用--zh、--en、--affair、--kind写明）",
        "{why} (by --zh, --en, --affair and --kind)",
    ),
    "row.invited": (
        "{title}（{code}）只能受邀参加，不能主办，统筹协调单位不会这样指定；请填写实际指定的单位。",
        (
            "{title} ({code}) can only be invited, never lead, so no decision can have named it; "
            "give the unit that was designated"
        ),
    ),
    "check.alone": (
        "没有单位名录（{file}），与单位有关的项目未检查；请用--directory指明。",
        "there is no directory ({file}), so units were not checked; name one by --directory",
    ),
    "check.no_explore": (
        "没有单位名录（{file}），无法探查；请用--directory指明。",
        "without a directory ({file}) nothing can be explored; name one by --directory",
    ),
    "explore.scope": (
        "{name}：{states}种状态，{moves}步，最远{depth}步{cut}",
        "{name}: {states} states, {moves} moves, {depth} deep{cut}",
    ),
    "explore.cut": (
        "（已达上限，未探完）",
        " (cut off: there are more)",
    ),
    "explore.sum": (
        "共{scopes}个范围，{states}种状态，{moves}步，用时{seconds}秒；所查条款：{laws}。",
        "In all: scopes {scopes}, states {states}, moves {moves}, {seconds} s; asked: {laws}.",
    ),
    "explore.looked": (
        "已查的状态中，各项条款均成立。",
        "No law is broken in what was looked at.",
    ),
    "explore.beyond": (
        (
            "查满{most}种状态而未查完的范围：{names}。其余状态没有查；"
            "须看到全部状态才能判断的条款（L9的时限、L17），在这些范围中未查。"
            "要继续，请用whistle policy explore，并用--most加大上限。"
        ),
        (
            "Cut off after {most} states: {names}. What lies beyond was not looked at, and what "
            "asks for all of them (L9's bound, L17) not asked; whistle policy explore with a "
            "higher --most goes on."
        ),
    ),
    "explore.with": ("--most要与--explore一起写", "--most goes with --explore"),
    "explore.left": ("至多还需{span}；", "at most {span} more; "),
    "explore.join": ("、", ", "),
    "explore.category": (
        "--category：该规则在{day}没有施行中的类别{code}{near} [no_category]",
        "--category: the policy has no category {code!r} in force on {day}{near} [no_category]",
    ),
    "explore.side": (
        "--side：没有情形{name}{near}；可选：{known} [no_side]",
        "--side: there is no side {name!r}{near}; there are: {known} [no_side]",
    ),
    "explore.alone": ("--side要与--category一起写", "--side goes with --category"),
    "explore.cannot": (
        "这份规则及其名录无法探查 [unexplorable]：{why}",
        "{why} [unexplorable]",
    ),
    "near": ("；是否指{name}？", "; did you mean {name}?"),
    "explore.silence": (
        "无人处理时，至迟{span}后结案或者提交统筹协调（自{start}起算）：",
        (
            "If nobody acts, it takes at most {span} until a matter is closed "
            "or comes before the coordinator (reckoned from {start}):"
        ),
    ),
    "explore.silence.some": (
        "在查完的范围中，无人处理时，至迟{span}后结案或者提交统筹协调（自{start}起算）：",
        (
            "In the scopes that were not cut off, it takes at most {span} if nobody acts until a "
            "matter is closed or comes before the coordinator (reckoned from {start}):"
        ),
    ),
    "explore.kept": (
        "所有状态下，各项条款均成立。",
        "Every law holds in all of them.",
    ),
    "explore.broken": (
        "违反{law}：{words}",
        "{law} is broken: {words}",
    ),
    "explore.story": (
        "  事例文件：{path}",
        "  the story: {path}",
    ),
    "explore.no_story": (
        "  按现行期限不会走到这一步；期限调整后可能出现。",
        "  The limits of this policy come due in another order; with others it would happen.",
    ),
    "explore.progress": (
        "{name}：{states}种状态，待查{waiting}种",
        "{name}: {states} states, {waiting} to look at",
    ),
    "not.loads": (
        "这样修改后文件无法使用，未作改动：\n{why}",
        "changed so, the file cannot be used; nothing was changed:\n{why}",
    ),
    "new.done": ("已在{folder}建立起步样例：", "put a policy to begin with into {folder}:"),
    "new.there": (
        "{file}已经存在，未作改动；请换一个文件夹，或先移走它。",
        "{file} is there already, and nothing was written; take another folder, or move it away",
    ),
    "new.code": (
        "“{code}”不能作编码，应为{right}；请用--code另行指定。",
        '"{code}" is no code; it should be {right}; name one by --code',
    ),
    "new.policy": ("规则", "the policy"),
    "new.directory": ("名录：单位和接哨员", "the directory: units and receivers"),
    "new.story": ("一个事例，用来演练", "a story to play"),
    "new.categories": ("派单目录", "the dispatch catalogue"),
    "new.units": ("单位", "units"),
    "new.receivers": ("接哨员", "receivers"),
    "new.next": (
        "接下来：whistle play {folder}/{code}.story.toml",
        "next: whistle play {folder}/{code}.story.toml",
    ),
    "recorded.other": (
        "存储中的记录依据的都是另一份规则（{codes}），不是{own}；请检查地址",
        (
            "all that this store has recorded rests on another policy ({codes}), not on {own}; "
            "check the URL"
        ),
    ),
    "recorded.left_out": (
        "存储中另有{n}条记录依据的是别的规则（{codes}），未计入",
        "not counted: {n} commits of this store that rest on another policy ({codes})",
    ),
    "meanwhile": (
        "{file}刚刚被他人修改，请重新执行。",
        "{file} was changed by somebody else just now; run this again",
    ),
    "unwritable": (
        "{file}无法写入：{why}",
        "{file} cannot be written: {why}",
    ),
}
"""The words by key, each in Chinese and in English."""

say = speaker(WORDS)
