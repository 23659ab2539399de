"""The words of ``whistle policy diff`` and its page, in Chinese and English."""

from __future__ import annotations

from whistle_engine.cli.wording import Words, speaker

WORDS: Words = {
    "title": ("规则修改对照：{name}", "What changes: {name}"),
    "versions": ("{old} → {new}，自{since}起", "{old} to {new}, from {since}"),
    "equivalent": (
        "两者等效：判定及所依规则、期限、权限、用语均无变化。",
        "equivalent: nothing that is decided, due, allowed or told is otherwise",
    ),
    "sources": ("仅版本、来源等说明有变：", "only what is said of versions and sources differs:"),
    "decided": ("判定有变化的情形", "What is decided otherwise"),
    "decided.none": ("没有情形改判。", "no facts are decided otherwise"),
    "decided.of": (
        "在没有险情的{size}种情形（类别与各项事实的全部组合）中，{n}种改判（{share}）；逐一核对，不是抽样。",
        (
            "of {size} combinations of category and circumstances without danger, {n} are decided "
            "otherwise ({share}); all of them were looked at, none was sampled"
        ),
    ),
    "since": (
        "自{day}起（派单目录另有行生效或到期）",
        "from {day} on (rows of a catalogue begin or end)",
    ),
    "decided.danger": (
        "连同险情信号的全部组合，改判的占{share}（{n}种）。",
        "with all combinations of signals of danger: {share} ({n})",
    ),
    "retold": (
        "结果不变、所依规则或事实不同的有{n}种情形（{share}）。",
        "decided the same by another rule, or by other facts: {n} combinations ({share})",
    ),
    "group.same": ("{result}（结果不变）", "{result}, as before"),
    "group": ("{before} → {after}", "{before} → {after}"),
    "count": ("{n}种情形（{share}）", "{n} combinations ({share})"),
    "count.danger": (
        "只在有险情时，占全部组合的{share}",
        "in danger only, {share} of all combinations",
    ),
    "recorded": (
        "已记录的{total}次判定中有{n}次（{share}）",
        "recorded decisions: {n} of {total} ({share})",
    ),
    "recorded.all": (
        "已记录的{total}次判定中，{n}次（{share}）会改判。",
        "recorded decisions that would be otherwise: {n} of {total} ({share})",
    ),
    "by": ("{before}；改后：{after}", "{before}; then: {after}"),
    "by.facts": ("{by}；所据事实：{before} → {after}", "{by}; by these facts: {before} → {after}"),
    "rule": ("规则“{title}”（{id}）", '"{title}" ({id})'),
    "floor": ("险情底线", "a floor of danger"),
    "example": ("例：{facts}", "such as {facts}"),
    "part": ("{what}（{n}种）", "{what} ({n})"),
    "part.some": ("{what}（其中{n}种）", "{what} ({n} of these)"),
    "part.all": ("各种情形", "whatever the facts"),
    "part.more": ("另有{n}处，见--json", "{n} more, see --json"),
    "value": ("{name}：{values}", "{name}: {values}"),
    "among": ("类别{names}", "category {names}"),
    "area.catalogue": ("派单目录", "Dispatch catalogue"),
    "area.limits": ("期限", "Limits"),
    "area.kinds": ("哨型", "Kinds of whistle"),
    "area.permissions": ("权限", "Permissions"),
    "area.ladders": ("催办督办阶梯", "Ladders"),
    "area.lists": ("清单、来源、途径", "Lists, channels, routes"),
    "area.facts": ("事实与险情底线", "Facts and floors of danger"),
    "area.calendar": ("日历与工作时间", "Calendar and hours"),
    "area.others": ("牵头单位等", "Offices and other values"),
    "area.texts": ("名称与用语", "Titles and messages"),
    "area.sources": ("版本与来源", "Versions and sources"),
    "what": ("事项", "What"),
    "before": ("现行", "Now"),
    "after": ("修改后", "Then"),
    "nothing": ("（无）", "(none)"),
    "number": ("序号", "No."),
    "cases": ("情形", "Facts"),
    "how_many": ("数量", "How many"),
    "in_records": ("已记录判定", "Recorded"),
    "witness": ("最简单的一例", "The smallest case"),
    "written": ("已写入{file}", "written to {file}"),
    "unwritable": ("{file}无法写入：{why}", "{file} cannot be written: {why}"),
    "too_many": (
        "规则划分得太细，无法逐一核对全部情形；请减少事实，或合并规则",
        "the rules divide the facts too finely for all of them to be looked at",
    ),
    "note": (
        "只有一方写明的，在另一方视为不清楚。以上由程序对两份规则逐一核对得出。",
        (
            "What only one of the two declares counts for the other as not known. The program "
            "looked at every combination of facts."
        ),
    ),
}
"""The words by key, each in Chinese and in English."""

say = speaker(WORDS)
