"""A difference of policies as a page for a meeting: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from whistle_engine.cli.policy.diff_telling import Teller

if TYPE_CHECKING:
    from whistle_engine.review.comparing import Epoch, Group

STYLE = """
:root { color-scheme: light; --ink: #1d2430; --soft: #5b6472; --line: #d5dae1; --mark: #9c1c1c; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 3rem; max-width: 62rem; color: var(--ink);
  font: 16px/1.6 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
  "WenQuanYi Micro Hei", system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.3; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-bottom: 2px solid var(--ink); }
.versions, .note, .by, td small { color: var(--soft); }
.sums { margin: 1rem 0; padding: .75rem 1rem; background: #f3f5f8; border-left: 4px solid
  var(--mark); }
.sums p { margin: .15rem 0; }
.group { break-inside: avoid; margin: 1rem 0; padding: .75rem 1rem; border: 1px solid var(--line);
  border-radius: 6px; }
.group h3 { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; font-size: 1.05rem;
  align-items: baseline; }
.group h3 span { font-weight: normal; font-size: .95rem; color: var(--soft); }
.group h3 .moves { color: var(--mark); font-size: 1.05rem; font-weight: bold; }
.group ul { margin: .4rem 0; padding-left: 1.2rem; }
.group p { margin: .2rem 0; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { padding: .4rem .5rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
td small { display: block; font-size: .8rem; }
td.after { font-weight: 600; }
@media (max-width: 36rem) {
  thead { display: none; }
  tr, td { display: block; border: 0; padding: .1rem 0; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  td[data-head]::before { content: attr(data-head) "  "; color: var(--soft); font-size: .85rem;
    font-weight: normal; }
}
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  h2 { break-after: avoid; }
  .sums { background: none; border: 1px solid var(--line); border-left: 4px solid var(--mark); }
}
"""


def page(teller: Teller) -> str:
    """The whole page."""
    tag = "zh-CN" if teller.lang == "zh" else "en"
    title = escape(teller.title())
    body = "\n".join(_body(teller))
    return (
        f'<!doctype html>\n<html lang="{tag}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _body(teller: Teller) -> Iterator[str]:
    for line in filter(None, (teller.versions(), teller.left_out)):
        yield f'<p class="versions">{escape(line)}</p>'
    if teller.diff.equivalent:
        yield f'<div class="sums"><p>{escape(teller.say("equivalent"))}</p></div>'
    else:
        for number, epoch in enumerate(teller.diff.epochs):
            heading = teller.say("since", day=epoch.since) if number else teller.say("decided")
            yield f"<h2>{escape(heading)}</h2>"
            yield from _epoch(teller, epoch)
    for heading, held in teller.areas():
        yield f"<h2>{escape(heading)}</h2>"
        heads = [escape(teller.say(key)) for key in ("what", "before", "after")]
        yield "<table><thead><tr>" + "".join(f"<th>{head}</th>" for head in heads)
        yield "</tr></thead><tbody>"
        for each in held:
            name = f"{escape(teller.text(each.title))}<small>{escape(each.key)}</small>"
            before, after = escape(teller.text(each.before)), escape(teller.text(each.after))
            yield (
                f'<tr><td>{name}</td><td data-head="{heads[1]}">{before}</td>'
                f'<td class="after" data-head="{heads[2]}">{after}</td></tr>'
            )
        yield "</tbody></table>"
    yield f'<p class="note">{escape(teller.say("note"))}</p>'


def _epoch(teller: Teller, epoch: Epoch) -> Iterator[str]:
    yield '<div class="sums">'
    yield from (f"<p>{escape(line)}</p>" for line in teller.sums(epoch))
    yield "</div>"
    for number, group in enumerate((*epoch.groups, *epoch.retold), 1):
        yield from _group(teller, group, epoch, number)


def _group(teller: Teller, group: Group, epoch: Epoch, number: int) -> Iterator[str]:
    told = (teller.count(group, epoch), teller.recorded(group, epoch))
    spans = "".join(f"<span>{escape(part)}</span>" for part in told if part)
    moves = f'<span class="moves">{number}. {escape(teller.results(group))}</span>'
    yield f'<section class="group"><h3>{moves}{spans}</h3>'
    yield f'<p class="by">{escape(teller.by(group))}</p><ul>'
    yield from (f"<li>{escape(part)}</li>" for part in teller.parts(group))
    yield f"</ul><p>{escape(teller.example(group))}</p></section>"
