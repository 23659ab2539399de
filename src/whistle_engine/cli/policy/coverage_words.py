"""The words of ``whistle policy coverage``, in Chinese and English."""

from __future__ import annotations

from whistle_engine.cli.wording import Words, speaker

WORDS: Words = {
    "which": (
        "请写明情景、存放情景的文件夹，或--store URL",
        "name a story, a folder of stories, or --store URL",
    ),
    "no_stories": (
        "{folder}中没有情景；情景是写有[[step]]的TOML文件",
        "{folder}: no story is in this folder; a story is a TOML file with [[step]]",
    ),
    "sort": ("{sort}：{of}项中用到{shown}项", "{sort}: {shown} of {of} shown"),
    "sort.rules": ("分类规则", "rules"),
    "sort.floors": ("险情底线", "floors"),
    "sort.categories": ("类别", "categories"),
    "sort.kinds": ("哨型", "kinds of whistle"),
    "sort.rungs": ("阶梯各级", "rungs of ladders"),
    "line": ("{spot}：{name}：{title}：{times}", "{spot}: {name}: {title}: {times}"),
    "count": ("{n}次", "{n} times"),
    "count.one": ("1次", "once"),
    "never": ("从未用到", "never"),
    "more": ("另有{n}项，加--all列出", "{n} more, --all lists them"),
    "other_city": (
        "{story}用的是另一城市的规则（{code}），不是{own}",
        "{story} is told by the policy of another city, {code}, not by that of {own}",
    ),
}
"""The words by key, each in Chinese and in English."""

say = speaker(WORDS)
