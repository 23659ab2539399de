from whistle_engine.commands import (
    Accept as Accept,
)
from whistle_engine.commands import (
    Add as Add,
)
from whistle_engine.commands import (
    Admit as Admit,
)
from whistle_engine.commands import (
    Answer as Answer,
)
from whistle_engine.commands import (
    AskExtension as AskExtension,
)
from whistle_engine.commands import (
    Blow as Blow,
)
from whistle_engine.commands import (
    BringIn as BringIn,
)
from whistle_engine.commands import (
    CallBack as CallBack,
)
from whistle_engine.commands import (
    ChangeReceiver as ChangeReceiver,
)
from whistle_engine.commands import (
    Classify as Classify,
)
from whistle_engine.commands import (
    Command as Command,
)
from whistle_engine.commands import (
    Conclude as Conclude,
)
from whistle_engine.commands import (
    ConfirmTime as ConfirmTime,
)
from whistle_engine.commands import (
    Defer as Defer,
)
from whistle_engine.commands import (
    Designate as Designate,
)
from whistle_engine.commands import (
    Dispatch as Dispatch,
)
from whistle_engine.commands import (
    Escalate as Escalate,
)
from whistle_engine.commands import (
    FeedBack as FeedBack,
)
from whistle_engine.commands import (
    FireTimer as FireTimer,
)
from whistle_engine.commands import (
    FixDueTimes as FixDueTimes,
)
from whistle_engine.commands import (
    GrantExtension as GrantExtension,
)
from whistle_engine.commands import (
    HandIn as HandIn,
)
from whistle_engine.commands import (
    Look as Look,
)
from whistle_engine.commands import (
    Mark as Mark,
)
from whistle_engine.commands import (
    Merge as Merge,
)
from whistle_engine.commands import (
    MoveUp as MoveUp,
)
from whistle_engine.commands import (
    Object as Object,
)
from whistle_engine.commands import (
    RaiseWhistle as RaiseWhistle,
)
from whistle_engine.commands import (
    Receive as Receive,
)
from whistle_engine.commands import (
    Redirect as Redirect,
)
from whistle_engine.commands import (
    Release as Release,
)
from whistle_engine.commands import (
    Reopen as Reopen,
)
from whistle_engine.commands import (
    ReportIn as ReportIn,
)
from whistle_engine.commands import (
    ReportProgress as ReportProgress,
)
from whistle_engine.commands import (
    Resume as Resume,
)
from whistle_engine.commands import (
    SendBack as SendBack,
)
from whistle_engine.commands import (
    SendStraight as SendStraight,
)
from whistle_engine.commands import (
    Settle as Settle,
)
from whistle_engine.commands import (
    Split as Split,
)
from whistle_engine.commands import (
    SplitPart as SplitPart,
)
from whistle_engine.commands import (
    StandDown as StandDown,
)
from whistle_engine.commands import (
    Supervise as Supervise,
)
from whistle_engine.commands import (
    TakeOn as TakeOn,
)
from whistle_engine.commands import (
    Tell as Tell,
)
from whistle_engine.commands import (
    Urge as Urge,
)
from whistle_engine.commands import (
    Withdraw as Withdraw,
)
from whistle_engine.compiling import (
    compile_rules as compile_rules,
)
from whistle_engine.directory import (
    Directory as Directory,
)
from whistle_engine.directory import (
    Receiver as Receiver,
)
from whistle_engine.directory import (
    Unit as Unit,
)
from whistle_engine.engine import (
    Engine as Engine,
)
from whistle_engine.errors import (
    CodecError as CodecError,
)
from whistle_engine.errors import (
    CommandIdReused as CommandIdReused,
)
from whistle_engine.errors import (
    PolicyError as PolicyError,
)
from whistle_engine.errors import (
    StoreClosed as StoreClosed,
)
from whistle_engine.errors import (
    StoryError as StoryError,
)
from whistle_engine.errors import (
    UnknownMatter as UnknownMatter,
)
from whistle_engine.errors import (
    VersionConflict as VersionConflict,
)
from whistle_engine.errors import (
    WhistleError as WhistleError,
)
from whistle_engine.events import (
    Refused as Refused,
)
from whistle_engine.model import (
    Actor as Actor,
)
from whistle_engine.model import (
    Affair as Affair,
)
from whistle_engine.model import (
    AppealKind as AppealKind,
)
from whistle_engine.model import (
    Evidence as Evidence,
)
from whistle_engine.model import (
    Limit as Limit,
)
from whistle_engine.model import (
    LimitUnit as LimitUnit,
)
from whistle_engine.model import (
    Matter as Matter,
)
from whistle_engine.model import (
    Outcome as Outcome,
)
from whistle_engine.model import (
    Place as Place,
)
from whistle_engine.model import (
    ResultCode as ResultCode,
)
from whistle_engine.model import (
    Role as Role,
)
from whistle_engine.model import (
    Satisfied as Satisfied,
)
from whistle_engine.model import (
    Solved as Solved,
)
from whistle_engine.model import (
    Stage as Stage,
)
from whistle_engine.model import (
    Unmet as Unmet,
)
from whistle_engine.model import (
    What as What,
)
from whistle_engine.model import (
    facts as facts,
)
from whistle_engine.policy import (
    Policy as Policy,
)
from whistle_engine.policy_file import (
    load_directory as load_directory,
)
from whistle_engine.policy_file import (
    load_policy as load_policy,
)
from whistle_engine.policy_file import (
    load_rules as load_rules,
)
from whistle_engine.policy_file import (
    shipped_rules as shipped_rules,
)
from whistle_engine.problems import (
    Problem as Problem,
)
from whistle_engine.problems import (
    Spot as Spot,
)
from whistle_engine.rules import (
    Rules as Rules,
)
from whistle_engine.storage.memory import (
    MemoryStore as MemoryStore,
)
from whistle_engine.workflow import (
    allowed as allowed,
)
from whistle_engine.workflow import (
    decide as decide,
)
from whistle_engine.workflow import (
    duties as duties,
)
from whistle_engine.workflow import (
    evolve as evolve,
)
from whistle_engine.workflow import (
    replay as replay,
)
from whistle_engine.workflow import (
    timers as timers,
)
from whistle_engine.workflow import (
    view as view,
)
