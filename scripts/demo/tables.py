"""Which columns the demo data fills in each table, in the order of loading.

A table comes after those its foreign keys point to. It must name every column whose default is
now(), since the same seed has to give the same bytes on another day.
"""

from collections.abc import Callable
from typing import Any, Final

Row = tuple[Any, ...]
Batch = dict[str, list[Row]]
Ids = dict[str, Callable[[], int]]


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "channels": _columns(
        "id telegram_id access_hash username name description type verified folder rule "
        "backfill_status "
        "backfill_started_at backfill_completed_at source_type affiliation source_account "
        "discussion_group_id linked_discussion_channel_id has_reactions_enabled created_at "
        "updated_at"
    ),
    "location_gazetteer": _columns(
        "id name_primary name_ascii name_local aliases latitude longitude country_code population"
    ),
    "curated_entities": _columns(
        "id entity_type name aliases description latitude longitude source_reference content_hash "
        "created_at updated_at"
    ),
    "rss_feeds": _columns(
        "id name url website_url category trust_level language country description active "
        "articles_fetched_total created_at updated_at"
    ),
    "user_roles": _columns("id kratos_identity_id role created_at updated_at"),
    "messages": _columns(
        "id message_id channel_id content content_translated telegram_date language_detected "
        "translation_target translation_provider translation_timestamp translation_cost_usd "
        "author_user_id "
        "replied_to_message_id forward_from_channel_id forward_from_message_id forward_date "
        "has_comments "
        "comments_count linked_chat_id last_comment_fetch views forwards last_engagement_poll "
        "media_type "
        "grouped_id is_spam spam_confidence spam_type osint_topic importance_level "
        "content_embedding "
        "embedding_model entities content_hash is_backfilled source_account trace_id created_at "
        "updated_at"
    ),
    "message_quarantine": _columns(
        "id channel_id telegram_message_id content quarantine_reason quarantine_details "
        "is_ukraine_relevant review_status reviewed_by expires_at created_at"
    ),
    "media_files": _columns(
        "id sha256 s3_key file_size mime_type file_type telegram_url reference_count first_seen "
        "storage_box_id synced_at"
    ),
    "message_media": _columns("message_id media_id position media_group_id"),
    "message_replies": _columns(
        "id parent_message_id reply_message_id reply_to_msg_id author_user_id created_at"
    ),
    "message_forwards": _columns(
        "id original_message_id forwarded_message_id forward_date forward_from_id "
        "forward_from_name "
        "propagation_seconds created_at"
    ),
    "message_comments": _columns(
        "id parent_message_id comment_id author_user_id content telegram_date created_at"
    ),
    "message_tags": _columns("id message_id tag tag_type confidence generated_by created_at"),
    "message_entities": _columns(
        "id message_id entity_id similarity_score match_type context_snippet matched_at"
    ),
    "message_locations": _columns(
        "id message_id location_name latitude longitude extraction_method confidence gazetteer_id "
        "created_at"
    ),
    "message_engagement_timeline": _columns(
        "id message_id snapshot_at views_count forwards_count reactions_count comments_count "
        "views_delta "
        "forwards_delta reactions_delta propagation_rate engagement_rate"
    ),
    "user_bookmarks": _columns("id kratos_identity_id message_id notes created_at"),
    "events": _columns(
        "id title summary event_type location_name location_coords event_date tier_status is_major "
        "rss_source_count telegram_channel_count telegram_message_count created_at updated_at "
        "last_activity_at archived_at"
    ),
    "event_messages": _columns(
        "id event_id message_id channel_id match_confidence match_method matched_at"
    ),
    "external_news": _columns(
        "id feed_id title summary url url_hash published_at author importance_level "
        "source_category "
        "source_trust_level source_domain processed_at correlation_count created_at"
    ),
    "event_sources": _columns("id event_id rss_article_id is_primary_source linked_at"),
    "message_news_correlations": _columns(
        "id message_id news_id similarity_score entity_overlap_score time_proximity_hours "
        "correlation_type "
        "telegram_source_category rss_source_category perspective_difference validation_type "
        "confidence "
        "created_at"
    ),
    "telegram_users": _columns(
        "id telegram_id first_name last_name username is_premium interaction_count first_seen "
        "last_seen"
    ),
    "message_reactions": _columns(
        "id message_id emoji count user_id reacted_at first_seen last_updated"
    ),
    "channel_interactions": _columns(
        "id from_channel_id to_channel_id forward_count first_forward_at last_forward_at "
        "avg_forward_delay_hours synchronized_forwards topic_distribution"
    ),
    "tag_stats": _columns("tag tag_type usage_count avg_confidence first_seen last_seen"),
    "translation_usage": _columns("id date provider characters_translated cost_usd message_count"),
    "ingest_queue": _columns(
        "id telegram_channel_id message_id content media_type telegram_date grouped_id views "
        "forwards "
        "source_account author_user_id replied_to_message_id forward_from_channel_id "
        "forward_from_message_id forward_date trace_id available_at created_at"
    ),
}
