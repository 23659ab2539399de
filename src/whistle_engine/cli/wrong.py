"""What the library or the machine says is wrong, in one line: its kind and what to do, then how.

The library's own messages are technical and in English. In Chinese they stand after a sentence
by their code, which is stable; a policy's and a story's problems have sentences of their own in
both languages.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping

from whistle_engine.cli.output import BadInput, BadLines, Lang, chosen

KINDS: Mapping[str, tuple[str, str]] = {
    "StoreBusy": ("store_busy", "存储正被占用，没有写入；请稍后重试"),
    "StoreFull": ("store_full", "存储空间不足，没有写入；请腾出空间后重试"),
    "StoreReadOnly": ("store_read_only", "存储只能读取，没有写入；请检查写入权限"),
    "StoreNotFound": ("store_not_found", "没有这个存储，或无权打开；请检查地址和权限"),
    "StoreMismatch": (
        "store_mismatch",
        "存储不是由本版本的引擎建立的；请换用较新的版本，或检查地址",
    ),
    "StoreMisrouted": (
        "store_misrouted",
        "命令涉及不同地区的事项，或者事项编号不属于任何地区，没有写入；请核对编号，按地区分别处理",
    ),
    "StoreUnreadable": (
        "store_unreadable",
        "存储已损坏，未作改动；请原样留存一份副本，再用最近的备份恢复",
    ),
    "StoreFailed": (
        "store_failed",
        "磁盘或网络发生故障，最后一次写入是否完成尚不清楚；排除故障后请重新发送同一命令",
    ),
    "StoreClosed": ("store_closed", "存储已经关闭；请重新打开"),
    "StoreError": ("store_error", "存储无法完成这一操作；此前已写入的都在"),
    "PluginError": ("plugin_broken", "插件不能使用；请联系插件作者，或者卸载"),
    "UnknownMatter": ("unknown_matter", "没有这件事项，或者该身份无权查看；请检查编号"),
    "StoryError": ("story", "情景不能使用；请按所列的位置改正"),
    "CodecError": ("codec", "内容不是本版本认得的格式；请运行whistle verify核验"),
    "CommandIdReused": ("command_id_reused", "命令编号已用于别的内容；请换一个新编号"),
    "VersionConflict": ("version_conflict", "事项已被他人更新；请重新读取后再试"),
    "Unfinished": ("unfinished", "其余已完成，个别事项的记录已损坏；请运行whistle verify核验"),
    "NotifyError": ("notify", "通知没有送出；请检查通知方式"),
    "PolicyError": ("policy", "规则不能使用；请按所列的位置改正"),
    "WhistleError": ("error", "无法完成"),
    "ValueError": ("store_url", "存储的地址写法不对；应写作sqlite:///whistle.db这样的形式"),
}
"""The code of each class of errors, what is wrong, and what would be right."""

CODES: Mapping[str, str] = {
    "plugin_claimed_twice": "两个插件用了同一个名称；请卸载其中一个，或请作者改名",
    "plugin_unknown": "没有这个名称；请从列出的名称中选用",
    "plugin_address": "名称后面的写法不对；请按提示改正",
    "store_url": KINDS["ValueError"][1],
    "matter_damaged": (
        "这一事项的记录已损坏，其余事项不受影响；请运行whistle verify核验，必要时用备份恢复"
    ),
    "not_a_store": "这个文件不是存储，未作改动；请检查存储的地址",
}
"""The same by the codes of a class that has several."""

_SYSTEM: Mapping[int, str] = {
    errno.ENOENT: "文件或文件夹不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已经存在",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EROFS: "磁盘只能读取",
    errno.EIO: "磁盘读写出错",
    errno.ENAMETOOLONG: "名称过长",
}


def line(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split())


def told(error: Exception, lang: Lang | None = None) -> str:
    """What is wrong, in one line; a policy's and a story's problems in one line each.

    Args:
        error: the error.
        lang: the language; ``None`` is that of the call.
    """
    from whistle_engine.errors import PolicyError, StoryError

    lang = chosen(lang)
    if isinstance(error, PolicyError | StoryError):
        return error.told(lang)
    if lang == "en":
        return line(error)
    code, says = next(
        KINDS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in KINDS
    )
    code = getattr(error, "code", code)
    return f"{CODES.get(code, says)} [{code}]：{line(error)}"


def bad(error: Exception, lang: Lang | None = None) -> BadInput:
    """What leaves with 2 and tells this error: a policy's and a story's problems in a line each."""
    from whistle_engine.errors import PolicyError, StoryError

    kind = BadLines if isinstance(error, PolicyError | StoryError) else BadInput
    return kind(told(error, lang))


def why(error: OSError, lang: Lang | None = None) -> str:
    """Why the machine could not do it."""
    said = error.strerror or line(error)
    return _SYSTEM.get(error.errno or 0, said) if chosen(lang) == "zh" else said
