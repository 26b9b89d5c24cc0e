"""Lets quarantined messages that nobody decided about in time expire.

Must never touch a row that a person has decided about or is deciding about now.
"""

from services.enrichment.task import StatementTask

QUARANTINE_EXPIRY = StatementTask(
    "quarantine_expiry",
    60.0,
    """
    UPDATE message_quarantine SET review_status = 'expired', reviewed_by = 'quarantine_expiry'
    WHERE id IN (
        SELECT id FROM message_quarantine
        WHERE review_status = 'pending' AND expires_at <= now()
        ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    """,
    limit=1_000,
)
