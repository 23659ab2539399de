"""What each code of a problem says, in Chinese and in English.

A sentence says what is wrong and then what would be right; ``{name}`` is filled from the problem.
"""

from __future__ import annotations

from collections.abc import Mapping

from whistle_engine.model import Label

DID_YOU_MEAN = Label("；是否指“{near}”？", '; did you mean "{near}"?')

_FILES: Mapping[str, Label] = {
    "file_missing": Label(
        "没有文件“{name}”；请检查文件名，以及它是否在这个文件夹中",
        'there is no file "{name}"; check its name, and that it is in this folder',
    ),
    "file_no_file": Label(
        "“{name}”不是文件，可能是文件夹；请指明文件本身",
        '"{name}" is no file, but a folder, perhaps; name the file itself',
    ),
    "file_no_permission": Label(
        "没有读取“{name}”的权限；请向文件的管理者申请，或换用有权读取的副本",
        'there is no permission to read "{name}"; ask whoever keeps it, or use a copy of your own',
    ),
    "file_unreadable": Label(
        "“{name}”无法读取（{message}）；请检查文件名和路径",
        '"{name}" cannot be read ({message}); check its name and path',
    ),
    "file_not_given": Label(
        "缺少文件“{name}”；请从磁盘路径读取，或一并提供附表",
        'the file "{name}" was not given; load the policy by its path, or give all its files',
    ),
    "file_twice": Label(
        "“{name}”已用于另一张表；请各用各的文件",
        '"{name}" is named for another table too; give each table a file of its own',
    ),
    "file_too_large": Label(
        "文件超过{most}；请检查是否选错了文件",
        "the file is larger than {most}; check that it is the right one",
    ),
    "file_utf16": Label(
        "文件是UTF-16编码（即“Unicode”）；请另存为UTF-8",
        'the file is encoded as UTF-16 ("Unicode"); save it as UTF-8',
    ),
    "file_office": Label(
        "这是表格或文字处理软件的文件（如xlsx），只改了名称；请在软件中打开，"
        "另存为“CSV UTF-8（逗号分隔）”",
        "this is a file of an office program, such as xlsx, under another name; open it there, and "
        'save it as "CSV UTF-8 (comma delimited)"',
    ),
    "file_gbk": Label(
        "文件是GBK（ANSI）编码，从此处起读不出；请另存为UTF-8（表格软件选“CSV UTF-8”）",
        "the file is encoded as GBK (ANSI), and from here on cannot be read; save it as UTF-8 "
        '(from a spreadsheet, as "CSV UTF-8")',
    ),
    "file_not_utf8": Label(
        "此处的字节{byte}不是UTF-8，文件可能已损坏；请改正此处，存为UTF-8，或换用备份",
        "the byte {byte} here is not UTF-8, so the file may be damaged; mend this place and save "
        "as UTF-8, or use a back-up",
    ),
    "file_nul": Label(
        "此处有空字符（NUL），文件可能已损坏；请删除该字符，或换用备份",
        "there is a NUL character here, so the file may be damaged; delete it, or use a back-up",
    ),
    "archive_broken": Label(
        "存档无法打开；应为本库导出的tar文件，内容未经改动",
        "the archive cannot be opened; it should be a tar file as the library packed it",
    ),
    "not_shipped": Label(
        "没有自带的“{name}”；自带的有{known}",
        'nothing of the name "{name}" comes with the library; there is {known}',
    ),
    "no_calendar": Label(
        "没有名为“{name}”的日历；可用{known}，也可在规则文件旁的calendars文件夹中自备",
        'there is no calendar "{name}"; use {known}, or put one of your own into a folder '
        '"calendars" beside the policy',
    ),
    "too_many": Label(
        "错误过多，只列出前{most}处；请先改正这些",
        "there is more that is wrong than the {most} mistakes told here; mend these first",
    ),
}

_SYNTAX: Mapping[str, Label] = {
    "toml_full_width": Label(
        "此处是全角的 {sign} ；请改用半角的 {right}",
        "the sign {sign} is full-width; type {right} instead",
    ),
    "toml_character": Label(
        "此处有看不见的字符或全角空格（{sign}）；请删除，空格用半角",
        "there is a character here that cannot be seen, or a wide space ({sign}); delete it",
    ),
    "toml_line_ends": Label(
        "换行符是旧式的CR；请用编辑器将换行符改为LF或CRLF",
        "the lines end in CR, as on old systems; let the editor end them in LF or CRLF",
    ),
    "toml_key_twice": Label(
        "这一项在第{line}行已经写过；每项只写一次，请删去其中一处",
        "this key was given in line {line} already; give each once, and delete one of the two",
    ),
    "toml_table_twice": Label(
        "这张表在第{line}行已经写过，或与那里的一项同名；请合并为一处"
        "（列表每多一项，用双括号[[ ]]）",
        "this table was given in line {line} already, or a key there has its name; join the two "
        "([[ ]] adds one more to a list)",
    ),
    "toml_no_equals": Label(
        "名称之后应为等号，如：rank = 1；名称只用字母、数字、_和-，中间不留空格",
        "after a name there should be an equals sign, as in: rank = 1; names have letters, "
        "digits, _ and - only, and no spaces",
    ),
    "toml_key": Label(
        "此处应为一项的名称，如：rank = 1；名称只用字母、数字、_和-，注释以#开头",
        "there should be the name of a key here, as in: rank = 1; names have letters, digits, _ "
        "and - only, and notes begin with #",
    ),
    "toml_header": Label(
        "表名有误；应为[表名]，列表中的一项为[[表名]]，表名只用字母、数字、_和-",
        "this header is wrong; it should be [name], or [[name]] for one of a list, with letters, "
        "digits, _ and - only",
    ),
    "toml_more_follows": Label(
        "值的后面多了 {sign} ；一行只写一项，行末不加标点",
        "{sign} follows the value; write one value a line, and nothing behind it",
    ),
    "toml_number": Label(
        '数字后面不能有 {sign} ；数字直接写，如80、1000；带单位的整体加引号，如"24 hours"',
        "{sign} follows a number; write numbers alone, such as 80 or 1000, and with a unit in "
        'quotes, such as "24 hours"',
    ),
    "toml_long_number": Label(
        "数字过长；请检查是否误粘贴了其他内容",
        "the number is too long; check that nothing else was pasted here",
    ),
    "toml_quotes": Label(
        "文字到前一个引号就结束了；文字里面的引号请用中文引号“”",
        "the text ended at the quote before this; for quotes inside a text use “ and ”",
    ),
    "toml_open_text": Label(
        "此处的引号没有配对；文字末尾也要有引号，跨行文字首尾各用三个引号",
        "this quote has no partner; close it at the end of the text; a text of several lines "
        "stands between three quotes and three quotes",
    ),
    "toml_unclosed": Label(
        "此处的括号没有配对；请在末尾补上",
        "this bracket has no partner; close it at the end",
    ),
    "toml_comma": Label(
        "此处应为逗号或括号，现为 {sign} ；列表各项之间用半角逗号分隔",
        "there should be a comma or a bracket here, and there is {sign}; values of a list have "
        "commas between them",
    ),
    "toml_inline": Label(
        "花括号{{ }}须写在一行之内，最后一项后面不加逗号",
        "what stands in {{ }} should be on one line, without a comma behind the last",
    ),
    "toml_escape": Label(
        "双引号文字中的反斜杠“\\”有特殊含义；请写成“\\\\”，或将整段文字改用单引号",
        'a backslash has a meaning of its own in double quotes; write "\\\\", or put the text in '
        "single quotes",
    ),
    "toml_date": Label(
        "日期不对；应为实有的一天，写作四位年、两位月、两位日，如2024-01-31",
        "this is no day; it should be one that there is, with four digits, two and two, such as "
        "2024-01-31",
    ),
    "toml_value": Label(
        '此处应为一个值；文字加半角引号，如"快捷哨"；是与否写作true和false；日期如2024-01-31',
        'there should be a value here: a text in quotes, such as "Quick whistle"; true or false '
        "for yes or no; a number; a day such as 2024-01-31",
    ),
    "toml_too_deep": Label(
        "层次过多；规则文件只需要几层",
        "this goes too deep; no policy needs more than a few levels",
    ),
    "toml_other": Label(
        "不符合TOML语法（{message}）",
        "this is not TOML ({message})",
    ),
    "csv_empty": Label(
        "表格是空的；首行应为各列的名称",
        "the table is empty; the first row should name the columns",
    ),
    "csv_separator": Label(
        "各列之间是“{sign}”；应以半角逗号分隔（表格软件选“CSV UTF-8（逗号分隔）”）",
        'there is "{sign}" between the columns; it should be a comma (from a spreadsheet, save as '
        '"CSV UTF-8 (comma delimited)")',
    ),
    "csv_open_text": Label(
        "这一行有双引号没有配对；请补上，单元格中的双引号须连写两个",
        "a double quote on this row has no partner; close it, and write a quote inside a cell "
        "twice",
    ),
    "csv_quotes": Label(
        "带引号的单元格后面还有文字；含引号的单元格整体加双引号，其中的双引号连写两个",
        "something follows a cell in quotes; put the whole cell in double quotes, and write those "
        "inside it twice",
    ),
    "csv_cell_long": Label(
        "单元格过长；请检查前面的双引号是否配对",
        "a cell is too long; check that the double quotes before it are closed",
    ),
    "csv_broken": Label(
        "不符合CSV格式（{message}）；请用表格软件重新存为CSV",
        "this is not CSV ({message}); save it as CSV from a spreadsheet again",
    ),
    "csv_column_twice": Label(
        "列“{name}”重复；请删去一列",
        'the column "{name}" is there twice; delete one of the two',
    ),
    "csv_column_empty": Label(
        "这一列没有名称；请在首行填写，或删去这一列",
        "this column has no name; give it one in the first row, or delete the column",
    ),
    "csv_cells": Label(
        "本行有{found}格，首行只有{most}格；含逗号的文字须加双引号",
        "this row has {found} cells, and the first row {most}; a text with a comma stands in "
        "double quotes",
    ),
    "csv_too_wide": Label(
        "表格超过{most}列；请检查是否选错了文件，并删去空列",
        "the table has more than {most} columns; check that it is the right one, and delete empty "
        "columns",
    ),
    "csv_too_long": Label(
        "表格超过{most}行；请检查是否选错了文件",
        "the table has more than {most} rows; check that it is the right one",
    ),
}

_VALUES: Mapping[str, Label] = {
    "bad_value": Label("现为{value}，应为{right}", "{value} is wrong; it should be {right}"),
    "missing": Label("缺少这一项；请补上{right}", "is missing; it should be {right}"),
    "missing_column": Label(
        "缺少“{name}”这一列；请补上，每行填写{right}",
        'the column "{name}" is missing; every row needs it: {right}',
    ),
    "unknown_key": Label(
        "没有这一项；此处可写{known}", "there is no such key; there may be {known}"
    ),
    "unknown_key_near": Label("没有这一项", "there is no such key"),
    "unknown_column": Label(
        "没有“{name}”这一列；可用的列有{known}",
        'there is no column "{name}"; there may be {known}',
    ),
    "unknown_column_near": Label("没有“{name}”这一列", 'there is no column "{name}"'),
    "listed_twice": Label("“{name}”重复；写一次即可", '"{name}" is there twice; once is enough'),
    "code_is_word": Label(
        "“{name}”在规则里另有所指，不能作单位编码；请另取编码",
        'policies write "{name}" for something else, so no unit has it as its code; take another',
    ),
    "name_twice": Label(
        "“{name}”重复；请另取编码", '"{name}" is there twice; give each a code of its own'
    ),
    "table_twice": Label(
        "此表已由文件“{file}”给出；请删去其中一处",
        'this table comes from the file "{file}"; delete one of the two',
    ),
    "empty": Label("列表是空的；请至少写一个{right}", "is empty; it should have {right}"),
    "list_too_long": Label(
        "列表超过{most}项；请检查是否误粘贴了其他内容",
        "the list has more than {most} values; check that nothing else was pasted here",
    ),
    "empty_list": Label(
        "空列表永远不会符合；请至少写一个值，或删去此项",
        "an empty list never matches; name a value, or leave the key out",
    ),
    "negative": Label("不得为负数", "must not be negative"),
    "no_round": Label(
        "至少要有一轮评价；应为1或更大", "there is one round at least; it should be 1 or more"
    ),
    "docket_at_once": Label(
        "督办事项到期后重新计时，不得为0；请写明多久提醒一次",
        "the docket recurs until somebody acts, so it cannot be 0; say how often it is to recur",
    ),
    "unknown_origin": Label(
        "依据“{origin}”没有在[sources]中声明；可用{known}",
        'the origin "{origin}" is not declared in [sources]; there is {known}',
    ),
    "origin_built_in": Label(
        "“{name}”是内置的依据，不必声明；请删去", '"{name}" is built in; delete it here'
    ),
    "until_before_since": Label(
        "截止日{until}早于起始日{since}；应为同日或更晚",
        "{until} is before since, {since}; it should be that day or later",
    ),
    "rows_overlap": Label(
        "“{name}”有两行同时有效；请给旧的一行写明截止日（until），新的一行写明起始日（since）",
        'two rows of "{name}" are in force on the same days; end the older one by until, and '
        "begin the newer one by since",
    ),
    "stray_bracket": Label(
        "“{sign}”没有配对；占位写作{{名称}}，可省略的部分用半角[ ]括起，不得嵌套",
        '"{sign}" has no partner; a placeholder is {{name}}, and [ ] stands around what may be '
        "left out, not nested",
    ),
    "unknown_placeholder": Label(
        "这条消息没有占位“{{{name}}}”；可用{known}",
        'this message has no placeholder "{{{name}}}"; there is {known}',
    ),
    "unknown_message": Label(
        "没有这条消息；请删去，或改用已有的编码",
        "there is no such message; delete it, or give it a code that there is",
    ),
}

_EDITS: Mapping[str, Label] = {
    "edit_by_hand": Label(
        "文件写法特殊，无法只改所需之处；请手工修改",
        "this file is so written that it cannot be changed in one place; change it by hand",
    ),
    "edit_no_table": Label(
        "没有[{name}]这张表，或它分散在几处；请先归并到一处",
        "there is no table [{name}], or it stands in several places; put it in one place first",
    ),
    "edit_in_brackets": Label(
        "“{name}”写在方括号内，无法逐条修改；请先逐条写成[[ ]]表",
        '"{name}" stands in brackets, so no row can be put in; write it as tables [[ ]] first, one '
        "for each row",
    ),
    "edit_no_column": Label(
        "没有“{name}”这一列，无法填写；请先加上这一列，可以留空",
        'there is no column "{name}" to fill; add it first, its cells may be empty',
    ),
    "row_incomplete": Label(
        "派单目录中没有“{name}”；请写明中英文名称和类别，属于公事的还要写明哨型（{known}）",
        'the catalogue has no "{name}"; say its title in Chinese and English, its affair, and if '
        "it is public its whistle kind ({known})",
    ),
    "row_later": Label(
        "“{name}”已有自{since}起的一条；请改用更晚的起始日，或手工修改该条",
        '"{name}" has a row from {since} on; begin later, or change that row by hand',
    ),
    "row_no_since": Label(
        "新增的一条没有起始日；请写明", "a new row has no day from which it counts; name one"
    ),
}

_CALENDAR: Mapping[str, Label] = {
    "no_shifts": Label(
        "没有工作时段；应至少写一个{right}",
        "there are no hours of work; there should be one at least: {right}",
    ),
    "shift_order": Label(
        "工作时段{start}至{end}起止颠倒；应先起后止",
        "the hours from {start} to {end} end before they begin; the beginning should be first",
    ),
    "shifts_overlap": Label(
        "时段{shift}与{other}重叠；各段不得重叠，请合并为一段，或改正起止",
        "the hours {shift} overlap {other}; make them one, or mend where they begin and end",
    ),
    "year_unknown": Label(
        "日历“{file}”没有{year}年，只有{has}；请将该年放假安排写入[calendar.year.{year}]，"
        "或从years中删去",
        'the calendar "{file}" does not have {year}, only {has}; copy the days into '
        "[calendar.year.{year}], or take the year out of years",
    ),
    "year_not_held": Label(
        "日历“{file}”没有{year}年，只有{has}，该年有无另外的放假安排不得而知；请从years中删去该年，"
        "或不用这个日历；确认没有的，自备这个日历，写明空的[year.{year}]",
        'the calendar "{file}" does not have {year}, only {has}, so nobody knows what it adds '
        "there; take the year out of years, or the calendar out of use; or keep a copy of the "
        "calendar that says [year.{year}] with nothing in it",
    ),
    "year_gap": Label(
        "years中缺少{year}年之前的{before}年；应从前到后不间断，请补上，或删去{year}",
        "the year before {year}, {before}, is not in years, which should have no gap; add it, or "
        "take {year} out",
    ),
    "day_outside": Label(
        "{day}不在years所列的年份内；请将{year}补入years，或删去这一天",
        "{day} is in none of the years; add {year} to years, or delete the day",
    ),
    "year_nowhere": Label(
        "没有{year}年的放假安排；请用use指明日历，或写入[calendar.year.{year}]",
        "there are no days for {year}; name a calendar by use, or copy them into "
        "[calendar.year.{year}]",
    ),
    "year_not_wanted": Label(
        "{year}年不在years中，不会计入；请补入years，或删去",
        "{year} is not in years and would not count; add it there, or delete it here",
    ),
    "day_twice": Label(
        "{day}既是放假日又是补班日；请删去一处",
        "{day} is a holiday and a make-up day at once; take it out of one of the two",
    ),
    "day_elsewhere": Label(
        "{day}不在{year}年；请移到它所在的年份",
        "{day} is not in {year}; put it into its own year",
    ),
    "make_up_weekday": Label(
        "{day}不是周六或周日，本来就上班；请删去",
        "{day} is no Saturday or Sunday and is worked anyway; delete it",
    ),
}

_RULES: Mapping[str, Label] = {
    "no_unknown": Label(
        "取值中缺少unknown（不清楚）；每项事实都须有，请补上",
        'the value "unknown" is missing; every fact has it, so add it',
    ),
    "fact_category": Label(
        "类别由派单目录声明；请删去这项事实",
        "the catalogue declares the categories; leave this fact out",
    ),
    "fact_values": Label(
        "取值应正好是{right}，不多不少", "the values must be {right}, no more and no fewer"
    ),
    "unknown_fact": Label(
        "没有声明这项事实；已声明的有{known}", "there is no such fact; those declared are {known}"
    ),
    "unknown_fact_near": Label("没有声明这项事实", "there is no such fact"),
    "no_such_value": Label(
        "事实“{fact}”没有取值“{name}”；请改正，或在这项事实中补上",
        'the fact "{fact}" has no value "{name}"; mend it, or add it there',
    ),
    "rule_reads_signal": Label(
        "险情信号只通过底线起作用，规则不得引用（L2）；请删去",
        "is a signal of danger; those act by their floors only (L2), so leave it out",
    ),
    "no_catch_all": Label(
        "最后一条分类规则须适用于一切情形（L1）；其条件应为when = {{}}",
        "the last classification rule must match everything (L1); it should be: when = {{}}",
    ),
    "floor_twice": Label(
        "同一底线写了两次；请删去一处", "the same floor is there twice; delete one of the two"
    ),
    "signal_undeclared": Label(
        "信号“{name}”没有声明为事实；请声明",
        'the signal "{name}" is not declared as a fact; declare it',
    ),
    "floor_where": Label(
        "底线的级别应为{levels}之一，时间应为{timings}之一",
        "the level is one of {levels}, the timing one of {timings}",
    ),
    "floor_over_urgent": Label(
        "已经过去的险情不得用应急类哨型“{name}”（L3）；应为较低的哨型",
        'what is over is never of the urgent kind "{name}" (L3); name a lower one',
    ),
    "floor_falls": Label(
        "险情由可能（possible）变为确有（present）时，底线不得下降（L2）；present中是“{present}”，"
        "应不低于此处",
        'falls as the signal rises to present (L2), where it is "{present}"; it should be no '
        "higher here, or higher there",
    ),
    "floor_no_present": Label(
        "险情可能（possible）时有底线，确有（present）时却没有（L2）；请在present中也写明{timing}",
        "there is no floor for {timing} where the signal is present (L2); name one there too",
    ),
}

_KINDS: Mapping[str, Label] = {
    "no_kind": Label(
        "没有哨型“{name}”；已声明的有{known}",
        'there is no whistle kind "{name}"; those declared are {known}',
    ),
    "kind_missing": Label(
        "缺少哨型；公事类别须写明{right}", "is missing; a public category has {right}"
    ),
    "kind_not_public": Label(
        "只有公事才有哨型；请删去", "only what is public has a whistle kind; leave it out"
    ),
    "solve_not_public": Label(
        "只有公事才吹哨，才有办结期限；请删去",
        "only what is public has a whistle, and a limit to solve it; leave it out",
    ),
    "one_urgent_kind": Label(
        "必须正好有一种应急哨型（urgent = true），现有{found}",
        "exactly one whistle kind must be urgent; now there is {found}",
    ),
    "no_calm_kind": Label(
        "至少要有一种不是应急的哨型；请将其中一种改为urgent = false",
        "there must be a whistle kind that is not urgent; write urgent = false in one of them",
    ),
    "same_rank": Label(
        "与“{name}”的等级{rank}相同；哨声升级须分先后，请改为不同的数",
        'has the same rank as "{name}", {rank}; give each a rank of its own',
    ),
    "above_urgent": Label(
        "等级高于应急哨型“{name}”；应急哨型的等级应最高",
        'is above the urgent kind "{name}"; the urgent kind must have the highest rank',
    ),
    "no_evidence": Label(
        "反馈至少要一份佐证（FR6）；应为1或更多",
        "feeding back needs a proof at least (FR6); it should be 1 or more",
    ),
    "category_unknown": Label(
        "“unknown”表示尚未分类，不能作类别编码；请另取编码",
        '"unknown" is what a category is before it is known; take another code',
    ),
    "lead_and_joint": Label(
        "“{name}”同时列为主办和协办；请只留一处",
        '"{name}" is among the leads too; it should be in one of the two',
    ),
    "limit_missing": Label(
        "缺少这一期限；请补上，如“1 working day”",
        'this limit is missing; add it, such as "1 working day"',
    ),
    "no_track": Label(
        "缺少“{affair}”事项的期限；请补上", "there is no limit for {affair} matters; add it"
    ),
    "rung_when": Label(
        "催办阶梯每一级应写percent（期限已过的百分比）或after（到期之后多久），二者取一",
        "a rung has either percent or after; it should be exactly one of the two",
    ),
    "percent": Label("百分比应为0至100", "should be from 0 to 100"),
    "rung_no_hotline": Label(
        "没有指定热线（hotline），这一级无人接收；请指定，或改送他处",
        "is for the hotline, and none is named; name one at the top, or send it elsewhere",
    ),
}

_FITTING: Mapping[str, Label] = {
    "no_unit": Label(
        "单位名录中没有“{name}”；请改正，或在名录中补上",
        'the directory has no unit "{name}"; mend it, or add the unit there',
    ),
    "unit_kind": Label(
        "“{name}”的类型是“{kind}”，此处应为{right}",
        '"{name}" is of the kind {kind}; it should be of {right}',
    ),
    "may_not_lead": Label(
        "“{name}”不得主办；请换一个may_lead = true的单位",
        '"{name}" may not lead; name a unit with may_lead = true',
    ),
    "never_leads": Label(
        "“{name}”的类型是“{kind}”，不得列为主办（FR1、FR9）；请改为部门",
        '"{name}" is of the kind {kind}, which never leads by the catalogue (FR1, FR9); name a '
        "department",
    ),
    "street_not_listed": Label(
        "“{name}”是街道（乡镇），而“{category}”在本行有效期内未全程列入街道职责清单（FR9）；"
        "请改为部门，或先办理清单准入",
        '"{name}" is a street, and the street list does not hold "{category}" all the while (FR9); '
        "name a department, or have it admitted to street_list",
    ),
    "no_addressee": Label(
        "“{name}”不是单位；应为{known}之一，或单位编码",
        '"{name}" is no unit; it should be one of {known}, or the code of a unit',
    ),
}

_PERMISSIONS: Mapping[str, Label] = {
    "no_command": Label(
        "没有名为“{name}”的命令；请改正或删去", 'there is no command "{name}"; mend or delete it'
    ),
    "widened": Label(
        "“{party}”本来就不得行使此权限；规则只能收窄，至多为{allowed}",
        '"{party}" may never give it; a policy can only narrow, at most to {allowed}',
    ),
    "nobody": Label(
        "{names}都不准任何一方使用，“{what}”便无人能办；请至少保留一方",
        'nobody may give {names}, so "{what}" is for nobody; leave it to somebody',
    ),
    "no_way_out": Label(
        "{names}都不准任何一方使用，公事便无法派单；请至少保留一种，并留给能够使用的一方",
        "nobody may give {names}, so no public affair is ever dispatched; leave one to somebody",
    ),
    "system_only": Label(
        '只有系统行使此权限，不得取消；应为["system"]，或删去此项',
        'only the system gives it, and it has to; write ["system"], or leave it out',
    ),
}

SENTENCES: Mapping[str, Label] = {
    **_FILES,
    **_SYNTAX,
    **_VALUES,
    **_EDITS,
    **_CALENDAR,
    **_RULES,
    **_KINDS,
    **_FITTING,
    **_PERMISSIONS,
}
"""All sentences by their codes."""
