CREATE INDEX IF NOT EXISTS idx_messages_channel_telegram_date_importance_level_osint_topic ON t (a);
