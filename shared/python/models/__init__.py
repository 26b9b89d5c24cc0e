"""The tables and materialized views of the database, as typed SQLAlchemy models.

infrastructure/postgres/init.sql is the schema; the models follow it. To change a table, change
init.sql first, then the class of the same name here, down to the names of its constraints and
indexes. The tests build one database from each and fail on any difference between the two.

There is one module for each section of init.sql, and every name is imported from this package:

    from shared.python.models import Channel, Message

What a column means is said in the comments of init.sql, and only there. A column is an attribute
of the same name, except that "metadata" is metadata_, because SQLAlchemy uses that name itself.
Embeddings and search vectors are large: they are loaded only where a query asks for them with
undefer(), and reading one that was not loaded is an error. So is reading a relationship that the
query did not ask for. Channel.messages and StorageBox.files can be too large to hold: they are
never loaded, but have select() and add().

Never let a service create tables from these models: functions, triggers, views and seed rows
come from init.sql alone.
"""

from shared.python.models.ai import (
    LlmPrompt,
    MessageTag,
    MilitarySlang,
    ModelConfiguration,
    TagStats,
)
from shared.python.models.auth import (
    AdminAuditLog,
    ApiKey,
    ExportJob,
    FeedToken,
    UserBookmark,
    UserComment,
    UserRole,
)
from shared.python.models.base import Base, ViewBase
from shared.python.models.core import Channel, Message, MessageQuarantine, User
from shared.python.models.entities import (
    CuratedEntity,
    EntityRelationship,
    MessageEntity,
    OpensanctionsEntity,
    OpensanctionsMessageEntity,
)
from shared.python.models.events import (
    ClusterMessage,
    Event,
    EventConfig,
    EventMessage,
    EventSource,
    LocationGazetteer,
    MessageLocation,
    TelegramEventCluster,
)
from shared.python.models.media import MediaFile, MessageMedia, StorageBox
from shared.python.models.news import (
    ExternalNews,
    MessageNewsCorrelation,
    MessageValidation,
    NewsSource,
    RssFeed,
)
from shared.python.models.operations import (
    ClassificationFactCheck,
    DecisionLog,
    EnrichmentProgress,
    FolderRule,
    MaterializedViewRefreshLog,
    PlatformConfig,
    TranslationConfig,
    TranslationUsage,
)
from shared.python.models.queue import IngestQueue
from shared.python.models.social import (
    ChannelDiscoveryQueue,
    ChannelInteraction,
    MessageComment,
    MessageEngagementTimeline,
    MessageForward,
    MessageReaction,
    MessageReply,
    TelegramUser,
    ViralPost,
)
from shared.python.models.views import (
    ChannelInfluenceNetwork,
    MessageSocialGraph,
    TopInfluencer,
    UnifiedMessageEntity,
)

__all__ = [
    "AdminAuditLog",
    "ApiKey",
    "Base",
    "Channel",
    "ChannelDiscoveryQueue",
    "ChannelInfluenceNetwork",
    "ChannelInteraction",
    "ClassificationFactCheck",
    "ClusterMessage",
    "CuratedEntity",
    "DecisionLog",
    "EnrichmentProgress",
    "EntityRelationship",
    "Event",
    "EventConfig",
    "EventMessage",
    "EventSource",
    "ExportJob",
    "ExternalNews",
    "FeedToken",
    "FolderRule",
    "IngestQueue",
    "LlmPrompt",
    "LocationGazetteer",
    "MaterializedViewRefreshLog",
    "MediaFile",
    "Message",
    "MessageComment",
    "MessageEngagementTimeline",
    "MessageEntity",
    "MessageForward",
    "MessageLocation",
    "MessageMedia",
    "MessageNewsCorrelation",
    "MessageQuarantine",
    "MessageReaction",
    "MessageReply",
    "MessageSocialGraph",
    "MessageTag",
    "MessageValidation",
    "MilitarySlang",
    "ModelConfiguration",
    "NewsSource",
    "OpensanctionsEntity",
    "OpensanctionsMessageEntity",
    "PlatformConfig",
    "RssFeed",
    "StorageBox",
    "TagStats",
    "TelegramEventCluster",
    "TelegramUser",
    "TopInfluencer",
    "TranslationConfig",
    "TranslationUsage",
    "UnifiedMessageEntity",
    "User",
    "UserBookmark",
    "UserComment",
    "UserRole",
    "ViewBase",
    "ViralPost",
]
