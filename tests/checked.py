"""A small sound city as files, for what is checked in them: nothing is found in it.

Each line of it can be changed by a test to something that a check finds.
"""

from __future__ import annotations

POLICY = """\
format = 1
code = "small"
zh = "小城"
en = "Small Town"
version = "1"
in_force_from = 2026-01-01
utc_offset = "+08:00"
coordinator = "office"
operations = "centre"
hotline = "hotline"
urgent_lead = "rescue"
straight = false
source = "choice: 测试用 | for tests"

[sources.notice]
zh = "通知"
en = "the notice"

[hours]
shifts = ["09:00-12:00", "14:00-18:00"]
source = "choice: 通常时间 | usual hours"

[calendar]
use = ["cn"]
years = [2026]
source = "choice: 全国放假安排 | the notices"

[channels.visit]
zh = "来访"
en = "Visit"
source = "choice: 来访 | people come"

[routes.court]
zh = "诉讼"
en = "Court"
source = "choice: 诉讼 | courts"

[[facts]]
name = "timing"
zh = "发生时间"
en = "When"
source = "choice: 时间 | time"
[facts.values]
over = { zh = "已过去", en = "over" }
ongoing = { zh = "正在发生", en = "happening now" }
imminent = { zh = "即将发生", en = "about to happen" }
unknown = { zh = "不清楚", en = "not known" }

[[facts]]
name = "scope"
zh = "范围"
en = "Whom it concerns"
source = "choice: 范围 | scope"
[facts.values]
home = { zh = "一户", en = "a home" }
estate = { zh = "小区", en = "an estate" }
unknown = { zh = "不清楚", en = "not known" }

[signals.fire]
zh = "火情"
en = "Fire"
possible = { ongoing = "emergency", imminent = "emergency" }
present = { ongoing = "emergency", imminent = "emergency" }
source = "choice: 生命安全 | life is at stake"

[kinds.quick]
zh = "快捷哨"
en = "Quick whistle"
rank = 1
urgent = false
report_in = "1 working day"
solve = "5 working days"
hand_in = "4 working days"
redo = "3 working days"
extension = "2 working days"
may_blow = ["street", "community"]
to_street = true
evidence = 1
source = "choice: 简单事项 | what is simple"

[kinds.emergency]
zh = "应急哨"
en = "Emergency whistle"
rank = 2
urgent = true
report_in = "1 hour"
solve = "24 hours"
hand_in = "12 hours"
redo = "12 hours"
extension = "none"
may_blow = ["street", "community"]
to_street = false
evidence = 1
source = "notice: 一小时到场"

[[rules]]
id = "all"
zh = "按派单目录"
en = "As the catalogue says"
when = {}
source = "choice: 按目录 | by the catalogue"

[[categories]]
code = "lamp"
zh = "路灯"
en = "Street lamps"
affair = "public"
kind = "quick"
leads = ["works"]
joint = ["police"]
since = 2026-02-01
until = 2026-06-30
source = "choice: 归口 | its duty"

[[categories]]
code = "lamp"
zh = "路灯"
en = "Street lamps"
affair = "public"
kind = "quick"
leads = ["works"]
since = 2026-07-01
until = 2027-06-30
source = "choice: 归口 | its duty"

[[categories]]
code = "burst"
zh = "水管爆裂"
en = "Burst main"
affair = "public"
kind = "emergency"
leads = ["rescue"]
joint = ["water"]
source = "choice: 归口 | its duty"

[[categories]]
code = "quarrel"
zh = "邻里纠纷"
en = "Quarrel of neighbours"
affair = "household"
source = "choice: 家事 | at home"

[street_list]
source = "choice: 清单 | the list"

[[street_list.items]]
category = "lamp"
since = 2026-02-01
until = 2027-05-31
source = "choice: 街道办理 | the street does it"

[tracks.household]
home = "5 days"
estate = "7 days"
unknown = "7 days"
source = "choice: 家事 | at home"
[tracks.household.urgent]
home = "1 day"
estate = "2 days"
unknown = "2 days"
source = "choice: 急事 | what presses"

[tracks.shared]
home = "8 days"
estate = "9 days"
unknown = "9 days"
source = "choice: 共事 | together"

[limits]
classify = "4 work hours"
look = "1 hour"
blow = "1 working day"
blow_urgent = "1 hour"
dispatch = "2 work hours"
designate = "1 working day"
docket = "5 working days"
decide_round = "5 working days"
mediate_redo = "3 days"
deliberate_redo = "3 days"
source = "choice: 各环节 | the steps"

[[ladders]]
for = []
rungs = [
  { action = "remind", percent = 80, to = "holder" },
  { action = "urge", after = "0 hours", to = "holder" },
  { action = "supervise", after = "1 working day", to = "supervisor" },
  { action = "escalate", after = "2 working days", to = "coordinator" },
]
source = "choice: 逐级 | step by step"

[[ladders]]
for = ["mark"]
rungs = [
  { action = "call_back", percent = 50, to = "hotline" },
  { action = "remind", percent = 80, to = "holder" },
]
source = "choice: 回访 | call back"

[[ladders]]
for = ["designate", "decide_round", "review", "answer_objection", "docket"]
rungs = [
  { action = "remind", percent = 60, to = "holder" },
]
source = "choice: 区级 | of the district"

[objections]
within = "8 hours"
answer = "1 working day"
source = "choice: 一次 | once"

[extensions]
decided_by = "street"
decide = "1 working day"
source = "choice: 街道审批 | the street decides"

[deferrals]
most = 2
total = "90 days"
source = "choice: 一个季度 | a season"

[marks]
mark = "5 working days"
tell = "1 working day"
rounds = 3
reopen_within = "30 days"
follow_up = "180 days"
source = "choice: 评价 | marks"

[enforcement]
units = ["works"]
source = "choice: 综合执法 | enforcement"

[permissions]
defer = ["coordinator"]
source = "choice: 重申 | said again"

[messages.resident]
received = { zh = "已收到", en = "It was received", source = "choice: 简短 | short" }
"""

DIRECTORY = """\
format = 1
source = "choice: 测试用 | for tests"

[[units]]
code = "office"
zh = "统筹办"
en = "Coordination Office"
kind = "district"
head = "office.head"
source = "choice: 单位 | a unit"

[[units]]
code = "centre"
zh = "运营中心"
en = "Operations Centre"
kind = "district"
head = "centre.head"
source = "choice: 单位 | a unit"

[[units]]
code = "hotline"
zh = "热线"
en = "Hotline"
kind = "hotline"
head = "hotline.head"
source = "choice: 单位 | a unit"

[[units]]
code = "north"
zh = "城北街道"
en = "North Street"
kind = "street"
parent = "office"
may_lead = true
source = "choice: 单位 | a unit"

[[units]]
code = "garden"
zh = "花园社区"
en = "Garden Community"
kind = "community"
parent = "north"
head = "garden.head"
source = "choice: 单位 | a unit"

[[units]]
code = "garden_grid"
zh = "花园社区网格"
en = "Garden Grid"
kind = "grid"
parent = "garden"
head = "garden_grid.head"
source = "choice: 单位 | a unit"

[[units]]
code = "works"
zh = "综合执法局"
en = "Enforcement Bureau"
kind = "department"
may_lead = true
source = "choice: 单位 | a unit"

[[units]]
code = "police"
zh = "公安分局"
en = "Police"
kind = "department"
may_lead = true
round_the_clock = true
source = "choice: 单位 | a unit"

[[units]]
code = "rescue"
zh = "消防大队"
en = "Rescue Brigade"
kind = "department"
may_lead = true
source = "choice: 单位 | a unit"

[[units]]
code = "water"
zh = "水务集团"
en = "Water Company"
kind = "enterprise"
may_lead = true
source = "choice: 单位 | a unit"

[[receivers]]
id = "north.1"
unit = "north"
source = "choice: 街道 | the street"

[[receivers]]
id = "works.1"
unit = "works"
shifts = ["08:30-18:30"]
source = "choice: 综合执法 | enforcement"

[[receivers]]
id = "police.1"
unit = "police"
shifts = ["08:00-20:00"]
source = "choice: 公安日班 | police by day"

[[receivers]]
id = "police.2"
unit = "police"
shifts = ["20:00-24:00", "00:00-08:00"]
source = "choice: 公安夜班 | police by night"

[[receivers]]
id = "rescue.1"
unit = "rescue"
source = "choice: 消防 | rescue"

[[receivers]]
id = "water.1"
unit = "water"
source = "choice: 水务 | water"
"""
