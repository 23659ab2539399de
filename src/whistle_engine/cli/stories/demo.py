"""``whistle demo``: both cases of the article, told as a timeline."""

from __future__ import annotations

import click

from whistle_engine.cli.helping import command
from whistle_engine.cli.output import (
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    room,
    write,
    write_json,
)

CASES = ("cables", "burst_main")
"""The stories that are the article's cases."""


STORE = "sqlite:///whistle-demo.db"
"""Where the demo is kept unless another store is named."""


@command(
    epilog='With --json: {"store", "stories": [...]}, each as `whistle play --json` has it; '
    "both languages come in it."
)
@click.option(
    "--store", "url", metavar="URL", default=STORE, show_default=True,
    help="Where it is kept, to look into afterwards; memory: keeps nothing.",
)  # fmt: skip
@lang_option
@json_option
def demo(*, url: str, lang: Lang | None, as_json: bool) -> None:
    """Play both cases of the article, told as a timeline.

    Attempts to pass the buck are told too, each refused with its clause; every due time with
    the limit, its source and the days that counted; at the end of each case who led, what was
    kept, and what was refused.

    It is played in a store, which is left to look into. A store that holds anything but an
    earlier demo is not touched.
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    from whistle_engine.cli.store.opening import forgets, shown
    from whistle_engine.cli.stories.demo_store import demo_store
    from whistle_engine.cli.stories.performing import perform
    from whistle_engine.story import shipped_story

    with demo_store(url, CASES, lang) as store:
        played = [perform(shipped_story(name), store) for name in CASES]
    if as_json:
        from whistle_engine.cli.stories.shape import story_shape

        write_json({"store": shown(url), "stories": [story_shape(one) for one in played]})
    else:
        from whistle_engine.cli.filling import fill
        from whistle_engine.cli.stories.page import story_page, styled
        from whistle_engine.cli.words import say

        cells = room()
        lines = [
            *styled(fill(say("demo.title", lang), cells), bold=True),
            *fill(say("demo.note", lang), cells),
            *fill(say("demo.legend", lang), cells),
        ]
        for number, one in enumerate(played, 1):
            lines += ["", *story_page(one, lang, cells, number=number)]
        if not forgets(url):
            lines += ["", *fill(say("demo.kept", lang, store=shown(url)), cells)]
            lines += say("demo.next", lang, store=shown(url), case=CASES[0]).splitlines()
        write("\n".join(lines))
    for one in played:
        if one.problems:  # a fault of the library or of its stories, not of the user
            raise click.ClickException("\n".join(problem.told(lang) for problem in one.problems))
